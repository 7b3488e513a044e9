{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Password</h1></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<section class="card" aria-labelledby="pw-title"><h2 id="pw-title">Change your password</h2>
{{#CHANGE}}<form method="post" action="/account/security/" class="stack narrow">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="text" name="username" value="{{USERNAME}}" autocomplete="username" readonly hidden>
<div class="field"><label for="current">Current password</label><input id="current" name="current" type="password" autocomplete="current-password" required data-reveal></div>
<div class="field"><label for="password">New password</label><input id="password" name="password" type="password" autocomplete="new-password" required data-reveal aria-describedby="password-help">
<p class="help" id="password-help">At least 15 characters. A few unrelated words make a good one.</p></div>
<button class="button" type="submit">Change password</button>
<p class="help">Your other sessions end; this one goes on.</p>
</form>{{/CHANGE}}
{{#NONE}}<p>This account has no password. Have a link sent to <b>{{EMAIL}}</b> to set one.</p>
<p class="actions"><a class="button" href="/account/recover/">Set a password</a></p>{{/NONE}}</section>
