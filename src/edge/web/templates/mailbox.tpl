{{%AUTOESCAPE context="HTML"}}<h1>Demo mailbox</h1>
<p class="lead">Every mail this demonstration has sent, newest first.</p>
{{#EMPTY}}<div class="card empty"><p><b>No mail yet.</b></p><p>Invite somebody, confirm your address or ask for a password link, then come back.</p></div>{{/EMPTY}}
<ul class="list">{{#MAIL}}<li class="card mail"><h2>{{SUBJECT}}</h2><p class="minor">to {{TO}} · {{TIME}}{{#HTML}} · <a href="{{URL}}" aria-label="{{SUBJECT}}, as HTML">as HTML</a>{{/HTML}}</p>
<p>{{#PART}}{{#PLAIN}}{{TEXT}}{{/PLAIN}}{{#BREAK}}<br>{{/BREAK}}{{#LINK}}<a href="{{URL}}">{{URL}}</a>{{/LINK}}{{/PART}}</p></li>{{/MAIL}}</ul>
<p class="actions"><a class="button quiet" href="/organizations/">Back</a></p>
