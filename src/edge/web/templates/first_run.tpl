{{%AUTOESCAPE context="HTML"}}<h1>Set up Gatehouse</h1>
<p>Create the first account and its organization. This page works once.</p>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<form method="post" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><fieldset><legend>You</legend>
<div class="field"><label for="name">Name</label><input id="name" name="name" value="{{NAME}}" autocomplete="name" required autofocus></div>
<div class="field"><label for="email">E-mail address</label><input id="email" name="email" type="email" value="{{EMAIL}}" autocomplete="email" required></div>
<div class="field"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="new-password" required data-reveal aria-describedby="password-help">
<p class="help" id="password-help">At least 15 characters. A few unrelated words make a good one.</p></div></fieldset>
<fieldset><legend>Your organization</legend>
<div class="field"><label for="organization">Name</label><input id="organization" name="organization" value="{{ORGANIZATION}}" autocomplete="organization" required data-slug="slug"></div>
<div class="field"><label for="slug">Short name</label><input id="slug" name="slug" value="{{SLUG}}" autocapitalize="none" spellcheck="false" required aria-describedby="slug-help">
<p class="help" id="slug-help">Part of its addresses: lower-case letters, digits and hyphens, for example acme.</p></div></fieldset>
<button class="button" type="submit">Create account and organization</button>
</form>
