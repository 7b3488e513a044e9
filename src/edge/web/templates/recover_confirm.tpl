{{%AUTOESCAPE context="HTML"}}<h1>Choose a new password</h1>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<form method="post" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="text" name="username" value="{{EMAIL}}" autocomplete="username" readonly hidden>
<div class="field"><label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required autofocus data-reveal aria-describedby="password-help">
<p class="help" id="password-help">At least 15 characters. A few unrelated words make a good one.</p></div>
<button class="button" type="submit">Set password and sign in</button>
<p class="minor">All your other sessions end.</p>
</form>
