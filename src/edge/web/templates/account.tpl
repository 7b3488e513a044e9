{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Profile</h1></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<section class="card" aria-labelledby="name-title"><h2 id="name-title">Name</h2>
<form method="post" action="/account/" class="stack narrow">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="name">
<div class="field"><label for="name">Display name</label><input id="name" name="name" value="{{NAME}}" autocomplete="name" required aria-describedby="name-help">
<p class="help" id="name-help">Shown to members of your organizations. Your user name is <code>{{USERNAME}}</code>.</p></div>
<button class="button" type="submit">Save name</button>
</form></section>
