{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>E-mail addresses</h1></header>
<p class="lead">Mails go to the primary one. Any confirmed address can sign you in and reset your password.</p>
{{#REASON}}<div class="notice warn" role="status"><p><b>Your organization asks for a confirmed address.</b> Have a mail sent to yours, and open its link.</p></div>{{/REASON}}
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#NO_EMAIL}}<div class="card empty"><p>This account has no address yet.</p></div>{{/NO_EMAIL}}
<ul class="list">{{#EMAIL}}<li class="card item"><div class="grow"><h2>{{ADDRESS}}</h2><p>{{#PRIMARY}}<span class="pill">Primary</span> {{/PRIMARY}}{{#VERIFIED}}<span class="pill ok">Confirmed</span>{{/VERIFIED}}{{#UNVERIFIED}}<span class="pill warn">Not confirmed</span>{{/UNVERIFIED}}</p></div>
<div class="pager">{{#UNVERIFIED}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="confirm"><input type="hidden" name="email" value="{{ADDRESS}}"><button class="button quiet small" type="submit" aria-label="Send a confirmation mail to {{ADDRESS}}">Send confirmation</button></form>{{/UNVERIFIED}}
{{#CAN_LEAD}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="primary"><input type="hidden" name="email" value="{{ADDRESS}}"><button class="button quiet small" type="submit" aria-label="Make {{ADDRESS}} the primary address">Make primary</button></form>{{/CAN_LEAD}}
{{#OTHER}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="remove"><input type="hidden" name="email" value="{{ADDRESS}}"><button class="button bad small" type="submit" aria-label="Remove {{ADDRESS}}">Remove</button></form>{{/OTHER}}</div></li>{{/EMAIL}}</ul>
<section class="card" aria-labelledby="add-title"><h2 id="add-title">Add an address</h2>
<form method="post" action="{{ACTION}}" class="stack narrow"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="add">
<div class="field"><label for="new_email">E-mail address</label><input id="new_email" name="new_email" type="email" value="{{NEW_EMAIL}}" autocomplete="email" required></div>
<button class="button" type="submit">Add address</button></form></section>
