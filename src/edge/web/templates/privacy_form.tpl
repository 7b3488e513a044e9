{{%AUTOESCAPE context="HTML"}}<section class="card stack" aria-labelledby="scrub-title"><h2 id="scrub-title">Scrubbing</h2>
{{#SWITCH}}<div class="field"><label class="check"><input type="checkbox" name="{{ID}}" value="on"{{#ON}} checked{{/ON}} aria-describedby="{{ID}}-help"><span>{{LABEL}}</span></label><p class="help" id="{{ID}}-help">{{HELP}}{{#DEMANDED}} The organization demands it, whatever is set here.{{/DEMANDED}}</p></div>
{{/SWITCH}}</section>
<section class="card stack" aria-labelledby="fields-title"><h2 id="fields-title">Fields</h2>
{{#NAMES}}<div class="field"><label for="{{ID}}">{{LABEL}}</label><textarea id="{{ID}}" name="{{ID}}" rows="3" spellcheck="false" autocapitalize="none" placeholder="{{EXAMPLE}}" aria-describedby="{{ID}}-help">{{#LINE}}{{ROW}}
{{/LINE}}</textarea><p class="help" id="{{ID}}-help">{{HELP}}{{#ALSO}} The organization adds {{ENTRIES}}.{{/ALSO}}</p></div>
{{/NAMES}}</section>
<section class="card stack" aria-labelledby="rules-title"><h2 id="rules-title">Rules of your own</h2>
{{#RULES_BELOW}}<p class="minor">The organization has rules as well; both apply.</p>{{/RULES_BELOW}}
<div class="field"><label for="rules">Rules as JSON</label><textarea id="rules" name="rules" class="mono" rows="8" spellcheck="false" autocapitalize="none" aria-describedby="rules-help">{{#RULES}}{{ROW}}
{{/RULES}}</textarea><p class="help" id="rules-help">Rules by name, and where they apply. Types: <code>pattern</code>, <code>redact_pair</code>, <code>anything</code>, <code>@ip</code>, <code>@email</code>, <code>@creditcard</code> and others; methods: <code>remove</code>, <code>replace</code>, <code>mask</code>, <code>hash</code>.</p></div>
<details class="more"><summary>An example</summary><pre class="snippet"><code>{"rules": {"orders": {"type": "pattern", "pattern": "ORD-[0-9]+",
             "redaction": {"method": "replace", "text": "[order]"}}},
 "applications": {"$message || extra.**": ["orders", "@email:mask"]}}</code></pre></details></section>
