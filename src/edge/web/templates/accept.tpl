{{%AUTOESCAPE context="HTML"}}<h1>Join {{ORGANIZATION}}</h1>
<p>You are invited to <b>{{ORGANIZATION}}</b> as <b>{{ROLE}}</b>. The invitation went to {{EMAIL}}.</p>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#MEMBER}}<div class="notice ok" role="status"><p>You are a member already.</p></div>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="join"><button class="button" type="submit">Go to {{ORGANIZATION}}</button></form>{{/MEMBER}}
{{#SIGNED_IN}}<div class="person"><p>You are signed in as <b>{{USER}}</b>.</p></div>
{{#JOIN}}<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="join"><button class="button" type="submit">Join as {{USER}}</button></form>{{/JOIN}}
{{#MISMATCH}}<div class="notice warn"><p>This invitation can only be accepted by the account with the address {{EMAIL}}.</p></div>{{/MISMATCH}}
{{#SSO}}<p>{{ORGANIZATION}} lets members in through {{PROVIDER}}.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="sso"><button class="button" type="submit">Continue with {{PROVIDER}}</button></form>{{/SSO}}
{{#TWO_FACTOR}}<p>{{ORGANIZATION}} asks its members for a second factor. Set one up; you come back here afterwards.</p>
<p class="actions"><a class="button" href="{{URL}}">Set up a second factor</a></p>{{/TWO_FACTOR}}
{{#VERIFY}}<p>{{ORGANIZATION}} asks for a confirmed address. Open the link that we mailed to {{USER_EMAIL}}, then come back to this page.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="confirm-email"><button class="button quiet" type="submit">Send the confirmation again</button></form>{{/VERIFY}}
<p class="minor">Not you? <a href="{{LOGOUT_URL}}">Sign out</a>; you come back to this page.</p>{{/SIGNED_IN}}
{{#SIGNED_OUT}}{{#SSO}}<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="sso"><button class="button" type="submit">Continue with {{PROVIDER}}</button></form>{{/SSO}}
{{#ONLY_SSO}}<p class="minor">{{ORGANIZATION}} lets members in through its identity provider only.</p>{{/ONLY_SSO}}
{{#PASSWORD}}{{#SSO}}<div class="or"><span>or</span></div>{{/SSO}}
<p class="actions"><a class="button" href="{{LOGIN_URL}}">I have an account: sign in</a></p>
<div class="or"><span>or create one</span></div>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="create">
<div class="field"><label for="email">E-mail address</label><input id="email" type="email" value="{{EMAIL}}" readonly autocomplete="username"></div>
<div class="field"><label for="name">Name</label><input id="name" name="name" value="{{NAME}}" autocomplete="name" required></div>
<div class="field"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="new-password" required data-reveal aria-describedby="password-help"><p class="help" id="password-help">At least 15 characters. A few unrelated words make a good one.</p></div>
<button class="button quiet" type="submit">Create account</button></form>{{/PASSWORD}}{{/SIGNED_OUT}}
