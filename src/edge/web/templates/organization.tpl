{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>{{NAME}}</h1><p class="minor"><code>{{SLUG}}</code> · since {{CREATED}}</p></div></header>
<div class="tiles">
<section class="card" aria-labelledby="sso-title"><h2 id="sso-title">Single sign-on</h2>
{{#SSO_ON}}<p>{{#REQUIRED}}<span class="pill ok">Required</span>{{/REQUIRED}}{{#OPTIONAL}}<span class="pill">Optional</span>{{/OPTIONAL}} {{#LINKED}}<span class="pill ok">You are linked</span>{{/LINKED}}{{#UNLINKED}}<span class="pill warn">You are not linked</span>{{/UNLINKED}}</p>
<p>Members sign in through <b>{{PROVIDER}}</b>.</p>
{{#UNLINKED}}<p class="actions"><a class="button" href="/auth/login/{{SLUG}}/">Link your account</a></p>{{/UNLINKED}}
{{#MANAGE}}<p><a href="/organizations/{{SLUG}}/auth/configure/">Settings</a></p>{{/MANAGE}}{{/SSO_ON}}
{{#SSO_OFF}}<p><span class="pill">Not set up</span></p>
{{#MANAGE}}<p>Let members sign in through your identity provider.</p><p class="actions"><a class="button" href="/settings/{{SLUG}}/auth/">Set up single sign-on</a></p>{{/MANAGE}}{{/SSO_OFF}}
</section>
<section class="card" aria-labelledby="role-title"><h2 id="role-title">Your role</h2>
<p class="big">{{ROLE}}</p><p class="minor">{{ROLE_DESCRIPTION}}</p></section>
<section class="card" aria-labelledby="members-title"><h2 id="members-title">Members</h2>
<p class="big">{{MEMBERS}}</p><p><a href="/organizations/{{SLUG}}/members/">See all members</a></p></section>
</div>
{{#REQUIRE_2FA}}<p><span class="pill ok">Two-factor authentication required</span></p>{{/REQUIRE_2FA}}
<section class="card" aria-labelledby="url-title"><h2 id="url-title">Sign-in address</h2>
<p>Give this to members: it leads straight to the organization’s sign-in.</p>
<p class="copy"><code>{{LOGIN_URL}}</code></p></section>
{{#MANAGE}}<section class="card" aria-labelledby="more-title"><h2 id="more-title">For managers</h2>
<ul class="links"><li><a href="/organizations/{{SLUG}}/sso-decisions/">Sign-in decisions</a><small>Why somebody was let in or refused, check by check.</small></li>
<li><a href="/organizations/{{SLUG}}/audit-log/">Audit log</a><small>Who changed what, and when.</small></li></ul></section>{{/MANAGE}}
