{{%AUTOESCAPE context="HTML"}}<h1>Reset your password</h1>
<p>Enter your e-mail address. If an account uses it, we send a link to choose a new password.</p>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<form method="post" action="/account/recover/" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><div class="field"><label for="email">E-mail address</label>
<input id="email" name="email" type="email" value="{{EMAIL}}" autocomplete="email" required autofocus></div>
<button class="button" type="submit">Send me a link</button>
<p class="minor"><a href="/auth/login/">Back to sign in</a></p>
</form>
