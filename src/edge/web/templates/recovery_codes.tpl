{{%AUTOESCAPE context="HTML"}}<h1>Your recovery codes</h1>
<p>Print or store them where your phone is not. Each one signs you in once if you lose your second factor. They are not shown again.</p>
<ul class="rows" id="codes">{{#CODE}}<li><code>{{TEXT}}</code></li>{{/CODE}}</ul>
<p class="actions"><a class="button" href="{{URL}}">I have stored them</a></p>
