{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>History</h1></header>
<p class="lead">What happened to your account in the last 90 days. If something was not you, <a href="/account/security/">change your password</a> and <a href="/account/sessions/">end your sessions</a>.</p>
{{#EMPTY}}<div class="card empty"><p><b>Nothing yet.</b> Sign-ins and changes to your account appear here.</p></div>{{/EMPTY}}
<ul class="list">{{#EVENT}}<li class="card"><p class="log-head"><b>{{WHAT}}</b>{{#BAD}} <span class="pill bad">Refused</span>{{/BAD}}</p>{{#DETAIL}}<p>{{DETAIL}}</p>{{/DETAIL}}
<p class="minor"><time datetime="{{ISO}}">{{WHEN}}</time>{{#AGENT}} · {{AGENT}}{{/AGENT}}{{#PLACE}} · {{PLACE}}{{/PLACE}}</p></li>{{/EVENT}}</ul>
<nav class="pager" aria-label="Pages">{{#FIRST}}<a class="button quiet" href="{{URL}}">Newest</a>{{/FIRST}} {{#MORE}}<a class="button quiet" rel="next" href="{{URL}}">Older</a>{{/MORE}}</nav>
