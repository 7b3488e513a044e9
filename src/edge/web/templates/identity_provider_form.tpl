{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Let members link accounts</h1><p class="minor">{{ADAPTER}}</p></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#CHECKS}}<section class="card" aria-labelledby="checks-title"><h2 id="checks-title">What we checked</h2>
<ol class="chain" aria-label="Chain of checks">{{#CHECK}}<li class="{{#PASSED}}pass{{/PASSED}}{{#FAILED}}fail{{/FAILED}}"><p><span class="mark">{{#PASSED}}✓ <span class="sr">passed:</span>{{/PASSED}}{{#FAILED}}✗ <span class="sr">failed:</span>{{/FAILED}}</span> {{LABEL}} <code>{{NAME}}</code></p>
<dl>{{#EXPECTED}}<div><dt>expected</dt><dd>{{EXPECTED}}</dd></div>{{/EXPECTED}}{{#RECEIVED}}<div><dt>received</dt><dd>{{RECEIVED}}</dd></div>{{/RECEIVED}}</dl></li>{{/CHECK}}</ol></section>{{/CHECKS}}
<section class="card" aria-labelledby="at-title"><h2 id="at-title">At the provider</h2>
<ol class="guide">{{#GUIDE}}<li><p>{{TEXT}}</p>{{#VALUE}}<p class="copy"><code>{{VALUE}}</code></p>{{/VALUE}}</li>{{/GUIDE}}</ol></section>
<section class="card" aria-labelledby="here-title"><h2 id="here-title">Here</h2>
<form method="post" action="{{ACTION}}" class="stack wide">
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field"><label for="display_name">Name</label><input id="display_name" name="display_name" value="{{NAME}}" maxlength="64" required autocomplete="off" aria-describedby="display-help"><p class="help" id="display-help">What members see.</p></div>
<div class="field"><label for="external_id">Identifier</label><input id="external_id" name="external_id" value="{{EXTERNAL_ID}}" maxlength="64" required autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="external-help"><p class="help" id="external-help">The workspace, instance or tenant there, for example <code>acme</code>. It becomes part of the link and tells two of a kind apart.</p></div>
{{#FIELD}}{{>INPUT}}{{/FIELD}}
<div class="actions"><button class="button" type="submit">Save</button> <a class="button quiet" href="{{CANCEL_URL}}">Cancel</a></div>
</form></section>
