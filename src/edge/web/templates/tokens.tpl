{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>API tokens</h1></header>
<p class="lead">For programs that act in your name. A token can never do more than your role.</p>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#CREATED}}<section class="card good" aria-labelledby="new-title" role="status"><h2 id="new-title">Your new token</h2>
<p>Copy it now: it is not shown again.</p>
<p class="copy"><code id="token">{{TOKEN}}</code></p></section>{{/CREATED}}
{{#TOKENS}}<section class="card" aria-labelledby="list-title"><h2 id="list-title">Your tokens</h2>
<table class="cards"><thead><tr><th scope="col">Name</th><th scope="col">Ends with</th><th scope="col">Permissions</th><th scope="col">Valid until</th><th scope="col">Last used</th><th scope="col"><span class="sr">Remove</span></th></tr></thead>
<tbody>{{#TOKEN_ROW}}<tr><td data-label="Name">{{NAME}}</td><td data-label="Ends with"><code>…{{HINT}}</code></td><td data-label="Permissions">{{SCOPES}}</td><td data-label="Valid until"><span>{{ENDS}}{{#OVER}} <span class="pill bad">Expired</span>{{/OVER}}</span></td><td data-label="Last used">{{USED}}</td><td><form method="post" action="/account/tokens/"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="remove"><input type="hidden" name="id" value="{{ID}}"><button class="button quiet small" type="submit" aria-label="Revoke {{NAME}}">Revoke</button></form></td></tr>{{/TOKEN_ROW}}</tbody></table></section>{{/TOKENS}}
<section class="card" aria-labelledby="create-title"><h2 id="create-title">Create a token</h2>
<form method="post" action="/account/tokens/" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><div class="field narrow"><label for="name">Name</label><input id="name" name="name" value="{{NAME}}" autocomplete="off" required aria-describedby="name-help"><p class="help" id="name-help">What it is for, for example “nightly export”.</p></div>
<div class="field narrow"><label for="days">Valid for</label><select id="days" name="days" aria-describedby="days-help">{{#LIFE}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/LIFE}}</select><p class="help" id="days-help">You can revoke it at any time. One without an end stays a risk when it is forgotten.</p></div>
<p class="minor">Tick no more than the program needs. Of one kind, <code>write</code> includes <code>read</code>, and <code>admin</code> includes both.</p>
{{#GROUP}}<fieldset><legend>{{TITLE}}</legend><div class="checks">{{#SCOPE}}<div><label class="check"><input type="checkbox" name="scope" value="{{ID}}"{{#SELECTED}} checked{{/SELECTED}} aria-describedby="about-{{ID}}"><code>{{ID}}</code></label><p class="help" id="about-{{ID}}">{{HELP}}</p></div>{{/SCOPE}}</div></fieldset>{{/GROUP}}
<button class="button" type="submit">Create token</button>
</form></section>
{{#REACHES}}<section class="card" aria-labelledby="reach-title"><h2 id="reach-title">What your tokens reach</h2>
<p class="minor">A program cannot go through single sign-on. Where an organization requires it, your tokens work as long as your account is linked there, and stop when the link ends.</p>
<ul class="rows">{{#REACH}}<li><b class="grow">{{ORGANIZATION}}</b> {{#OPEN}}<span class="pill ok">Open</span>{{/OPEN}}{{#LINK_FIRST}}<a href="/auth/login/{{SLUG}}/">Link your account first</a>{{/LINK_FIRST}}{{#FACTOR_FIRST}}<a href="/account/two-factor/">Set up a second factor first</a>{{/FACTOR_FIRST}}{{#CONFIRM_FIRST}}<a href="/account/emails/">Confirm your address first</a>{{/CONFIRM_FIRST}}</li>{{/REACH}}</ul></section>{{/REACHES}}
