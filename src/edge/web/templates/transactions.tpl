{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>Transactions</h1><p class="minor">How long requests, pages and jobs take, and how often they fail.</p></div></header>
<form class="filter" method="get" action="{{ACTION}}" role="search">
<div class="field"><label for="query">Name contains</label><input id="query" type="search" name="query" value="{{QUERY}}"></div>
<div class="field"><label for="project">Project</label><select id="project" name="project"><option value="">All projects</option>{{#PROJECT_OPTION}}<option value="{{SLUG}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{NAME}}</option>{{/PROJECT_OPTION}}</select></div>
<div class="field"><label for="period">Time</label><select id="period" name="period">{{#PERIOD_OPTION}}<option value="{{ID}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{NAME}}</option>{{/PERIOD_OPTION}}</select></div>
<div class="field"><label for="environment">Environment</label><input id="environment" name="environment" value="{{ENVIRONMENT}}" autocapitalize="none" spellcheck="false"></div>
<div class="field"><label for="sort">Order</label><select id="sort" name="sort">{{#SORT_OPTION}}<option value="{{ID}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{NAME}}</option>{{/SORT_OPTION}}</select></div>
<button class="button" type="submit">Show</button></form>
{{#EMPTY}}<div class="card empty"><p><b>No transactions yet.</b> Switch tracing on in your SDK, and every request shows up here:</p><pre class="sample"><code>Sentry.init({ dsn: "…", tracesSampleRate: 1.0 });</code></pre><p><a href="{{PROJECTS_URL}}">Projects and their DSNs</a></p></div>{{/EMPTY}}
{{#NOTHING}}<div class="card empty"><p><b>Nothing in this time.</b> Choose a longer one, or another project.</p></div>{{/NOTHING}}
{{#FOUND}}<table class="cards numbers"><thead><tr><th scope="col">Transaction</th><th scope="col">Count</th><th scope="col">p50</th><th scope="col">p75</th><th scope="col">p95</th><th scope="col">Failed</th><th scope="col">Last seen</th></tr></thead><tbody>
{{#TRANSACTION}}<tr><td data-label="Transaction"><span><a href="{{URL}}">{{NAME}}</a><small>{{SLUG}}</small></span></td><td data-label="Count"><span>{{COUNT}}</span></td><td data-label="p50"><span>{{P50}}</span></td><td data-label="p75"><span>{{P75}}</span></td><td data-label="p95"><span>{{P95}}</span></td><td data-label="Failed"><span{{#FAILING}} class="problem"{{/FAILING}}>{{FAILURES}}</span></td><td data-label="Last seen"><span>{{#LAST}}<time datetime="{{ISO}}" title="{{HUMAN}}">{{AGO}}</time>{{/LAST}}</span></td></tr>{{/TRANSACTION}}
</tbody></table>{{/FOUND}}
{{#CUT}}<p class="minor">Worked out from the newest {{LOOKED_AT}} transactions of each project; there are more in this time.</p>{{/CUT}}
{{#MORE_NAMES}}<p class="minor">{{REST}} more names are not shown: search for them.</p>{{/MORE_NAMES}}
{{#MORE_PROJECTS}}<p class="minor">Not all projects are looked at together: choose one.</p>{{/MORE_PROJECTS}}
