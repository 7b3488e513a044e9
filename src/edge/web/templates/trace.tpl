{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{LIST_URL}}">Transactions</a></p>
<header class="head"><div><h1>Trace</h1><p class="minor"><code>{{TRACE_ID}}</code>{{#AT}} · <time datetime="{{ISO}}" title="{{HUMAN}}">{{AGO}}</time>{{/AT}}</p>
<p>{{#COUNTED}}<span class="pill">{{TEXT}}</span> {{/COUNTED}}</p></div></header>
{{#EMPTY}}<div class="card empty"><p><b>Nothing of this trace is kept.</b> Its days are past their retention, or nothing of it was sent here.</p></div>{{/EMPTY}}
{{#SPANS}}<section class="card" aria-labelledby="spans-title"><h2 id="spans-title">What happened</h2>{{>SPAN_TREE}}</section>{{/SPANS}}
{{#CUT}}<p class="minor">A trace this large, or a day this full, is not looked at to its end: there may be more.</p>{{/CUT}}
