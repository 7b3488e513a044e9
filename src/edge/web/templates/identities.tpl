{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Linked accounts</h1></header>
<p class="lead">What other services know you by. Disconnect what you do not use.</p>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<section aria-labelledby="logins-title"><h2 id="logins-title">Single sign-on</h2>
{{#NO_LOGINS}}<div class="card empty"><p>No organization knows you by its identity provider.</p></div>{{/NO_LOGINS}}
<ul class="list">{{#LOGIN}}<li class="card"><header class="head"><h3>{{ORGANIZATION}} {{#WORKS}}<span class="pill ok">Works</span>{{/WORKS}}{{#STALE}}<span class="pill">To be tried again</span>{{/STALE}}{{#SUSPENDED}}<span class="pill bad">Sign in again</span>{{/SUSPENDED}}</h3>
{{#CAN_GO}}<form method="post" action="/account/identities/"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="unlink"><input type="hidden" name="id" value="{{ID}}"><button class="button quiet small" type="submit" aria-label="Disconnect {{NAME}} from {{ORGANIZATION}}">Disconnect</button></form>{{/CAN_GO}}</header>
<dl class="values"><div><dt>Provider</dt><dd>{{PROVIDER}}</dd></div><div><dt>Known as</dt><dd>{{NAME}}</dd></div><div><dt>Linked</dt><dd>{{ADDED}}</dd></div><div><dt>Last proven</dt><dd>{{VERIFIED}}</dd></div></dl>
{{#REASON}}<p class="minor"><b>{{TITLE}}.</b> {{WHAT}}</p>{{/REASON}}
{{#NEEDED_BY_ORGANIZATION}}<p class="minor">{{ORGANIZATION}} lets members in through its provider only, so this link stays.</p>{{/NEEDED_BY_ORGANIZATION}}
{{#NEEDED_BY_ACCOUNT}}<p class="minor">You have no password to sign in with, so this link stays. <a href="/account/security/">Set one</a> first.</p>{{/NEEDED_BY_ACCOUNT}}</li>{{/LOGIN}}</ul></section>
<section aria-labelledby="accounts-title"><h2 id="accounts-title">Accounts that act for you</h2>
{{#NO_ACCOUNTS}}<div class="card empty"><p>You have linked none.</p></div>{{/NO_ACCOUNTS}}
<ul class="list">{{#ACCOUNT}}<li class="card"><header class="head"><h3>{{PROVIDER}} {{#WORKS}}<span class="pill ok">Works</span>{{/WORKS}}{{#STALE}}<span class="pill">To be tried again</span>{{/STALE}}{{#SUSPENDED}}<span class="pill bad">Link it again</span>{{/SUSPENDED}}</h3>
<form method="post" action="/account/identities/"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="disconnect"><input type="hidden" name="id" value="{{ID}}"><button class="button quiet small" type="submit" aria-label="Disconnect {{NAME}} at {{PROVIDER}}">Disconnect</button></form></header>
<dl class="values"><div><dt>Account</dt><dd>{{NAME}}</dd></div><div><dt>Kind</dt><dd>{{KIND}}</dd></div><div><dt>Organization</dt><dd>{{ORGANIZATION}}</dd></div><div><dt>Linked</dt><dd>{{ADDED}}</dd></div><div><dt>Last proven</dt><dd>{{VERIFIED}}</dd></div></dl>
{{#REASON}}<p class="minor"><b>{{TITLE}}.</b> {{WHAT}}</p>{{/REASON}}</li>{{/ACCOUNT}}</ul></section>
{{#PLACES}}<section class="card" aria-labelledby="places-title"><h2 id="places-title">Link an account</h2>
<ul class="rows">{{#PLACE}}<li><span class="grow">{{NAME}} <span class="minor">{{ORGANIZATION}}</span></span> <a class="button quiet small" href="{{URL}}">Link</a></li>{{/PLACE}}</ul></section>{{/PLACES}}
