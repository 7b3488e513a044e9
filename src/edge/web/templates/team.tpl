{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{LIST_URL}}">All teams</a></p>
<header class="head"><div><h1>{{NAME}}</h1><p class="minor"><code>{{SLUG}}</code> · {{COUNT}}</p></div>
{{#OUT}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="join"><input type="hidden" name="member" value="{{ME}}"><button class="button" type="submit">Join team</button></form>{{/OUT}}{{#ASKED}}<span class="pill warn">You asked to join</span>{{/ASKED}}
{{#IN}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="leave"><input type="hidden" name="member" value="{{ME}}"><button class="button quiet" type="submit">Leave team</button></form>{{/IN}}</header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#MANAGED}}<div class="notice info"><p>Your identity provider manages who is in this team.</p></div>{{/MANAGED}}
{{#EMPTY}}<div class="card empty"><p><b>Nobody is in this team yet.</b> Members join here, or are added on their own page.</p></div>{{/EMPTY}}
{{#TABLE}}<table class="cards"><thead><tr><th scope="col">Member</th><th scope="col">Role in the team</th><th scope="col"><span class="sr">Change</span></th></tr></thead>
<tbody>{{#MEMBER}}<tr><td data-label="Member"><span><a href="{{URL}}"><b>{{WHO}}</b></a>{{#PENDING}} <span class="pill warn">Invited</span>{{/PENDING}}</span></td><td data-label="Role">{{#ADMIN}}Team admin{{/ADMIN}}{{#CONTRIBUTOR}}Contributor{{/CONTRIBUTOR}}</td>
<td>{{#EDIT}}<div class="pager">{{#PROMOTE}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="promote"><input type="hidden" name="member" value="{{ID}}"><button class="button quiet small" type="submit" aria-label="Make {{WHO}} a team admin">Make admin</button></form>{{/PROMOTE}}{{#DEMOTE}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="demote"><input type="hidden" name="member" value="{{ID}}"><button class="button quiet small" type="submit" aria-label="Make {{WHO}} a contributor">Make contributor</button></form>{{/DEMOTE}}
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="leave"><input type="hidden" name="member" value="{{ID}}"><button class="button quiet small" type="submit" aria-label="Take {{WHO}} out of the team">Remove</button></form></div>{{/EDIT}}</td></tr>{{/MEMBER}}</tbody></table>{{/TABLE}}
<nav class="pager" aria-label="Pages">{{#MORE}}<a class="button quiet" rel="next" href="{{URL}}">Next page</a>{{/MORE}}</nav>
{{#RENAME}}<section class="card" aria-labelledby="edit-title"><h2 id="edit-title">Rename</h2>
<form method="post" action="{{ACTION}}" class="stack narrow"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="edit">
<div class="field"><label for="name">Name</label><input id="name" name="name" value="{{NAME}}" required></div>
<div class="field"><label for="new_slug">Short name</label><input id="new_slug" name="new_slug" value="{{SLUG}}" required autocapitalize="none" spellcheck="false"></div>
<button class="button quiet" type="submit">Save</button></form></section>{{/RENAME}}
{{#DELETE}}<section class="card danger" aria-labelledby="delete-title"><h2 id="delete-title">Delete</h2>
<p>The team goes; its members stay in the organization.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="delete">
<label class="check"><input type="checkbox" name="confirm" value="1" required><span>Yes, delete {{NAME}}</span></label>
<button class="button bad" type="submit">Delete team</button></form></section>{{/DELETE}}
