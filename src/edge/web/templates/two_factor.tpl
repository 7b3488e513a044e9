{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Two-factor authentication</h1>{{#NONE}}<span class="pill">Off</span>{{/NONE}}{{#RECOVERY}}<span class="pill ok">On</span>{{/RECOVERY}}</header>
<p class="lead">Signing in then takes something you have besides your password.</p>
{{#REASON}}<div class="notice warn" role="status"><p><b>Your organization asks for a second factor.</b> Set one up here, then go on.</p></div>{{/REASON}}
{{#GO_ON}}<p class="actions"><a class="button" href="{{URL}}">Go on where you were</a></p>{{/GO_ON}}
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#UNVERIFIED}}<div class="notice info"><p>Confirm your e-mail address first: a second factor needs a mailbox we can write to. <a href="/account/emails/">To your addresses</a></p></div>{{/UNVERIFIED}}
<ul class="list">{{#FACTOR}}<li class="card"><header class="head"><div><h2>{{NAME}} {{#IS_TOTP}}<span class="pill">Authenticator app</span>{{/IS_TOTP}}{{#IS_KEY}}<span class="pill">Security key</span>{{/IS_KEY}}{{#IS_PASSKEY}}<span class="pill ok">Passkey</span>{{/IS_PASSKEY}}</h2><p class="minor">Added {{ADDED}} · last used {{USED}}</p></div></header>
<details class="more"><summary>Rename or remove</summary>
<form method="post" action="{{ACTION}}" class="filter"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="rename"><input type="hidden" name="id" value="{{ID}}"><div class="field"><label for="name-{{ID}}">Name</label><input id="name-{{ID}}" name="name" value="{{NAME}}" maxlength="80" required></div><button class="button quiet" type="submit">Rename</button></form>
{{#KEPT}}<p class="minor">Your organization requires a second factor: add another one before you remove this.</p>{{/KEPT}}
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="remove"><input type="hidden" name="id" value="{{ID}}"><label class="check"><input type="checkbox" name="confirm" value="1" required><span>Yes, remove {{NAME}}</span></label><button class="button bad" type="submit">Remove</button></form></details></li>{{/FACTOR}}</ul>
<div class="tiles">{{#ADD_TOTP}}<section class="card" aria-labelledby="app-title"><h2 id="app-title">Authenticator app</h2><p>A six-digit code from an app on your phone.</p><p class="actions"><a class="button" href="{{APP_URL}}">Add an app</a></p></section>{{/ADD_TOTP}}
<section class="card" aria-labelledby="key-title"><h2 id="key-title">Security key or passkey</h2><p>Your fingerprint, your phone or a key on your ring. Safe against forged pages.</p><p class="actions"><a class="button" href="{{KEY_URL}}">Add a key</a></p></section></div>
{{#RECOVERY}}<section class="card" aria-labelledby="codes-title"><h2 id="codes-title">Recovery codes</h2>
<p><b class="big">{{LEFT}}</b> left. Each gets you in once when your device is lost.{{#FEW_LEFT}} Make new ones soon.{{/FEW_LEFT}}</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="new-codes"><button class="button quiet" type="submit">Make new codes</button><p class="help">The old ones stop working.</p></form></section>{{/RECOVERY}}
{{#REQUIRED}}<p class="minor">{{ORGANIZATION}} requires two-factor authentication.</p>{{/REQUIRED}}
