{{%AUTOESCAPE context="HTML"}}<h1>{{TITLE}}</h1>
<p class="lead">{{WHAT}}</p>
<p>{{NEXT}}</p>
<p class="actions">{{#INSIDE}}<a class="button" href="/organizations/">Go to your organizations</a>{{/INSIDE}} {{#OUTSIDE}}<a class="button quiet" href="/auth/login/">Sign in</a>{{/OUTSIDE}}</p>
<dl class="code-list">
<div><dt>Reason</dt><dd><code>{{REASON}}</code></dd></div>
<div><dt>Correlation id</dt><dd><code id="correlation-id">{{CORRELATION_ID}}</code></dd></div>
</dl>
