{{%AUTOESCAPE context="HTML"}}<section class="card stack" aria-labelledby="junk-title"><h2 id="junk-title">Known junk</h2>
<div class="choices">{{#FLAG}}<div class="field"><label for="filter_{{ID}}">{{LABEL}}</label><select id="filter_{{ID}}" name="filter_{{ID}}" aria-describedby="about_{{ID}}"><option value="">{{OTHERWISE}}</option><option value="on"{{#ON}} selected{{/ON}}>On: filter them out</option><option value="off"{{#OFF}} selected{{/OFF}}>Off: keep them</option></select><p class="help" id="about_{{ID}}">{{HELP}}</p></div>{{/FLAG}}</div>
<details class="more"{{#OWN_BROWSERS}} open{{/OWN_BROWSERS}}><summary>Old browsers</summary>
<div class="field"><label for="own_browsers">Filter out</label><select id="own_browsers" name="own_browsers"><option value="">Whatever holds above this page, else none</option><option value="on"{{#OWN_BROWSERS}} selected{{/OWN_BROWSERS}}>Those that are ticked</option></select></div>
<fieldset><legend class="sr">Browsers</legend><div class="checks">{{#BROWSER}}<label class="check"><input type="checkbox" name="browser" value="{{ID}}"{{#SELECTED}} checked{{/SELECTED}}><span>{{LABEL}}</span></label>{{/BROWSER}}</div></fieldset></details></section>
<section class="card stack" aria-labelledby="lists-title"><h2 id="lists-title">Lists</h2><p class="minor">One entry a line. What matches is filtered out.</p>
{{#LIST}}<div class="field"><label for="list_{{ID}}">{{LABEL}}</label><textarea id="list_{{ID}}" name="list_{{ID}}" rows="3" spellcheck="false" autocapitalize="none" placeholder="{{EXAMPLE}}" aria-describedby="help_{{ID}}">{{#LINE}}{{ROW}}
{{/LINE}}</textarea><p class="help" id="help_{{ID}}">{{HELP}}{{#ALSO}} The organization adds: <code>{{ENTRIES}}</code>{{/ALSO}}</p></div>{{/LIST}}</section>
<section class="card stack" aria-labelledby="own-title"><h2 id="own-title">Conditions of your own</h2>
<div class="field"><label for="generic">Filters as JSON</label><textarea id="generic" name="generic" class="mono" rows="6" spellcheck="false" autocapitalize="none" aria-describedby="generic-help">{{#GENERIC}}{{ROW}}
{{/GENERIC}}</textarea><p class="help" id="generic-help">A list of filters; the id is the reason that the statistics show. Operators: <code>eq</code>, <code>gt</code>, <code>gte</code>, <code>lt</code>, <code>lte</code>, <code>glob</code>, <code>and</code>, <code>or</code>, <code>not</code>.</p></div>
<details class="more"><summary>An example</summary><pre class="snippet"><code>[{"id": "old-beta", "enabled": true,
  "condition": {"op": "and", "inner": [
    {"op": "glob", "name": "event.release", "value": "shop@0.*"},
    {"op": "eq", "name": "event.tags.channel", "value": "beta"}]}}]</code></pre></details></section>
