{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Linked accounts</h1></header>
<p class="lead">Where members of {{ORGANIZATION}} may link their own account, so that it can act there for them. Nobody signs in here by it: that is <b>single sign-on</b>.</p>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#NONE}}<div class="card empty"><p><b>No providers yet.</b></p><p>Add one below, then give members its link.</p></div>{{/NONE}}
<ul class="list">{{#PLACE}}<li class="card"><header class="head"><h2>{{NAME}}</h2>
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="remove"><input type="hidden" name="id" value="{{ID}}"><button class="button quiet small" type="submit" aria-label="Remove {{NAME}} and every account linked there">Remove</button></form></header>
<dl class="values"><div><dt>Kind</dt><dd>{{KIND}}</dd></div><div><dt>Identifier</dt><dd><code>{{EXTERNAL_ID}}</code></dd></div><div><dt>Added</dt><dd>{{ADDED}}</dd></div></dl>
<p class="minor">Members link their account here:</p><p class="copy"><code>{{LINK}}</code></p></li>{{/PLACE}}</ul>
<section class="card" aria-labelledby="add-title"><h2 id="add-title">Add a provider</h2>
<ul class="rows">{{#KIND_ROW}}<li><span class="grow">{{NAME}}</span> <a class="button quiet small" href="{{URL}}">Add</a></li>{{/KIND_ROW}}</ul></section>
