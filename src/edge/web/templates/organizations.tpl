{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Organizations</h1></header>
{{#LIMITED}}<div class="notice info" role="status"><p>You came in through single sign-on, so only that organization is shown. <a href="/auth/login/?reason=reauth_required&amp;next=/organizations/">Use your own password</a> to see the rest of your account.</p></div>{{/LIMITED}}
{{#EMPTY}}<div class="card empty"><p><b>You are not in an organization yet.</b></p><p>Create one below, ask a colleague to invite you, or open the link in a mail that an organization sent you.</p></div>{{/EMPTY}}
<ul class="list">{{#ORGANIZATION}}<li><a class="card item go" href="/organizations/{{SLUG}}/"><span class="tile" aria-hidden="true"></span><span class="grow"><b>{{NAME}}</b><small>{{SLUG}}</small></span><span class="pill">{{ROLE}}</span></a></li>{{/ORGANIZATION}}</ul>
{{#CREATE}}<section class="card" aria-labelledby="new-title"><h2 id="new-title">Create an organization</h2>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<form method="post" action="/organizations/new/" class="stack narrow">
<input type="hidden" name="csrf" value="{{CSRF}}"><div class="field"><label for="name">Name</label><input id="name" name="name" value="{{NAME}}" autocomplete="off" required data-slug="slug"></div>
<div class="field"><label for="slug">Short name</label><input id="slug" name="slug" value="{{SLUG}}" autocapitalize="none" autocomplete="off" spellcheck="false" required aria-describedby="slug-help">
<p class="help" id="slug-help">Part of its addresses: lower-case letters, digits and hyphens, for example acme.</p></div>
<button class="button" type="submit">Create organization</button>
</form></section>{{/CREATE}}
