{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>Event settings</h1><p class="minor">For all projects of {{ORGANIZATION}}</p></div><a class="button quiet" href="{{STATS_URL}}">Usage</a></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}{{#PROBLEM}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHERE}}</p>{{#SOURCE_LINE}}<p><code>{{NUMBER}}: {{ROW}}</code></p>{{/SOURCE_LINE}}<p>{{NEXT}} Nothing was saved.</p></div>{{/PROBLEM}}
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}">
<section class="card stack" aria-labelledby="quota-title"><h2 id="quota-title">Quotas</h2><p class="minor">What is over a quota is refused with <code>429</code>, and SDKs wait until its window is over. Empty or 0: no limit. -1: take nothing.</p>
<div class="choices">{{#QUOTA}}<div class="field"><label for="quota_{{ID}}">{{LABEL}}</label><input id="quota_{{ID}}" name="quota_{{ID}}" type="number" min="-1" max="1000000000000" value="{{VALUE}}" placeholder="no limit" aria-describedby="about_{{ID}}"><p class="help" id="about_{{ID}}">{{HELP}}</p></div>{{/QUOTA}}</div></section>
{{>FILTERS}}
<button class="button" type="submit">Save event settings</button></form>
<p class="minor">A project's own switch holds against the ones here; lists of both are added up. Limits of a single key are with the project's keys.</p>
