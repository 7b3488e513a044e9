{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>Privacy of events</h1><p class="minor">For all projects of {{ORGANIZATION}}</p></div><a class="button quiet" href="{{SETTINGS_URL}}">Event settings</a></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}{{#PROBLEM}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHERE}}</p>{{#SOURCE_LINE}}<p><code>{{NUMBER}}: {{ROW}}</code></p>{{/SOURCE_LINE}}<p>{{NEXT}} Nothing was saved.</p></div>{{/PROBLEM}}
<p class="lead">What is removed from the events of every project before they are kept. Projects can add to it and take nothing back. It holds for what arrives from now on.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}">
{{>PRIVACY}}
<button class="button" type="submit">Save</button></form>
