{{%AUTOESCAPE context="HTML"}}<h1>Sign in to {{ORGANIZATION}}</h1>
{{#SIGNED_IN}}<p class="minor">You are signed in as {{NAME}}.</p>{{/SIGNED_IN}}
{{#PROVIDER}}<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="init" value="1"><input type="hidden" name="next" value="{{NEXT}}">
<button class="button" type="submit" autofocus>Continue with {{NAME}}</button>
</form>{{/PROVIDER}}
{{#REQUIRED}}<p class="minor">{{ORGANIZATION}} lets members in through its identity provider only. For anything else, <a href="/auth/login/">sign in with your password</a>.</p>{{/REQUIRED}}
{{#PASSWORD}}{{#PROVIDER}}<div class="or"><span>or</span></div>{{/PROVIDER}}
<form method="post" action="/auth/login/" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="login"><input type="hidden" name="next" value="{{PASSWORD_NEXT}}">
<div class="field"><label for="username">E-mail or user name</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required data-reveal></div>
<button class="button quiet" type="submit">Sign in with password</button>
<p class="minor"><a href="/account/recover/">Forgot your password?</a></p>
</form>{{/PASSWORD}}
<p class="minor"><a href="/auth/login/">Another organization or account</a></p>
