{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{MEMBERS_URL}}">All members</a></p>
{{#CLOSED}}<header class="head"><h1>Invitations</h1></header><div class="notice info"><p>{{ORGANIZATION}} takes no invitations. An owner can change that in the settings.</p></div>{{/CLOSED}}
{{#FORM}}<header class="head"><h1>{{#INVITE}}Invite people{{/INVITE}}{{#ASK}}Ask to invite somebody{{/ASK}}</h1></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{#ERROR_ADDRESS}}<code>{{ERROR_ADDRESS}}</code>: {{/ERROR_ADDRESS}}{{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<section class="card"><form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="new">
<div class="field"><label for="addresses">E-mail addresses</label><textarea id="addresses" name="addresses" rows="3" required spellcheck="false" autocapitalize="none" aria-describedby="addresses-help">{{ADDRESSES}}</textarea><p class="help" id="addresses-help">{{#INVITE}}One a line. Everybody gets a mail with a link of their own; it works once, for 30 days.{{/INVITE}}{{#ASK}}One a line. Those who may invite people get a mail and decide.{{/ASK}}</p></div>
<div class="field narrow"><label for="role">Role</label><select id="role" name="role">{{#OPTION}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/OPTION}}</select></div>
{{#TEAMS}}<fieldset><legend>Teams</legend><div class="checks">{{#TEAM}}<label class="check"><input type="checkbox" name="team" value="{{SLUG}}"{{#CHOSEN}} checked{{/CHOSEN}}><span>{{LABEL}}</span></label>{{/TEAM}}</div></fieldset>{{/TEAMS}}
<button class="button" type="submit">{{#INVITE}}Send invitations{{/INVITE}}{{#ASK}}Send request{{/ASK}}</button>
</form></section>{{/FORM}}
<section aria-labelledby="open-title"><h2 id="open-title">Invitations and requests</h2>
{{#CUT}}<p class="minor">{{SHOWN}} of {{ALL}}, those that wait for a decision first. <a href="{{URL}}">Find the others among the members</a></p>{{/CUT}}
{{#NONE}}<div class="card empty"><p>Nobody is waiting: every invitation has been answered.</p></div>{{/NONE}}
<div class="list">{{#PENDING}}<article class="card">
<header class="head"><div><h3>{{EMAIL}}</h3><p class="minor">{{ROLE}}{{#INVITER}} · by {{INVITER}}{{/INVITER}}{{#EXPIRES}} · until {{EXPIRES}}{{/EXPIRES}}</p></div>
<p>{{#IS_OPEN}}<span class="pill">{{STATUS}}</span>{{/IS_OPEN}}{{#IS_EXPIRED}}<span class="pill bad">{{STATUS}}</span>{{/IS_EXPIRED}}{{#IS_REQUEST}}<span class="pill warn">{{STATUS}}</span>{{/IS_REQUEST}}</p></header>
{{#LINK}}<p class="copy"><code>{{LINK}}</code></p>{{/LINK}}
{{#MANAGE}}<div class="actions">{{#RESEND}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="resend"><input type="hidden" name="id" value="{{ID}}"><button class="button quiet small" type="submit" aria-label="Send the mail to {{EMAIL}} again">Send again</button></form>{{/RESEND}}
{{#RENEW}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="renew"><input type="hidden" name="id" value="{{ID}}"><button class="button quiet small" type="submit" aria-label="New link for {{EMAIL}}">New link</button></form>{{/RENEW}}
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="revoke"><input type="hidden" name="id" value="{{ID}}"><button class="button bad small" type="submit" aria-label="Revoke the invitation of {{EMAIL}}">Revoke</button></form></div>{{/MANAGE}}
{{#DECIDE}}<div class="actions"><form method="post" action="{{ACTION}}" class="pager"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="approve"><input type="hidden" name="id" value="{{ID}}"><select name="role" aria-label="Role of {{EMAIL}}">{{#OPTION}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/OPTION}}</select> <button class="button small" type="submit" aria-label="Approve {{EMAIL}}">Approve</button></form>
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="reject"><input type="hidden" name="id" value="{{ID}}"><button class="button bad small" type="submit" aria-label="Reject {{EMAIL}}">Reject</button></form></div>{{/DECIDE}}
</article>{{/PENDING}}</div></section>
