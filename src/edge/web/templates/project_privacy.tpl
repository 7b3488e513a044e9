{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>{{NAME}}</h1><p class="minor"><a href="{{LIST_URL}}">Projects</a> · <code>{{SLUG}}</code></p></div><a class="button quiet" href="{{ISSUES_URL}}">Issues</a></header>
<nav class="tabs" aria-label="Project">{{#TAB}}<a href="{{URL}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{LABEL}}</a>{{/TAB}}</nav>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}{{#PROBLEM}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHERE}}</p>{{#SOURCE_LINE}}<p><code>{{NUMBER}}: {{ROW}}</code></p>{{/SOURCE_LINE}}<p>{{NEXT}} Nothing was saved.</p></div>{{/PROBLEM}}
<p class="lead">What is removed from events before they are kept. It holds for what arrives from now on.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}">
{{>PRIVACY}}
<button class="button" type="submit">Save</button></form>
