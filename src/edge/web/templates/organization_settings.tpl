{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>Settings</h1><p class="minor">{{ORGANIZATION}} · <code>{{SLUG}}</code></p></div></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<form method="post" action="{{ACTION}}" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="switches"><input type="hidden" name="version" value="{{VERSION}}">
<section class="card stack" aria-labelledby="safe-title"><h2 id="safe-title">Security</h2>
<div class="field"><label class="check"><input type="checkbox" name="require_2fa" value="on"{{#REQUIRE_2FA}} checked{{/REQUIRE_2FA}} aria-describedby="require_2fa-help"><span>Require two-factor authentication</span></label>
<p class="help" id="require_2fa-help">{{#SSO_OFF}}Members without a second factor are out at once; a mail brings them back when they have set one up.{{#NO_OWN_2FA}} <a href="/account/two-factor/">Set up your own first.</a>{{/NO_OWN_2FA}}{{/SSO_OFF}}{{#SSO_ON}}Not together with single sign-on. The stronger choice is there: let your <a href="/organizations/{{SLUG}}/auth/configure/?edit=1">provider vouch for a second factor</a>.{{/SSO_ON}}</p></div>
<div class="field"><label class="check"><input type="checkbox" name="require_email_verification" value="on"{{#REQUIRE_EMAIL_VERIFICATION}} checked{{/REQUIRE_EMAIL_VERIFICATION}} aria-describedby="email-help"><span>Require a confirmed e-mail address</span></label><p class="help" id="email-help">Members whose address is not confirmed are asked to before they get in.{{#NO_OWN_EMAIL}} <a href="/account/emails/">Confirm your own first.</a>{{/NO_OWN_EMAIL}}</p></div></section>
<section class="card stack" aria-labelledby="join-title"><h2 id="join-title">Joining</h2>
<div class="field"><label class="check"><input type="checkbox" name="allow_invites" value="on"{{#ALLOW_INVITES}} checked{{/ALLOW_INVITES}}><span>People can be invited</span></label></div>
<div class="field"><label class="check"><input type="checkbox" name="bind_invites_to_email" value="on"{{#BIND_INVITES_TO_EMAIL}} checked{{/BIND_INVITES_TO_EMAIL}} aria-describedby="bind-help"><span>Only the invited address can accept</span></label><p class="help" id="bind-help">Otherwise whoever holds the link can.</p></div>
<div class="field"><label class="check"><input type="checkbox" name="allow_join_requests" value="on"{{#ALLOW_JOIN_REQUESTS}} checked{{/ALLOW_JOIN_REQUESTS}} aria-describedby="ask-help"><span>Outsiders may ask to join</span></label><p class="help" id="ask-help">At <code>{{JOIN_URL}}</code></p></div>
<div class="field"><label class="check"><input type="checkbox" name="allow_joinleave" value="on"{{#ALLOW_JOINLEAVE}} checked{{/ALLOW_JOINLEAVE}} aria-describedby="open-help"><span>Open teams</span></label><p class="help" id="open-help">Members join and leave teams as they like; otherwise they ask.</p></div></section>
<section class="card stack" aria-labelledby="may-title"><h2 id="may-title">What plain members may do</h2>
<div class="field"><label class="check"><input type="checkbox" name="events_member_admin" value="on"{{#EVENTS_MEMBER_ADMIN}} checked{{/EVENTS_MEMBER_ADMIN}}><span>Delete events</span></label></div>
<div class="field"><label class="check"><input type="checkbox" name="alerts_member_write" value="on"{{#ALERTS_MEMBER_WRITE}} checked{{/ALERTS_MEMBER_WRITE}}><span>Create and change alerts</span></label></div></section>
<button class="button" type="submit">Save settings</button></form>
{{#ROLE_FORM}}<section class="card" aria-labelledby="role-title"><h2 id="role-title">Role of new members</h2>
<form method="post" action="{{ACTION}}" class="stack narrow"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="default-role">
<div class="field"><label for="role">For those who come through single sign-on, or by asking</label><select id="role" name="role">{{#OPTION}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/OPTION}}</select></div>
<button class="button quiet" type="submit">Save role</button></form></section>{{/ROLE_FORM}}
