{{%AUTOESCAPE context="HTML"}}{{#LINKED}}<h1>Account linked</h1>
<p class="lead" role="status"><b>{{ACCOUNT}}</b> at {{PROVIDER}} is linked to your account.</p>{{/LINKED}}
{{#ERROR}}<h1>{{TITLE}}</h1>
<p class="lead" role="alert">{{WHAT}} {{NEXT}}</p>{{/ERROR}}
{{#WORDS}}<p class="minor">{{PROVIDER}} said: “{{WORDS}}”</p>{{/WORDS}}
{{#POPUP}}<p class="minor">You can close this window.</p>{{/POPUP}}
<p class="actions"><a class="button" href="/account/identities/">Linked accounts</a></p>
