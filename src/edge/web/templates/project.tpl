{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>{{NAME}}</h1><p class="minor"><a href="{{LIST_URL}}">Projects</a> · <code>{{SLUG}}</code></p></div><a class="button quiet" href="{{ISSUES_URL}}">Issues</a></header>
<nav class="tabs" aria-label="Project">{{#TAB}}<a href="{{URL}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{LABEL}}</a>{{/TAB}}</nav>
{{#WAITING}}<div class="notice" role="status" data-poll="3"><p><b>Waiting for the first event.</b> It shows here a second after it was sent. <a href="{{HERE}}">Check again</a></p></div>{{/WAITING}}
{{#ACTIVE}}<div class="notice ok" role="status"><p>Events are arriving. {{#FIRST}}The first one came on {{WHEN}}. {{/FIRST}}<a href="{{ISSUES_URL}}">See the issues</a> · <a href="{{STATS_URL}}">What became of what was sent</a></p></div>{{/ACTIVE}}
{{#NO_KEY}}<div class="notice warn" role="status"><p><b>No key is enabled.</b> Nothing can send to this project. {{#MAY_KEY}}<a href="{{KEYS_URL}}">Enable or add one</a>{{/MAY_KEY}}</p></div>{{/NO_KEY}}
{{#BEGIN}}<section class="card stack" aria-labelledby="begin-title"><h2 id="begin-title">Send from your application</h2>
<form method="get" action="{{HERE}}" class="filter"><div class="field"><label for="platform">Platform</label><select id="platform" name="platform">{{#PLATFORM}}<option value="{{ID}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{LABEL}}</option>{{/PLATFORM}}</select></div><button class="button quiet" type="submit">Show</button></form>
<div class="field"><p class="caption">The DSN</p><p class="copy"><code>{{DSN}}</code></p></div>
{{#INSTALL}}<div class="field"><p class="caption">Install</p><p class="copy"><code>{{COMMAND}}</code></p></div>{{/INSTALL}}
<div class="field"><p class="caption">Run: {{PLACE}}</p><div class="copy snippet-box"><pre class="snippet"><code>{{#LINES}}{{ROW}}
{{/LINES}}</code></pre></div></div></section>{{/BEGIN}}
{{#ABOUT}}<section class="card" aria-labelledby="about-title"><h2 id="about-title">About this project</h2><dl class="values"><div><dt>Platform</dt><dd>{{PLATFORM_NAME}}</dd></div><div><dt>Teams</dt><dd>{{TEAMS}}</dd></div><div><dt>Keys</dt><dd>{{KEYS}}</dd></div></dl></section>{{/ABOUT}}
