{{%AUTOESCAPE context="HTML"}}<header class="head"><h1>Single sign-on</h1></header>
<p class="lead">Let members of {{ORGANIZATION}} sign in through your identity provider. You try it yourself before anything changes for others.</p>
<ul class="list">
{{#DEMO}}<li class="card item"><div class="grow"><h2>{{NAME}} <span class="pill ok">Ready to use</span></h2><p class="minor">A provider that comes with this demonstration. Everything is filled in.</p></div>
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="init" value="1"><input type="hidden" name="provider" value="{{KIND}}"><input type="hidden" name="preset" value="demo"><button class="button" type="submit">Set up</button></form></li>{{/DEMO}}
{{#ADAPTER}}<li class="card item"><div class="grow"><h2>{{NAME}}</h2><p class="minor">{{SUMMARY}}</p></div>
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="init" value="1"><input type="hidden" name="provider" value="{{KIND}}"><button class="button quiet" type="submit" aria-label="Set up {{NAME}}">Set up</button></form></li>{{/ADAPTER}}
</ul>
