{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>API tokens</h1></header>
<p class="lead">For programs that act in your name. A token can never do more than your role.</p>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#CREATED}}<section class="card good" aria-labelledby="new-title" role="status"><h2 id="new-title">Your new token</h2>
<p>Copy it now: it is not shown again.</p>
<p class="copy"><code id="token">{{TOKEN}}</code></p></section>{{/CREATED}}
{{#TOKENS}}<section class="card" aria-labelledby="list-title"><h2 id="list-title">Your tokens</h2>
<table class="cards"><thead><tr><th scope="col">Name</th><th scope="col">Ends with</th><th scope="col">Permissions</th><th scope="col">Valid until</th><th scope="col">Last used</th><th scope="col"><span class="sr">Remove</span></th></tr></thead>
<tbody>{{#TOKEN_ROW}}<tr><td data-label="Name">{{NAME}}</td><td data-label="Ends with"><code>…{{HINT}}</code></td><td data-label="Permissions">{{SCOPES}}</td><td data-label="Valid until">{{ENDS}}</td><td data-label="Last used">{{USED}}</td><td><form method="post" action="/account/tokens/"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="remove"><input type="hidden" name="id" value="{{ID}}"><button class="button quiet" type="submit" aria-label="Revoke {{NAME}}">Revoke</button></form></td></tr>{{/TOKEN_ROW}}</tbody></table></section>{{/TOKENS}}
<section class="card" aria-labelledby="create-title"><h2 id="create-title">Create a token</h2>
<form method="post" action="/account/tokens/" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><div class="field narrow"><label for="name">Name</label><input id="name" name="name" value="{{NAME}}" autocomplete="off" required aria-describedby="name-help"><p class="help" id="name-help">What it is for, for example “nightly export”.</p></div>
<div class="field narrow"><label for="days">Valid for</label><select id="days" name="days"><option value="30">30 days</option><option value="90" selected>90 days</option><option value="365">1 year</option><option value="never">No end</option></select></div>
<fieldset><legend>Permissions</legend><div class="checks">{{#SCOPE}}<label class="check"><input type="checkbox" name="scope" value="{{ID}}"><code>{{ID}}</code></label>{{/SCOPE}}</div></fieldset>
<button class="button" type="submit">Create token</button>
</form></section>
