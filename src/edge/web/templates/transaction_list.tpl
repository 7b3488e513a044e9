{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{LIST_URL}}">Transactions</a> · {{SLUG}}</p>
<header class="head"><h1>{{TITLE}}</h1></header>
<form class="filter" method="get" action="{{ACTION}}"><input type="hidden" name="name" value="{{NAME}}">
<div class="field"><label for="period">Time</label><select id="period" name="period">{{#PERIOD_OPTION}}<option value="{{ID}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{NAME}}</option>{{/PERIOD_OPTION}}</select></div>
<div class="field"><label for="environment">Environment</label><input id="environment" name="environment" value="{{ENVIRONMENT}}" autocapitalize="none" spellcheck="false"></div>
<button class="button" type="submit">Show</button></form>
{{#SUM}}<dl class="figures"><div><dt>Count</dt><dd>{{COUNT}}</dd></div><div><dt>p50</dt><dd>{{P50}}</dd></div><div><dt>p75</dt><dd>{{P75}}</dd></div><div><dt>p95</dt><dd>{{P95}}</dd></div><div><dt>Failed</dt><dd>{{FAILURES}}</dd></div></dl>
{{#CUT}}<p class="minor">Of the newest {{LOOKED_AT}}; there are more in this time.</p>{{/CUT}}{{/SUM}}
{{#EMPTY}}<div class="card empty"><p><b>Nothing in this time.</b> Choose a longer one.</p></div>{{/EMPTY}}
{{#FOUND}}<table class="cards"><thead><tr><th scope="col">Time</th><th scope="col">Duration</th><th scope="col">Status</th><th scope="col">User</th><th scope="col">Release</th><th scope="col">Trace</th></tr></thead><tbody>
{{#EVENT}}<tr><td data-label="Time"><span><a href="{{URL}}">{{#AT}}<time datetime="{{ISO}}" title="{{HUMAN}}">{{AGO}}</time>{{/AT}}</a>{{#OTHER_NAME}}<small>{{OTHER_NAME}}</small>{{/OTHER_NAME}}</span></td><td data-label="Duration"><span>{{DURATION}}</span></td><td data-label="Status"><span class="pill {{STATUS_CLASS}}">{{STATUS}}</span></td><td data-label="User"><span>{{#USER}}{{USER}}{{/USER}}</span></td><td data-label="Release"><span>{{#RELEASE}}{{RELEASE}}{{/RELEASE}}{{#IN}}<small>{{IN}}</small>{{/IN}}</span></td><td data-label="Trace"><span>{{#TRACE}}<a href="{{TRACE_URL}}"><code>{{SHORT}}</code></a>{{/TRACE}}</span></td></tr>{{/EVENT}}
</tbody></table>{{/FOUND}}
<nav class="pager" aria-label="Pages">{{#OLDER}}<a class="button quiet" rel="next" href="{{URL}}">Older</a>{{/OLDER}}</nav>
