{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>Members</h1><p class="minor">{{#ALL}}{{TOTAL}} in all{{/ALL}}{{#FOUND}}{{TOTAL}} found{{/FOUND}}</p></div>
<a class="button" href="{{INVITES_URL}}">{{#CAN_INVITE}}Invite people{{/CAN_INVITE}}{{#CAN_ASK}}Ask to invite somebody{{/CAN_ASK}}</a></header>
<form method="get" action="{{ACTION}}" class="filter" role="search"><div class="field"><label for="query">Search</label><input id="query" name="query" type="search" value="{{QUERY}}" maxlength="200" aria-describedby="query-help">
<details class="more help" id="query-help"><summary>Name or address, or a filter</summary><p><code>role:manager</code> <code>has2fa:false</code> <code>ssoLinked:true</code> <code>isInvited:true</code> <code>email:ann@example.com</code> <code>scope:org:write</code></p></details></div>
<button class="button quiet" type="submit">Search</button></form>
{{#EMPTY}}<div class="card empty"><p><b>Nobody found.</b> Search for a part of a name or address, or use another filter. {{#CLEAR}}<a href="{{URL}}">Show all members</a>{{/CLEAR}}</p></div>{{/EMPTY}}
{{#TABLE}}<table class="cards"><thead><tr><th scope="col">Member</th><th scope="col">Role</th><th scope="col">Second factor</th>{{#HAS_SSO}}<th scope="col">Single sign-on</th>{{/HAS_SSO}}</tr></thead>
<tbody>{{#MEMBER}}<tr><td data-label="Member"><span><a href="{{URL}}"><b>{{NAME}}</b></a> {{#YOU}}<span class="pill">You</span>{{/YOU}}{{#PENDING}}<span class="pill warn">Invited</span>{{/PENDING}}{{#INACTIVE}}<span class="pill bad">Deactivated</span>{{/INACTIVE}}{{#EMAIL}}<small>{{EMAIL}}</small>{{/EMAIL}}</span></td>
<td data-label="Role">{{ROLE}}</td>
<td data-label="Second factor">{{#HAS_2FA}}<span class="pill ok">On</span>{{/HAS_2FA}}{{#NO_2FA}}<span class="pill">Off</span>{{/NO_2FA}}{{#PENDING}}–{{/PENDING}}</td>
{{#SSO}}<td data-label="Single sign-on">{{#LINKED}}<span class="pill ok">Linked</span>{{/LINKED}}{{#UNLINKED}}<span class="pill">Not linked</span>{{/UNLINKED}}{{#INVALID}}<span class="pill bad">Must link again</span>{{/INVALID}}</td>{{/SSO}}</tr>{{/MEMBER}}</tbody></table>{{/TABLE}}
<nav class="pager" aria-label="Pages">{{#FIRST}}<a class="button quiet" href="{{URL}}">First page</a>{{/FIRST}} {{#MORE}}<a class="button quiet" rel="next" href="{{URL}}">Next page</a>{{/MORE}}</nav>
