{{%AUTOESCAPE context="HTML"}}{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{>HEAD}}
<p class="minor">Events with one of these hashes are this issue. Merging brings hashes together. One that is taken away makes a new issue of the events that come from then on; those that are here stay.</p>
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}">
<div class="list">{{#HASH}}<article class="card item">{{#PICK}}<label class="pick"><input type="checkbox" name="hash" value="{{VALUE}}" aria-label="Choose {{VALUE}}"></label>{{/PICK}}<div class="grow"><code>{{VALUE}}</code>{{#EVENT}}<p class="minor"><a href="{{URL}}">{{NAME}}</a> · {{#AT}}<time datetime="{{ISO}}" title="{{HUMAN}}">{{AGO}}</time>{{/AT}}</p>{{/EVENT}}{{#NOT_LATELY}}<p class="minor">None of the newest hundred events has it as its first.</p>{{/NOT_LATELY}}</div></article>{{/HASH}}</div>
{{#MAY_UNMERGE}}<p><button class="button quiet" type="submit">Take the chosen away</button></p>{{/MAY_UNMERGE}}</form>{{#CUT}}<p class="minor">There are more than are shown here.</p>{{/CUT}}
