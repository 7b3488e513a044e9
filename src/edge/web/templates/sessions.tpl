{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Sessions</h1>
{{#OTHERS}}<form method="post" action="/account/sessions/"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="end-others"><button class="button quiet" type="submit">End all others</button></form>{{/OTHERS}}</header>
<p class="lead">Where you are signed in. End what you do not recognize, and <a href="/account/security/">change your password</a>.</p>
<ul class="list">{{#SESSION}}<li class="card"><header class="head"><h2>{{AGENT}} {{#CURRENT}}<span class="pill ok">This session</span>{{/CURRENT}} {{#BY_SSO}}<span class="pill">Single sign-on only</span>{{/BY_SSO}}</h2>
{{#OTHER}}<form method="post" action="/account/sessions/"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="end"><input type="hidden" name="session" value="{{ID}}"><button class="button quiet small" type="submit" aria-label="End session: {{AGENT}}, {{PLACE}}, last used {{SEEN}}">End</button></form>{{/OTHER}}</header>
<dl class="values"><div><dt>Last used</dt><dd>{{SEEN}}</dd></div><div><dt>Place</dt><dd>{{PLACE}}</dd></div>
<div><dt>Signed in</dt><dd>{{CREATED}}</dd></div><div><dt>Ends</dt><dd>{{ENDS}}</dd></div>
<div><dt>Proven by</dt><dd>{{#PROOF}}{{WORD}}{{#OF}} of {{ORGANIZATION}}{{/OF}} <span class="minor">{{AT}}</span><br>{{/PROOF}}</dd></div></dl></li>{{/SESSION}}</ul>
