{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>{{NAME}}</h1><p class="minor"><a href="{{LIST_URL}}">Projects</a> · <code>{{SLUG}}</code></p></div><a class="button quiet" href="{{ISSUES_URL}}">Issues</a></header>
<nav class="tabs" aria-label="Project">{{#TAB}}<a href="{{URL}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{LABEL}}</a>{{/TAB}}</nav>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}{{#PROBLEM}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHERE}}</p>{{#SOURCE_LINE}}<p><code>{{NUMBER}}: {{ROW}}</code></p>{{/SOURCE_LINE}}<p>{{NEXT}} Nothing was saved.</p></div>{{/PROBLEM}}
<p class="lead">Which events are the same issue. It holds for what arrives from now on; the page of an issue explains how an event was grouped.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}">
<section class="card stack" aria-labelledby="print-title"><h2 id="print-title">Fingerprint rules</h2>
<div class="field"><label for="fingerprint_rules">One rule a line; the first that matches decides</label><textarea id="fingerprint_rules" name="fingerprint_rules" class="mono" rows="8" spellcheck="false" autocapitalize="none" aria-describedby="print-help">{{#FINGERPRINTS}}{{ROW}}
{{/FINGERPRINTS}}</textarea><p class="help" id="print-help"><code>type:DatabaseUnavailable -&gt; database-down</code><br><code>message:"could not reach *" -&gt; network</code><br>Names in double braces stand for values of the event: <code>default</code>, <code>transaction</code>, <code>error.type</code>.</p></div></section>
<section class="card stack" aria-labelledby="stack-title"><h2 id="stack-title">Stack rules</h2>
<div class="field"><label for="stack_rules">Which frames are yours, and which ones count</label><textarea id="stack_rules" name="stack_rules" class="mono" rows="8" spellcheck="false" autocapitalize="none" aria-describedby="stack-help">{{#STACKS}}{{ROW}}
{{/STACKS}}</textarea><p class="help" id="stack-help"><code>stack.abs_path:**/vendor/** -app</code><br><code>stack.function:log_and_throw -group</code></p></div></section>
<button class="button" type="submit">Save rules</button></form>
