{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>{{#NEW}}Review and switch on{{/NEW}}{{#EDIT}}Review the change{{/EDIT}}</h1></header>
{{#NEW}}<ol class="steps"><li>Enter settings</li><li>Try it</li><li aria-current="step">Review and switch on</li></ol>{{/NEW}}
<p class="lead">Your provider answered, and every check passed. This is what it said about you.</p>
{{#ISSUER_CHANGED}}<div class="notice warn" role="status"><p><b>Another issuer.</b> Everybody will have to link their account again, and sessions opened through the old provider end.</p></div>{{/ISSUER_CHANGED}}
{{#CLEARS_2FA}}<div class="notice warn" role="status"><p><b>Required two-factor authentication will be switched off.</b> From now on your identity provider decides how people prove who they are.</p></div>{{/CLEARS_2FA}}
<section class="card" aria-labelledby="you-title"><h2 id="you-title">How it maps to an account here</h2>
<table class="cards"><thead><tr><th scope="col">Here</th><th scope="col">Claim</th><th scope="col">Received</th></tr></thead>
<tbody>{{#MAPPED}}<tr><td data-label="Here">{{FIELD}}</td><td data-label="Claim"><code>{{CLAIM}}</code></td><td data-label="Received">{{#SOME}}{{VALUE}}{{/SOME}}{{#NONE}}<span class="pill warn">nothing</span>{{/NONE}}</td></tr>{{/MAPPED}}</tbody></table>
<p class="minor">Subject <code>{{SUBJECT}}</code>{{#EMAIL}} · {{EMAIL}}{{/EMAIL}} will be linked to your account.</p></section>
<form method="post" action="{{ACTION}}">
<input type="hidden" name="csrf" value="{{CSRF}}">
{{#CHOICE}}<section class="card" aria-labelledby="choice-title"><h2 id="choice-title">Who may log in</h2>
<div class="field{{#BAD}} wrong{{/BAD}}"><label for="choice">{{LABEL}}</label><select id="choice" name="choice" aria-describedby="choice-help"><option value="">Choose…</option>{{#OPTION}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{NAME}}</option>{{/OPTION}}</select>
<div id="choice-help">{{#FIELD_ERROR}}<p class="problem" role="alert">{{TEXT}}</p>{{/FIELD_ERROR}}<p class="help">{{HELP}}</p></div></div></section>{{/CHOICE}}
<div class="actions bar"><button class="button" type="submit" name="op" value="finish">{{#NEW}}Switch on single sign-on{{/NEW}}{{#EDIT}}Use the new settings{{/EDIT}}</button>
<button class="button quiet" type="submit" name="op" value="cancel">Cancel</button></div>
</form>
{{#NEW}}<p class="minor">Then {{ORGANIZATION}} requires single sign-on, and members who are not linked yet get a mail. You can make it optional afterwards.</p>{{/NEW}}
<section class="card" aria-labelledby="checks-title"><h2 id="checks-title">Checks</h2>
{{#CHECKS}}<ol class="chain" aria-label="Chain of checks">{{#CHECK}}<li class="{{#PASSED}}pass{{/PASSED}}{{#FAILED}}fail{{/FAILED}}"><p><span class="mark">{{#PASSED}}✓ <span class="sr">passed:</span>{{/PASSED}}{{#FAILED}}✗ <span class="sr">failed:</span>{{/FAILED}}</span> {{LABEL}} <code>{{NAME}}</code></p>
<dl>{{#EXPECTED}}<div><dt>expected</dt><dd>{{EXPECTED}}</dd></div>{{/EXPECTED}}{{#RECEIVED}}<div><dt>received</dt><dd>{{RECEIVED}}</dd></div>{{/RECEIVED}}</dl></li>{{/CHECK}}</ol>{{/CHECKS}}
</section>
<details class="card more"><summary>All claims received</summary><dl class="values">{{#CLAIM}}<div><dt>{{NAME}}</dt><dd>{{VALUE}}</dd></div>{{/CLAIM}}</dl></details>
