{{%AUTOESCAPE context="HTML"}}<h1>{{TITLE}}</h1>
<section class="card danger stack">{{#DELETE}}<p>The issues, their comments and all of their events go. This cannot be undone. New events of the same kind make a new issue.</p>{{/DELETE}}
{{#DISCARD}}<p>The issue and all of its events go, <b>and events of the same kind are thrown away from now on</b>. This cannot be undone.</p>{{/DISCARD}}
<ul class="rows">{{#CHOSEN}}<li><code>{{SHORT_ID}}</code> <span class="grow">{{NAME}}</span></li>{{/CHOSEN}}</ul>
<form method="post" action="{{ACTION}}" class="actions"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="{{OP}}"><input type="hidden" name="confirmed" value="yes"><input type="hidden" name="back" value="{{BACK}}">{{#CHOSEN}}<input type="hidden" name="id" value="{{ID}}">{{/CHOSEN}}<button class="button bad" type="submit">{{LABEL}}</button> <a class="button quiet" href="{{BACK_URL}}">Keep</a></form></section>
