{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Audit log</h1></header>
<p class="lead">Who did what, newest first. Entries are never changed. All times are UTC.</p>
<form method="get" action="{{ACTION}}" class="filter" role="search" aria-label="Filter the audit log">
<div class="field"><label for="event">Event</label><select id="event" name="event"><option value="">All events</option>{{#EVENT}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{ID}}</option>{{/EVENT}}</select></div>
<div class="field"><label for="actor">Person</label><select id="actor" name="actor"><option value="">Everybody</option>{{#ACTOR}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{NAME}}</option>{{/ACTOR}}</select></div>
<button class="button quiet" type="submit">Filter</button>
</form>
{{#EMPTY}}<div class="card empty"><p><b>Nothing here.</b></p><p>No entry matches. Choose another event or person.</p></div>{{/EMPTY}}
<ol class="log">{{#ENTRY}}<li class="card"><p class="log-head"><span><b>{{WHO}}</b> {{NOTE}}{{#TARGET}} <span class="minor">({{NAME}})</span>{{/TARGET}}</span> <span class="pill code">{{EVENT_NAME}}</span></p>
<p class="minor"><time datetime="{{ISO}}">{{TIME}}</time>{{#IP}} · {{IP}}{{/IP}}{{#CORRELATION_ID}} · <code>{{CORRELATION_ID}}</code>{{/CORRELATION_ID}}</p>
<dl class="values">{{#VALUE}}<div><dt>{{KEY}}</dt><dd>{{#CHANGED}}<del>{{BEFORE}}</del> <span aria-hidden="true">→</span> {{/CHANGED}}<span>{{AFTER}}</span></dd></div>{{/VALUE}}</dl></li>{{/ENTRY}}</ol>
<nav class="pager" aria-label="Pages">{{#FIRST}}<a class="button quiet" href="{{URL}}">First page</a>{{/FIRST}}{{#CLEAR}}<a class="button quiet" href="{{URL}}">Newest</a>{{/CLEAR}} {{#MORE}}<a class="button quiet" rel="next" href="{{URL}}">Older entries</a>{{/MORE}}</nav>
