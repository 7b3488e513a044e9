{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Sessions</h1>
{{#OTHERS}}<form method="post" action="/account/sessions/"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="end-others"><button class="button quiet" type="submit">End all others</button></form>{{/OTHERS}}</header>
<p class="lead">Where you are signed in. End what you do not recognize, and change your password.</p>
<ul class="list">{{#SESSION}}<li class="card item"><div><h2>{{AGENT}} {{#CURRENT}}<span class="pill ok">This session</span>{{/CURRENT}} {{#BY_SSO}}<span class="pill">Single sign-on only</span>{{/BY_SSO}}</h2>
<p class="minor">{{IP}} · last seen {{SEEN}} · began {{CREATED}}{{#PROOFS}} · by {{PROOFS}}{{/PROOFS}}</p></div>
{{#OTHER}}<form method="post" action="/account/sessions/"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="end"><input type="hidden" name="session" value="{{ID}}"><button class="button quiet" type="submit" aria-label="End session: {{AGENT}}, {{IP}}">End</button></form>{{/OTHER}}</li>{{/SESSION}}</ul>
