{{%AUTOESCAPE context="HTML"}}{{>HEAD}}
{{#EMPTY}}<div class="card empty"><p><b>No tags.</b> The events are past their retention, or have none. An application sets its own:</p><p><code>Sentry.setTag("plan", "pro");</code></p></div>{{/EMPTY}}
<div class="contexts">{{#TAG}}<section class="card"><div class="head"><h3><a href="{{KEY_URL}}">{{KEY}}</a></h3><span class="minor">{{VALUES_WORD}}</span></div>
<ul class="shares">{{#ROW}}<li><span class="name">{{#LINKED}}<a href="{{URL}}">{{VALUE}}</a>{{/LINKED}}{{#UNLINKED}}{{VALUE}}{{/UNLINKED}}</span> <span class="part">{{PERCENT}} %</span><svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="{{PERCENT}}" height="4"/></svg></li>{{/ROW}}</ul></section>{{/TAG}}</div>
{{#CUT}}<p class="minor">There are more keys than are shown here.</p>{{/CUT}}
