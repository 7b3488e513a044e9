{{%AUTOESCAPE context="HTML"}}<h1>Sign in</h1>
{{#REAUTH}}<div class="notice info" role="status"><p><b>Use your own password for this.</b> You came in through {{WHOSE}}’s single sign-on. Use your own password to open <code>{{TARGET}}</code>.</p>{{#NO_PASSWORD}}<p>This account has no password yet. <a href="/account/recover/">Have a link sent to {{EMAIL}}</a> to set one.</p>{{/NO_PASSWORD}}</div>{{/REAUTH}}
{{#NOT_SET_UP}}<div class="notice info" role="status"><p><b>Not set up yet.</b> Open the one-time link that the server printed when it started to create the first account.</p></div>{{/NOT_SET_UP}}
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<form method="post" action="/auth/login/" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="login"><input type="hidden" name="next" value="{{NEXT}}"><input type="hidden" name="reason" value="{{REASON}}">
<div class="field"><label for="username">E-mail or user name</label>
<input id="username" name="username" value="{{USERNAME}}" autocomplete="username" autocapitalize="none" spellcheck="false" required{{#FOCUS_NAME}} autofocus{{/FOCUS_NAME}}></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required data-reveal{{#FOCUS_PASSWORD}} autofocus{{/FOCUS_PASSWORD}}></div>
<button class="button" type="submit">Sign in</button>
<p class="minor"><a href="/account/recover/">Forgot your password?</a></p>
</form>
<form method="post" action="/auth/login/" class="stack" data-webauthn="get" data-from="/auth/passkey/" hidden>
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="passkey"><input type="hidden" name="next" value="{{NEXT}}"><input type="hidden" name="response">
<div class="or"><span>or</span></div><button class="button quiet" type="submit">Use a passkey</button><p class="problem" role="alert" hidden></p></form>
{{#SSO}}<div class="or"><span>or</span></div>
<form method="post" action="/auth/login/" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="sso"><input type="hidden" name="next" value="{{NEXT}}">
<div class="field"><label for="organization">Log in with single sign-on</label>
<input id="organization" name="organization" autocomplete="organization" autocapitalize="none" spellcheck="false" placeholder="acme" required aria-describedby="organization-help">
<p class="help" id="organization-help">Your organization’s short name, as in its address.</p></div>
<button class="button quiet" type="submit">Continue with single sign-on</button>
</form>{{/SSO}}
{{#DEMO}}<section class="demo" aria-labelledby="demo-title"><h2 id="demo-title">Demo accounts</h2>
<dl>{{#PERSON}}<div><dt>{{LABEL}}</dt><dd><code>{{EMAIL}}</code><code>{{PASSWORD}}</code></dd></div>{{/PERSON}}</dl></section>{{/DEMO}}
