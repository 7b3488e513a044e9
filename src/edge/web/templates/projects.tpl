{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>Projects</h1><p class="minor">A project collects the errors of one application.</p></div><a class="button quiet" href="{{STATS_URL}}">Usage</a></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#EMPTY}}<div class="card empty"><p><b>No projects yet.</b> Create one to get the DSN that an SDK needs.</p></div>{{/EMPTY}}
<div class="list">{{#PROJECT}}<a class="card item go" href="{{URL}}"><span class="grow"><b>{{NAME}}</b> <small><code>{{SLUG}}</code>{{#PLATFORM}} · {{PLATFORM}}{{/PLATFORM}}</small></span>{{#ACTIVE}}<span class="pill ok">Receiving</span>{{/ACTIVE}}{{#WAITING}}<span class="pill">Waiting for the first event</span>{{/WAITING}}</a>{{/PROJECT}}</div>
{{#CREATE}}<section class="card" aria-labelledby="create-title"><h2 id="create-title">Create a project</h2>
<form method="post" action="{{ACTION}}" class="stack narrow"><input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field"><label for="name">Name</label><input id="name" name="name" value="{{NEW_NAME}}" required data-slug="new_slug"></div>
<div class="field"><label for="new_slug">Short name</label><input id="new_slug" name="new_slug" value="{{NEW_SLUG}}" required autocapitalize="none" spellcheck="false" aria-describedby="slug-help"><p class="help" id="slug-help">Lower-case letters, digits and hyphens.</p></div>
<div class="field"><label for="platform">Platform</label><select id="platform" name="platform">{{#PLATFORM}}<option value="{{ID}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{LABEL}}</option>{{/PLATFORM}}</select></div>
<button class="button" type="submit">Create project</button></form></section>{{/CREATE}}
