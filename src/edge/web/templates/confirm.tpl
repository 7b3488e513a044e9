{{%AUTOESCAPE context="HTML"}}<h1>{{TITLE}}</h1>
<div class="person"><p><b>{{IDENTITY}}</b>{{#IDENTITY_EMAIL}}<small>{{IDENTITY_EMAIL}}</small>{{/IDENTITY_EMAIL}}</p><p><small>from {{PROVIDER}}, for {{ORGANIZATION}}</small></p></div>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#LINK}}<p>You are signed in as <b>{{EXISTING}}</b>. Link this identity to your account? From then on it opens {{ORGANIZATION}} for you.</p>
{{#MOVES}}<div class="notice warn" role="status"><p><b>This identity is linked to another account.</b> Going on moves it to yours; the other account can no longer use it.</p></div>{{/MOVES}}
{{#MAY_LINK}}<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="confirm">
<button class="button" type="submit">Link this identity</button>
</form>{{/MAY_LINK}}
{{#RECENT_LOGIN}}<p>Because this changes who may use an account, first confirm that it is you.</p>
<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="login">
<div class="field"><label for="username">E-mail or user name</label>
<input id="username" name="username" value="{{USERNAME}}" autocomplete="username" autocapitalize="none" spellcheck="false" required></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required data-reveal></div>
<button class="button" type="submit">Confirm with password</button>
<p class="minor"><a href="/account/recover/">Forgot your password?</a></p>
</form>
{{/RECENT_LOGIN}}
{{#NEW_USER}}<div class="or"><span>or</span></div>
<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="newuser">
<button class="button quiet" type="submit">{{NEW_LABEL}}</button>
</form>
{{/NEW_USER}}{{/LINK}}
{{#ACCOUNT}}<p class="lead">We sent a mail with a one-time link to an account’s stored address. Open the link in this browser to go on.</p>
<p class="minor">The link works for a short time and only in this browser. No mail? Look into the spam folder, or start again.</p>
{{#NEW_USER}}<div class="or"><span>or</span></div>
<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="newuser">
<button class="button quiet" type="submit">{{NEW_LABEL}}</button>
</form>
{{/NEW_USER}}{{/ACCOUNT}}
{{#IDENTITY_NEW}}<p>This identity is not linked to an account yet.</p>
{{#NEW_USER}}<section aria-labelledby="new-title"><h2 id="new-title">I am new here</h2>
<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="newuser">
<button class="button " type="submit">{{NEW_LABEL}}</button>
</form>
</section>
<div class="or"><span>or</span></div>{{/NEW_USER}}
<section aria-labelledby="have-title"><h2 id="have-title">I have an account</h2>
<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="login">
<div class="field"><label for="username">E-mail or user name</label>
<input id="username" name="username" value="{{USERNAME}}" autocomplete="username" autocapitalize="none" spellcheck="false" required></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required data-reveal></div>
<button class="button quiet" type="submit">Sign in and link</button>
<p class="minor"><a href="/account/recover/">Forgot your password?</a></p>
</form>
</section>{{/IDENTITY_NEW}}
