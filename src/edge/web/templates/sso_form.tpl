{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>{{#NEW}}Set up single sign-on{{/NEW}}{{#EDIT}}Change provider settings{{/EDIT}}</h1><p class="minor">{{ADAPTER}}</p></header>
{{#HAS_ERRORS}}<p class="sr" role="alert">The settings could not be used. See the messages below.</p>{{/HAS_ERRORS}}
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#SAID}}<div class="notice" role="status"><p><b>Your provider’s answer:</b> {{TEXT}}</p></div>{{/SAID}}
{{#NEW}}<ol class="steps"><li aria-current="step">Enter settings</li><li>Try it</li><li>Review and switch on</li></ol>{{/NEW}}
{{#CHECKS}}<section class="card" aria-labelledby="checks-title"><h2 id="checks-title">What we checked</h2>
<ol class="chain" aria-label="Chain of checks">{{#CHECK}}<li class="{{#PASSED}}pass{{/PASSED}}{{#FAILED}}fail{{/FAILED}}"><p><span class="mark">{{#PASSED}}✓ <span class="sr">passed:</span>{{/PASSED}}{{#FAILED}}✗ <span class="sr">failed:</span>{{/FAILED}}</span> {{LABEL}} <code>{{NAME}}</code></p>
<dl>{{#EXPECTED}}<div><dt>expected</dt><dd>{{EXPECTED}}</dd></div>{{/EXPECTED}}{{#RECEIVED}}<div><dt>received</dt><dd>{{RECEIVED}}</dd></div>{{/RECEIVED}}</dl></li>{{/CHECK}}</ol></section>{{/CHECKS}}
<section class="card" aria-labelledby="at-title"><h2 id="at-title">At your provider</h2>
<ol class="guide">{{#GUIDE}}<li><p>{{TEXT}}</p>{{#REDIRECT}}<p class="copy"><code id="redirect-uri">{{VALUE}}</code></p>{{/REDIRECT}}{{#COPY}}<p class="copy"><code>{{VALUE}}</code></p>{{/COPY}}</li>{{/GUIDE}}</ol>
{{#KEYS_URI}}<p class="minor">Only with <code>private_key_jwt</code>: it finds our public keys here, and no secret is needed.</p>
<p class="copy"><code id="keys-uri">{{KEYS_URI}}</code></p>{{/KEYS_URI}}</section>
<section class="card" aria-labelledby="here-title"><h2 id="here-title">Here</h2>
<form method="post" action="{{ACTION}}" class="stack wide">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="init" value="1"><input type="hidden" name="provider" value="{{KIND}}">
<div class="field"><label for="display_name">Name</label><input id="display_name" name="display_name" value="{{DISPLAY_NAME}}" maxlength="64" placeholder="{{ADAPTER}}" autocomplete="off" aria-describedby="display-help"><p class="help" id="display-help">What members see on the button: “Continue with …”.</p></div>
{{#FIELD}}{{>INPUT}}{{/FIELD}}
{{#ADVANCED}}<details class="more"{{#OPEN}} open{{/OPEN}}><summary>More settings</summary>{{#FIELD}}{{>INPUT}}{{/FIELD}}</details>{{/ADVANCED}}
<div class="actions"><button class="button" type="submit">Save and try it</button> <a class="button quiet" href="{{CANCEL_URL}}">Cancel</a></div>
<p class="help">You sign in at your provider once. Nothing changes for others until you confirm on the next page.</p>
</form></section>
