{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>API tokens</h1></header>
<p class="lead">For programs that act in your name. A token can never do more than your role.</p>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#CREATED}}<section class="card good" aria-labelledby="new-title" role="status"><h2 id="new-title">Your new token</h2>
<p>Copy it now: it is not shown again.</p>
<p class="copy"><code id="token">{{TOKEN}}</code></p></section>{{/CREATED}}
<section class="card" aria-labelledby="create-title"><h2 id="create-title">Create a token</h2>
<form method="post" action="/account/tokens/" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><div class="field narrow"><label for="name">Name</label><input id="name" name="name" value="{{NAME}}" autocomplete="off" required aria-describedby="name-help"><p class="help" id="name-help">What it is for, for example “nightly export”.</p></div>
<div class="field narrow"><label for="days">Valid for</label><select id="days" name="days"><option value="30">30 days</option><option value="90" selected>90 days</option><option value="365">1 year</option><option value="never">No end</option></select></div>
<fieldset><legend>Permissions</legend><div class="checks">{{#SCOPE}}<label class="check"><input type="checkbox" name="scope" value="{{ID}}"><code>{{ID}}</code></label>{{/SCOPE}}</div></fieldset>
<button class="button" type="submit">Create token</button>
</form></section>
