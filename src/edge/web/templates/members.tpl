{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Members</h1><p class="minor">{{TOTAL}} in all</p></header>
<table class="cards"><thead><tr><th scope="col">Member</th><th scope="col">Role</th>{{#HAS_SSO}}<th scope="col">Single sign-on</th>{{/HAS_SSO}}</tr></thead>
<tbody>{{#MEMBER}}<tr><td data-label="Member"><span><b>{{NAME}}</b> {{#YOU}}<span class="pill">You</span>{{/YOU}}{{#PENDING}}<span class="pill warn">Invited</span>{{/PENDING}}{{#INACTIVE}}<span class="pill bad">Deactivated</span>{{/INACTIVE}}{{#EMAIL}}<small>{{EMAIL}}</small>{{/EMAIL}}</span></td>
<td data-label="Role">{{ROLE}}</td>
{{#SSO}}<td data-label="Single sign-on">{{#LINKED}}<span class="pill ok">Linked</span>{{/LINKED}}{{#UNLINKED}}<span class="pill">Not linked</span>{{/UNLINKED}}{{#INVALID}}<span class="pill bad">Must link again</span>{{/INVALID}}</td>{{/SSO}}</tr>{{/MEMBER}}</tbody></table>
<nav class="pager" aria-label="Pages">{{#FIRST}}<a class="button quiet" href="{{URL}}">First page</a>{{/FIRST}}{{#CLEAR}}<a class="button quiet" href="{{URL}}">Newest</a>{{/CLEAR}} {{#MORE}}<a class="button quiet" rel="next" href="{{URL}}">Next page</a>{{/MORE}}</nav>
