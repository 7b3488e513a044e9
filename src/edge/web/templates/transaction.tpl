{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{LIST_URL}}">Transactions</a> · <a href="{{NAME_URL}}">{{SLUG}}</a> · <code>{{ID}}</code></p>
<header class="head"><div><h1>{{TITLE}}</h1><p><span class="pill {{STATUS_CLASS}}">{{STATUS}}</span> <b>{{DURATION}}</b></p>
<p class="minor">{{#AT}}<time datetime="{{ISO}}" title="{{HUMAN}}">{{AGO}}</time>{{/AT}}{{#TRACE}} · trace <a href="{{URL}}"><code>{{TRACE_ID}}</code></a>{{/TRACE}}</p></div></header>
{{#UNREADABLE}}<div class="card empty"><p><b>This transaction cannot be shown.</b> What is stored of it cannot be read.</p></div>{{/UNREADABLE}}
{{#SPANS}}<section class="card" aria-labelledby="spans-title"><h2 id="spans-title">Spans</h2>{{>SPAN_TREE}}</section>{{/SPANS}}
{{#MEASUREMENTS}}<section class="card" aria-labelledby="values-title"><h2 id="values-title">Measurements</h2><dl class="values">{{#MEASUREMENT}}<div><dt>{{KEY}}</dt><dd>{{VALUE}}</dd></div>{{/MEASUREMENT}}</dl></section>{{/MEASUREMENTS}}
{{>EVENT_TAGS}}
{{#FILES}}<section class="card" aria-labelledby="files-title"><h2 id="files-title">Files</h2><ul class="rows">{{#FILE}}<li><a class="grow" href="{{URL}}" download>{{NAME}}</a><small>{{SIZE}}</small></li>{{/FILE}}</ul></section>{{/FILES}}
{{>EVENT_TOP}}
{{>EVENT_MORE}}
