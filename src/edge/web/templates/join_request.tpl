{{%AUTOESCAPE context="HTML"}}<h1>Ask to join {{ORGANIZATION}}</h1>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#SENT}}<div class="notice ok" role="status"><p><b>Thank you.</b> If {{ORGANIZATION}} lets you in, you get a mail with a link.</p></div>{{/SENT}}
{{#SSO}}<p>Members join through the organization’s identity provider.</p><p class="actions"><a class="button" href="/auth/login/{{SLUG}}/">Sign in to {{ORGANIZATION}}</a></p>{{/SSO}}
{{#CLOSED}}<p>{{ORGANIZATION}} does not take requests. Ask somebody in it for an invitation.</p>{{/CLOSED}}
{{#FORM}}<p>Those who may invite people get a mail and decide.</p><form method="post" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field"><label for="email">Your e-mail address</label><input id="email" name="email" type="email" value="{{EMAIL}}" autocomplete="email" required></div>
<button class="button" type="submit">Send request</button></form>{{/FORM}}
