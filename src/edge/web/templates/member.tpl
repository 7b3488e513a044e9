{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{LIST_URL}}">All members</a></p>
<header class="head"><div><h1>{{NAME}}</h1><p class="minor">{{EMAIL}} · {{ROLE}} · since {{SINCE}}</p></div>
<p>{{#YOU}}<span class="pill">You</span> {{/YOU}}{{#PENDING}}<span class="pill warn">Invited</span> {{/PENDING}}{{#INACTIVE}}<span class="pill bad">Deactivated</span> {{/INACTIVE}}{{#HAS_2FA}}<span class="pill ok">Second factor on</span> {{/HAS_2FA}}{{#NO_2FA}}<span class="pill">No second factor</span> {{/NO_2FA}}{{#SSO}}{{#LINKED}}<span class="pill ok">Single sign-on linked</span>{{/LINKED}}{{#UNLINKED}}<span class="pill">Single sign-on not linked</span>{{/UNLINKED}}{{#INVALID}}<span class="pill bad">Must link again</span>{{/INVALID}}{{/SSO}}</p></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#ONLY_OWNER}}<div class="notice info"><p>The only owner of {{ORGANIZATION}}: make somebody else an owner before this role can change or its holder can leave.</p></div>{{/ONLY_OWNER}}
{{#MANAGED}}<div class="notice info"><p>Your identity provider manages this role. Change it there.</p></div>{{/MANAGED}}
{{#ROLE_FORM}}<section class="card" aria-labelledby="role-title"><h2 id="role-title">Role</h2>
<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="role"><input type="hidden" name="version" value="{{VERSION}}">
<div class="stack" role="radiogroup" aria-labelledby="role-title">{{#OPTION}}<label class="check"><input type="radio" name="role" value="{{ID}}"{{#SELECTED}} checked{{/SELECTED}}><span>{{LABEL}}<small>{{HELP}}</small></span></label>{{/OPTION}}</div>
<button class="button" type="submit">Save role</button>
</form></section>{{/ROLE_FORM}}
{{#TEAMS_FORM}}<section class="card" aria-labelledby="teams-title"><h2 id="teams-title">Teams</h2>
<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="teams"><input type="hidden" name="version" value="{{VERSION}}">
<ul class="rows">{{#TEAM}}<li><label class="check grow"><input type="checkbox" name="team" value="{{SLUG}}"{{#IN}} checked{{/IN}}><span>{{LABEL}} <small><code>{{SLUG}}</code></small></span></label>
<label class="check"><input type="checkbox" name="admin-{{SLUG}}" value="on"{{#ADMIN}} checked{{/ADMIN}}><span>Team admin</span></label></li>{{/TEAM}}</ul>
<button class="button" type="submit">Save teams</button>
</form></section>{{/TEAMS_FORM}}
{{#TEAM_LIST}}<p>Teams: {{#TEAM_ROW}}<span class="pill">{{SLUG}}</span> {{/TEAM_ROW}}</p>{{/TEAM_LIST}}
{{#SEND_LINK}}<section class="card" aria-labelledby="link-title"><h2 id="link-title">Single sign-on</h2>
<p>{{NAME}} has not linked the account to {{PROVIDER}} yet.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="send-link"><button class="button quiet" type="submit">Mail the way to link</button></form></section>{{/SEND_LINK}}
{{#AUDIT}}<p class="pager">In the audit log: <a href="{{DID_URL}}">done by {{NAME}}</a> <a href="{{ABOUT_URL}}">done to {{NAME}}</a></p>{{/AUDIT}}
{{#RESET}}<section class="card danger" aria-labelledby="reset-title"><h2 id="reset-title">Lost second factor</h2>
<p>If {{NAME}} has lost device and recovery codes: all second factors and recovery codes are removed, and every session ends. Make sure first that it is {{NAME}} who asks.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="reset-factors">
<label class="check"><input type="checkbox" name="confirm" value="1" required><span>Yes, remove the second factors of {{NAME}}</span></label>
<button class="button bad" type="submit">Remove second factors</button></form></section>{{/RESET}}
{{#REMOVE}}<section class="card danger" aria-labelledby="remove-title"><h2 id="remove-title">Remove</h2>
<p>{{NAME}} loses access to {{ORGANIZATION}} at once.{{#LINK_GOES}} The link to your identity provider goes too.{{/LINK_GOES}} The account itself stays.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="remove">
<label class="check"><input type="checkbox" name="confirm" value="1" required><span>Yes, remove {{NAME}}</span></label>
<button class="button bad" type="submit">Remove from organization</button></form></section>{{/REMOVE}}
{{#LEAVE}}<section class="card danger" aria-labelledby="leave-title"><h2 id="leave-title">Leave</h2>
<p>You lose access to {{ORGANIZATION}} at once.{{#LINK_GOES}} Your link to its identity provider goes too.{{/LINK_GOES}} To come back you need a new invitation.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="leave">
<label class="check"><input type="checkbox" name="confirm" value="1" required><span>Yes, leave {{ORGANIZATION}}</span></label>
<button class="button bad" type="submit">Leave organization</button></form></section>{{/LEAVE}}
