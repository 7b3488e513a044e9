{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Sign-in decisions</h1></header>
<p class="lead">Why somebody was let in or refused, check by check. Kept for 30 days.</p>
<form method="get" action="{{ACTION}}" class="filter" role="search" aria-label="Find a decision">
<div class="field grow"><label for="id">Correlation id</label><input id="id" name="id" value="{{ID}}" autocomplete="off" spellcheck="false" aria-describedby="id-help"><p class="help" id="id-help">The code on the error page that the person saw.</p></div>
<button class="button quiet" type="submit">Find</button>
</form>
{{#EMPTY}}<div class="card empty"><p><b>No decisions yet.</b></p><p>They appear here as soon as somebody signs in through the identity provider.</p></div>{{/EMPTY}}
{{#NOT_FOUND}}<div class="card empty"><p><b>No decision with this id.</b></p><p>Check that you copied the whole code, and that it is from this organization and the last 30 days.</p></div>{{/NOT_FOUND}}
<ul class="log">{{#DECISION}}<li class="card"><details{{#OPEN}} open{{/OPEN}}><summary><span class="log-head"><span><span class="pill {{#ACCEPTED}}ok{{/ACCEPTED}}{{#REFUSED}}bad{{/REFUSED}}{{#ASKED}}warn{{/ASKED}}">{{OUTCOME}}</span> <b>{{WHO}}</b></span> <span>{{REASON_TEXT}}</span></span>
<span class="minor">{{FLOW}} · <time datetime="{{ISO}}">{{TIME}}</time></span></summary>
{{#ADVICE}}<p>{{WHAT}} <b>{{NEXT}}</b></p>{{/ADVICE}}
<dl class="values"><div><dt>Reason</dt><dd><code>{{REASON}}</code></dd></div><div><dt>Correlation id</dt><dd><code>{{CORRELATION_ID}}</code></dd></div>{{#SUBJECT}}<div><dt>Subject</dt><dd>{{SUBJECT}}</dd></div>{{/SUBJECT}}{{#EMAIL}}<div><dt>E-mail</dt><dd>{{EMAIL}}</dd></div>{{/EMAIL}}{{#IP}}<div><dt>IP address</dt><dd>{{IP}}</dd></div>{{/IP}}</dl>
{{#CHECKS}}<ol class="chain" aria-label="Chain of checks">{{#CHECK}}<li class="{{#PASSED}}pass{{/PASSED}}{{#FAILED}}fail{{/FAILED}}"><p><span class="mark">{{#PASSED}}✓ <span class="sr">passed:</span>{{/PASSED}}{{#FAILED}}✗ <span class="sr">failed:</span>{{/FAILED}}</span> {{LABEL}} <code>{{NAME}}</code></p>
<dl>{{#EXPECTED}}<div><dt>expected</dt><dd>{{EXPECTED}}</dd></div>{{/EXPECTED}}{{#RECEIVED}}<div><dt>received</dt><dd>{{RECEIVED}}</dd></div>{{/RECEIVED}}</dl></li>{{/CHECK}}</ol>{{/CHECKS}}
</details></li>{{/DECISION}}</ul>
<nav class="pager" aria-label="Pages">{{#FIRST}}<a class="button quiet" href="{{URL}}">First page</a>{{/FIRST}}{{#CLEAR}}<a class="button quiet" href="{{URL}}">Newest</a>{{/CLEAR}} {{#MORE}}<a class="button quiet" rel="next" href="{{URL}}">Older decisions</a>{{/MORE}}</nav>
