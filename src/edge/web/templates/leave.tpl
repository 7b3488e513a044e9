{{%AUTOESCAPE context="HTML"}}<h1>Taking you to your identity provider</h1>
<p class="lead" role="status">One moment. Your browser should go on by itself.</p>
<p class="actions"><a class="button" id="continue" rel="noreferrer" href="{{URL}}">Continue</a></p>
