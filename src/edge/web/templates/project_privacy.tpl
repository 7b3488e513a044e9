{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>{{NAME}}</h1><p class="minor"><a href="{{LIST_URL}}">Projects</a> · <code>{{SLUG}}</code></p></div><a class="button quiet" href="{{ISSUES_URL}}">Issues</a></header>
<nav class="tabs" aria-label="Project">{{#TAB}}<a href="{{URL}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{LABEL}}</a>{{/TAB}}</nav>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}{{#PROBLEM}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHERE}}</p>{{#SOURCE_LINE}}<p><code>{{NUMBER}}: {{ROW}}</code></p>{{/SOURCE_LINE}}<p>{{NEXT}} Nothing was saved.</p></div>{{/PROBLEM}}
<p class="lead">What is removed from events before they are kept. It holds for what arrives from now on.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}">
<section class="card stack" aria-labelledby="scrub-title"><h2 id="scrub-title">Scrubbing</h2>
<div class="field"><label class="check"><input type="checkbox" name="scrub_data" value="on"{{#SCRUB_DATA}} checked{{/SCRUB_DATA}} aria-describedby="data-help"><span>Scrub data</span></label><p class="help" id="data-help">Off: only addresses and the rules at the end of this page count.</p></div>
<div class="field"><label class="check"><input type="checkbox" name="scrub_defaults" value="on"{{#SCRUB_DEFAULTS}} checked{{/SCRUB_DEFAULTS}} aria-describedby="defaults-help"><span>Use the default rules</span></label><p class="help" id="defaults-help">Passwords, tokens, card numbers, keys, session cookies, names of users in paths.</p></div>
<div class="field"><label class="check"><input type="checkbox" name="scrub_ip" value="on"{{#SCRUB_IP}} checked{{/SCRUB_IP}}><span>Remove IP addresses</span></label></div></section>
<section class="card stack" aria-labelledby="fields-title"><h2 id="fields-title">Fields</h2>
<div class="field"><label for="sensitive">Also scrub</label><textarea id="sensitive" name="sensitive" rows="3" spellcheck="false" autocapitalize="none" placeholder="iban" aria-describedby="sensitive-help">{{#SENSITIVE}}{{ROW}}
{{/SENSITIVE}}</textarea><p class="help" id="sensitive-help">One a line. Every field whose name has it as a part, and texts that have it.</p></div>
<div class="field"><label for="safe">Never scrub</label><textarea id="safe" name="safe" rows="3" spellcheck="false" autocapitalize="none" placeholder="order_token_kind" aria-describedby="safe-help">{{#SAFE}}{{ROW}}
{{/SAFE}}</textarea><p class="help" id="safe-help">One a line: exact names of fields that the default rules leave alone.</p></div></section>
<section class="card stack" aria-labelledby="rules-title"><h2 id="rules-title">Rules of your own</h2>
<div class="field"><label for="rules">Rules as JSON</label><textarea id="rules" name="rules" class="mono" rows="8" spellcheck="false" autocapitalize="none" aria-describedby="rules-help">{{#RULES}}{{ROW}}
{{/RULES}}</textarea><p class="help" id="rules-help">Rules by name, and where they apply. Types: <code>pattern</code>, <code>redact_pair</code>, <code>anything</code>, <code>@ip</code>, <code>@email</code>, <code>@creditcard</code> and others; methods: <code>remove</code>, <code>replace</code>, <code>mask</code>, <code>hash</code>.</p></div>
<details class="more"><summary>An example</summary><pre class="snippet"><code>{"rules": {"orders": {"type": "pattern", "pattern": "ORD-[0-9]+",
             "redaction": {"method": "replace", "text": "[order]"}}},
 "applications": {"$message || extra.**": ["orders", "@email:mask"]}}</code></pre></details></section>
<button class="button" type="submit">Save</button></form>
