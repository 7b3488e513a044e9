{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>Issues</h1><p class="minor">{{TOTAL}} found</p></div></header>
<nav class="tabs" aria-label="Common searches">{{#VIEW}}<a href="{{URL}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{LABEL}}</a>{{/VIEW}}</nav>
<form class="filter issue-filter" method="get" action="{{ACTION}}" role="search" aria-label="Search issues">
<div class="field wide"><label for="query">Search</label><input id="query" type="search" name="query" value="{{QUERY}}" autocapitalize="none" spellcheck="false" aria-describedby="query-help"></div>
<div class="field"><label for="project">Project</label><select id="project" name="project"><option value="">All projects</option>{{#PROJECT}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/PROJECT}}</select></div>
<div class="field"><label for="environment">Environment</label><select id="environment" name="environment"><option value="">All</option>{{#ENVIRONMENT}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/ENVIRONMENT}}</select></div>
<div class="field"><label for="statsPeriod">Seen in</label><select id="statsPeriod" name="statsPeriod">{{#PERIOD}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/PERIOD}}</select></div>
<div class="field"><label for="sort">Order</label><select id="sort" name="sort">{{#SORT}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/SORT}}</select></div>
<button class="button quiet" type="submit">Search</button>
</form>
<details class="more help" id="query-help"><summary>What the search understands</summary>
<p><code>is:unresolved</code> <code>is:regressed</code> <code>assigned:me</code> <code>assigned:#web</code> <code>bookmarks:me</code> <code>level:[error, fatal]</code> <code>release:1.0.*</code> <code>release:latest</code> <code>firstRelease:1.0</code> <code>timesSeen:&gt;10</code> <code>userCount:&gt;3</code> <code>age:-24h</code> <code>lastSeen:-1h</code> <code>has:user</code> <code>priority:high</code></p>
<p>Any other key is a tag: <code>browser:"Firefox 3"</code>, <code>user.email:ann@example.com</code>. <code>!</code> turns a condition round, <code>*</code> stands for any text. Plain words are looked for in the message. The id of an event, or a short id such as <code>SHOP-1A</code>, leads straight there.</p></details>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#EMPTY}}<div class="card empty"><p><b>Nothing here.</b> Errors appear a second after an SDK sent them.</p>{{#NO_PROJECTS}}<p><a class="button" href="{{PROJECTS_URL}}">Create a project</a></p><p>It gives you a DSN. Then, for Node.js:</p><p><code>npm install @sentry/node</code><br><code>require("@sentry/node").init({ dsn: "…" });</code></p>{{/NO_PROJECTS}}</div>{{/EMPTY}}
{{#GO_ON}}<div class="card empty"><p><b>Nothing found so far.</b> A search looks at so many issues at once. Go on with the older ones.</p></div>{{/GO_ON}}
{{#LIST}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="back" value="{{BACK}}">
{{#MAY_WRITE}}<div class="bulk" role="group" aria-label="With the chosen issues"><span class="minor">With the chosen:</span> <button class="button quiet small" type="submit" name="op" value="resolve">Resolve</button> <button class="button quiet small" type="submit" name="op" value="archive">Archive</button> <button class="button quiet small" type="submit" name="op" value="reopen">Reopen</button> <button class="button quiet small" type="submit" name="op" value="mine">Assign to me</button> <button class="button quiet small" type="submit" name="op" value="merge">Merge</button>{{#MAY_DELETE}} <button class="button bad small" type="submit" name="op" value="delete">Delete</button>{{/MAY_DELETE}}</div>{{/MAY_WRITE}}
<div class="list issues">{{#ISSUE}}<article class="card issue-row">{{#PICK}}<label class="pick"><input type="checkbox" name="id" value="{{ID}}" aria-label="Choose {{TITLE}}"></label>{{/PICK}}
<div class="what"><a class="go" href="{{URL}}"><b>{{TITLE}}</b></a>{{#CULPRIT}}<small>{{CULPRIT}}</small>{{/CULPRIT}}
<p class="minor"><code>{{SHORT_ID}}</code> · {{PROJECT_NAME}} · {{#LAST}}<time datetime="{{ISO}}" title="{{HUMAN}}">{{AGO}}</time>{{/LAST}} · first {{#FIRST}}<time datetime="{{ISO}}" title="{{HUMAN}}">{{AGO}}</time>{{/FIRST}}{{#ASSIGNEE}} · assigned to <b>{{ASSIGNEE}}</b>{{/ASSIGNEE}}{{#COMMENTS}} · {{COUNT}}{{/COMMENTS}}</p>
<p class="pills">{{#PILL}}<span class="pill {{CLASS}}">{{WORD}}</span> {{/PILL}}</p></div>
<svg class="spark" viewBox="0 0 96 24" role="img" aria-label="{{SPARK_WORDS}}"><title>{{SPARK_WORDS}}</title><path class="base" d="M0 23.5h96"/><path class="bars" d="{{SPARK}}"/></svg>
<p class="figure"><b>{{EVENTS}}</b> <small>{{EVENTS_WORD}}</small></p>
<p class="figure"><b>{{USERS}}</b> <small>{{USERS_WORD}}</small></p></article>{{/ISSUE}}</div></form>{{/LIST}}
<nav class="pager" aria-label="Pages">{{#NEWER}}<a class="button quiet" rel="prev" href="{{URL}}">Newer</a>{{/NEWER}} {{#OLDER}}<a class="button quiet" rel="next" href="{{URL}}">Older</a>{{/OLDER}}</nav>
