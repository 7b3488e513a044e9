{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{LIST_URL}}">Issues</a> · <code>{{SHORT_ID}}</code></p>
<header class="head"><div><h1>{{TITLE}}</h1>{{#CULPRIT}}<p class="minor">{{CULPRIT}}</p>{{/CULPRIT}}<p><span class="pill {{LEVEL_CLASS}}">{{LEVEL}}</span>{{#RESOLVED}} <span class="pill ok">Resolved</span>{{/RESOLVED}}{{#IGNORED}} <span class="pill">Archived</span>{{/IGNORED}}{{#REGRESSED}} <span class="pill warn">Came back</span>{{/REGRESSED}}</p>
<p class="minor">{{COUNT}} · first {{FIRST}} · last {{LAST}}</p></div>
<div class="item">{{#RESOLVE}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="status" value="resolved"><button class="button" type="submit">Resolve</button></form>{{/RESOLVE}}{{#IGNORE}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="status" value="ignored"><button class="button quiet" type="submit">Archive</button></form>{{/IGNORE}}{{#REOPEN}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="status" value="unresolved"><button class="button quiet" type="submit">Reopen</button></form>{{/REOPEN}}</div></header>
{{#NO_EVENT}}<div class="card empty"><p><b>No events kept.</b> The days they came on are past their retention.</p></div>{{/NO_EVENT}}
{{#EVENT}}<nav class="pager" aria-label="Events">{{#PREVIOUS}}<a class="button quiet" href="{{URL}}">Older event</a>{{/PREVIOUS}} {{#NEXT}}<a class="button quiet" href="{{URL}}">Newer event</a>{{/NEXT}} <small class="minor">{{WHEN}} · <code>{{ID}}</code></small></nav>
{{#MESSAGE}}<section class="card"><h2>Message</h2><pre><code>{{MESSAGE}}</code></pre></section>{{/MESSAGE}}
{{#EXCEPTION}}<section class="card stack"><h2>{{TYPE}}</h2><p>{{VALUE}}{{#UNHANDLED}} <span class="pill bad">Unhandled</span>{{/UNHANDLED}}</p>
{{#FRAME}}<details{{#IN_APP}} open{{/IN_APP}}><summary><code>{{PLACE}}</code> in <b>{{FUNCTION}}</b>{{#IN_APP}} <span class="pill">In app</span>{{/IN_APP}}</summary>{{#SOURCE}}<pre><code>{{BEFORE}}<b>{{LINE}}</b>
{{AFTER}}</code></pre>{{/SOURCE}}</details>{{/FRAME}}</section>{{/EXCEPTION}}
<section class="card"><h2>Tags</h2><dl>{{#TAG}}<dt>{{KEY}}</dt><dd>{{VALUE}}</dd>{{/TAG}}</dl></section>
{{#CRUMBS}}<section class="card"><h2>Breadcrumbs</h2><ul>{{#CRUMB}}<li><b>{{CATEGORY}}</b> {{WHAT}}</li>{{/CRUMB}}</ul></section>{{/CRUMBS}}
{{#CONTEXT}}<section class="card"><h2>{{NAME}}</h2><dl>{{#FIELD}}<dt>{{KEY}}</dt><dd>{{VALUE}}</dd>{{/FIELD}}</dl></section>{{/CONTEXT}}{{/EVENT}}
