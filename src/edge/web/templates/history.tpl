{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>History</h1></header>
<p class="lead">What happened to your account in the last 90 days. If something was not you, change your password and end your sessions.</p>
{{#EMPTY}}<div class="card empty"><p>Nothing yet.</p></div>{{/EMPTY}}
<ul class="list">{{#EVENT}}<li class="card item"><div><h2>{{WHAT}} {{#BAD}}<span class="pill bad">Refused</span>{{/BAD}}</h2><p class="minor"><time datetime="{{ISO}}">{{WHEN}}</time>{{#DETAIL}} · {{DETAIL}}{{/DETAIL}}{{#AGENT}} · {{AGENT}}{{/AGENT}}{{#IP}} · {{IP}}{{/IP}}</p></div></li>{{/EVENT}}</ul>
<nav class="pager" aria-label="Pages">{{#FIRST}}<a class="button quiet" href="{{URL}}">Newest</a>{{/FIRST}} {{#MORE}}<a class="button quiet" rel="next" href="{{URL}}">Older</a>{{/MORE}}</nav>
