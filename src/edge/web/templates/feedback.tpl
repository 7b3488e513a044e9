{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>Feedback</h1><p class="minor">What people wrote, about an error or just so.</p></div></header>
<nav class="tabs" aria-label="Feedback and replays"><a href="{{FEEDBACK_URL}}" aria-current="page">Feedback</a><a href="{{REPLAYS_URL}}">Replays</a></nav>
<form class="filter" method="get" action="{{ACTION}}" role="search">
<div class="field"><label for="query">Text contains</label><input id="query" type="search" name="query" value="{{QUERY}}"></div>
<div class="field"><label for="project">Project</label><select id="project" name="project"><option value="">All projects</option>{{#PROJECT_OPTION}}<option value="{{SLUG}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{NAME}}</option>{{/PROJECT_OPTION}}</select></div>
<button class="button" type="submit">Show</button></form>
{{#EMPTY}}<div class="card empty"><p><b>No feedback yet.</b> Put the SDK’s feedback button on your page, or send what your own form asked:</p><pre class="sample"><code>Sentry.captureFeedback({ message: "I like it", email: "ann@example.com" });</code></pre><p><a href="{{PROJECTS_URL}}">Projects and their DSNs</a></p></div>{{/EMPTY}}
{{#NOTHING}}<div class="card empty"><p><b>Nothing found here.</b>{{#OLDER}} Only the newer part has been looked through: <a href="{{URL}}">go on looking</a>.{{/OLDER}}</p></div>{{/NOTHING}}
<div class="list">{{#ENTRY}}<article class="card"><p class="log-head"><b>{{WHO}}</b><small>{{#AT}}<time datetime="{{ISO}}" title="{{HUMAN}}">{{AGO}}</time>{{/AT}}</small></p>
<div class="text">{{#LINES}}<div>{{ROW}}</div>{{/LINES}}</div>
<p class="minor">{{SLUG_OF}}{{#CONTACT}} · {{CONTACT}}{{/CONTACT}}{{#PLACE}} · <code>{{PLACE}}</code>{{/PLACE}}{{#SOURCE}} · {{SOURCE}}{{/SOURCE}}{{#REPORT}} · about an error{{/REPORT}}</p>
<p class="pager">{{#ISSUE}}<a href="{{ISSUE_URL}}">The error it is about</a>{{/ISSUE}}{{#ABOUT}}<span class="minor">About the event <code>{{EVENT_ID}}</code>, which is not here</span>{{/ABOUT}}{{#REPLAY}}<a href="{{REPLAY_URL}}">Replay</a>{{/REPLAY}}{{#FILE}}<a href="{{FILE_URL}}" download>{{FILE_NAME}}</a>{{/FILE}}</p></article>{{/ENTRY}}</div>
<nav class="pager" aria-label="Pages">{{#NEWEST}}<a class="button quiet" href="{{URL}}">Newest</a>{{/NEWEST}} {{#OLDER}}<a class="button quiet" rel="next" href="{{URL}}">Older</a>{{/OLDER}}</nav>
{{#MORE_PROJECTS}}<p class="minor">Not all projects are looked at together: choose one.</p>{{/MORE_PROJECTS}}
