{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Audit log</h1></header>
<p class="lead">Who did what, newest first. Entries are never changed. All times are UTC.</p>
{{#INTACT}}<p class="minor"><span class="pill ok">Intact</span> Sealed through entry {{SEQ}} of {{TIME}}{{#CHECKPOINT}}, and as the checkpoint of {{CHECKPOINT_TIME}} saw it at entry {{CHECKPOINT_SEQ}}{{/CHECKPOINT}}.{{#PART}} Checked just now: the newest {{LINKS}}.{{/PART}} All of it is proven on the server by <code>{{COMMAND}}</code>.</p>{{/INTACT}}
{{#BROKEN}}<div class="notice error" role="alert"><p><b>The chain is broken at entry {{SEQ}}:</b> {{FINDING}}. Run <code>{{COMMAND}}</code> on the server and keep a copy of the database before anything else is done.</p></div>{{/BROKEN}}
<form method="get" action="{{ACTION}}" class="filter" role="search" aria-label="Filter the audit log">
<div class="field"><label for="event">Event</label><select id="event" name="event"><option value="">All events</option>{{#EVENT}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{ID}}</option>{{/EVENT}}</select></div>
<div class="field"><label for="actor">Done by</label><select id="actor" name="actor"><option value="">Everybody</option>{{#ACTOR}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{NAME}}</option>{{/ACTOR}}</select></div>
<div class="field"><label for="target">Done to</label><select id="target" name="target"><option value="">Everybody</option>{{#ABOUT}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{NAME}}</option>{{/ABOUT}}</select></div>
<div class="field"><label for="from">From day</label><input id="from" name="from" type="date" value="{{FROM}}"></div>
<div class="field"><label for="to">To day</label><input id="to" name="to" type="date" value="{{TO}}"></div>
{{#CORRELATED}}<div class="field"><label for="correlation">Correlation id</label><input id="correlation" name="correlation" value="{{CORRELATION_ID}}" autocomplete="off" spellcheck="false"></div>{{/CORRELATED}}
<button class="button quiet" type="submit">Filter</button>
</form>
{{#EXPORT}}<form method="post" action="{{ACTION}}export/" class="pager bar" data-download><input type="hidden" name="csrf" value="{{CSRF}}">{{#FILTER}}<input type="hidden" name="{{NAME}}" value="{{VALUE}}">{{/FILTER}}
<span class="minor">Export {{#SOME}}what this filter finds{{/SOME}}{{#ALL}}all of it{{/ALL}}, the newest 10,000 at most:</span>
<button class="button quiet small" type="submit" name="format" value="jsonl">JSON Lines</button>
<button class="button quiet small" type="submit" name="format" value="csv">CSV</button></form>{{/EXPORT}}
{{#EMPTY}}<div class="card empty"><p><b>Nothing here.</b></p><p>No entry matches. Choose another event, person or day.</p></div>{{/EMPTY}}
<ol class="log">{{#ENTRY}}<li class="card"><p class="log-head"><span>{{#ACTOR_LINK}}<a href="{{URL}}"><b>{{WHO}}</b></a>{{/ACTOR_LINK}}{{#NO_ACTOR}}<b>{{WHO}}</b>{{/NO_ACTOR}} {{NOTE}}{{#TARGET}} <span class="minor">(<a href="{{URL}}">{{NAME}}</a>)</span>{{/TARGET}}</span> <span class="pill code">{{EVENT_NAME}}</span></p>
<p class="minor"><time datetime="{{ISO}}">{{TIME}}</time>{{#IP}} · {{IP}}{{/IP}}{{#CORRELATION}} · <a href="{{URL}}" aria-label="Everything with this correlation id"><code>{{CORRELATION_ID}}</code></a>{{/CORRELATION}}</p>
<dl class="values">{{#VALUE}}<div><dt>{{KEY}}</dt><dd>{{#CHANGED}}<del>{{BEFORE}}</del> <span aria-hidden="true">→</span><span class="sr">became</span> {{/CHANGED}}<span>{{AFTER}}</span></dd></div>{{/VALUE}}</dl></li>{{/ENTRY}}</ol>
<nav class="pager" aria-label="Pages">{{#CLEAR}}<a class="button quiet" href="{{URL}}">{{#NEWEST}}Newest{{/NEWEST}}{{#UNFILTERED}}All entries{{/UNFILTERED}}</a>{{/CLEAR}} {{#MORE}}<a class="button quiet" rel="next" href="{{URL}}">Older entries</a>{{/MORE}}</nav>
