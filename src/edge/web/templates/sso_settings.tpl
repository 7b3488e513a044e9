{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>Single sign-on</h1><p class="minor">{{PROVIDER}} · {{ADAPTER}} · changed {{UPDATED}}</p></div>{{#REQUIRED}}<span class="pill ok">Required</span>{{/REQUIRED}}{{#OPTIONAL}}<span class="pill">Optional</span>{{/OPTIONAL}}</header>
<section class="card" aria-labelledby="link-title"><h2 id="link-title">Members</h2>
{{#SOME_PENDING}}<p><b class="big">{{PENDING}}</b> {{#ONE}}member has{{/ONE}}{{#MANY}}members have{{/MANY}} not linked an identity yet.</p>
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="reinvite"><button class="button quiet" type="submit">Send reminders</button></form>{{/SOME_PENDING}}
{{#NONE_PENDING}}<p><span class="pill ok">All linked</span> Every member has linked an identity.</p>{{/NONE_PENDING}}
<p class="minor">Members sign in at</p><p class="copy"><code id="login-url">{{LOGIN_URL}}</code></p></section>
<section class="card" aria-labelledby="rules-title"><h2 id="rules-title">Rules</h2>
{{#SETTINGS_ERROR}}{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{/SETTINGS_ERROR}}<form method="post" action="{{ACTION}}" class="stack narrow">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="settings">
<div class="field"><label class="check"><input type="checkbox" name="require_link" value="on"{{#REQUIRED}} checked{{/REQUIRED}} aria-describedby="require-help"><span>Require single sign-on</span></label><p class="help" id="require-help">Members without a linked identity cannot enter {{ORGANIZATION}}.</p></div>
<div class="field"><label for="default_role">Role of new members</label><select id="default_role" name="default_role" aria-describedby="role-help">{{#ROLE}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{NAME}}</option>{{/ROLE}}</select><p class="help" id="role-help">For people who join by signing in through the provider.</p></div>
<button class="button" type="submit">Save rules</button>
</form></section>
<section class="card" aria-labelledby="proto-title"><h2 id="proto-title">Provider settings</h2>
<dl class="values"><div><dt>Redirect URI</dt><dd><code>{{REDIRECT_URI}}</code></dd></div>{{#SETTING}}<div><dt>{{LABEL}}</dt><dd>{{VALUE}}</dd></div>{{/SETTING}}</dl>
<p class="actions"><a class="button quiet" href="/organizations/{{SLUG}}/auth/configure/?edit=1">Change provider settings</a></p></section>
{{#SECRET}}<section class="card" aria-labelledby="secret-title"><h2 id="secret-title">Rotate the secret</h2>
{{#SECRET_ERROR}}{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{/SECRET_ERROR}}<form method="post" action="{{ACTION}}" class="stack narrow">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="rotate-secret">
<div class="field"><label for="secret">New secret</label><input id="secret" name="secret" type="password" autocomplete="off" required aria-describedby="secret-help"><p class="help" id="secret-help">You sign in once with it; the old one stays in use until you confirm.</p></div>
<button class="button quiet" type="submit">Try the new secret</button>
</form></section>{{/SECRET}}
<section class="card danger" aria-labelledby="off-title"><h2 id="off-title">Switch off</h2>
<p>All links are deleted, and sessions opened through {{PROVIDER}} end. Members keep their membership and role, and get a mail; those without a password must set one.</p>
{{#DISABLE_ERROR}}{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{/DISABLE_ERROR}}<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="disable">
<label class="check"><input type="checkbox" name="confirm" value="1" required><span>Yes, switch single sign-on off for {{ORGANIZATION}}</span></label>
<button class="button bad" type="submit">Switch off single sign-on</button>
</form></section>
