{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{LIST_URL}}">Crons</a></p>
<header class="head"><h1>{{#CREATING}}New monitor{{/CREATING}}{{#EDITING}}{{NAME_OF}}{{/EDITING}}</h1></header>
{{#NO_PROJECT}}<div class="card empty"><p><b>A monitor belongs to a project.</b> <a href="{{URL}}">Create one first</a></p></div>{{/NO_PROJECT}}
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<form method="post" action="{{ACTION}}" class="card stack wide"><input type="hidden" name="csrf" value="{{CSRF}}">
{{#CREATING}}<div class="field"><label for="project">Project</label><select id="project" name="project">{{#PROJECT_OPTION}}<option value="{{SLUG}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{NAME}}</option>{{/PROJECT_OPTION}}</select></div>{{/CREATING}}
{{>MONITOR_FORM}}
<div class="pager"><button class="button" type="submit">Save</button><a class="button quiet" href="{{BACK_URL}}">Cancel</a></div></form>
