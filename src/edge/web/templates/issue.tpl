{{%AUTOESCAPE context="HTML"}}{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{>HEAD}}
{{#CHART}}<svg class="chart" viewBox="0 0 300 40" preserveAspectRatio="none" role="img" aria-label="{{WORDS}}"><title>{{WORDS}}</title><path class="base" d="M0 39.5h300"/><path class="bars" d="{{BARS}}"/></svg><p class="minor chart-words">{{WORDS}}</p>{{/CHART}}
{{#NO_EVENT}}<div class="card empty"><p><b>No events kept.</b> The days they came on are past their retention.</p></div>{{/NO_EVENT}}
{{#EVENT}}<nav class="event-bar" aria-label="Events"><span class="grow">Event <code>{{ID}}</code> · {{#AT}}<time datetime="{{ISO}}" title="{{AGO}}">{{HUMAN}}</time>{{/AT}}{{#TRACE}} · <a href="{{URL}}" title="{{TRACE_ID}}">Its trace</a>{{/TRACE}} · <a href="{{JSON_URL}}">JSON</a></span>
<span class="steps-of">{{#PREVIOUS}}<a class="button quiet small" href="{{OLDEST_URL}}">Oldest</a> <a class="button quiet small" rel="prev" href="{{URL}}">Older</a>{{/PREVIOUS}} {{#NEXT}}<a class="button quiet small" rel="next" href="{{URL}}">Newer</a> <a class="button quiet small" href="{{LATEST_URL}}">Newest</a>{{/NEXT}}</span></nav>
{{#UNREADABLE}}<div class="notice error" role="alert"><p><b>This event cannot be read.</b> Its file is damaged. Ask the operator to look at the log and the disk.</p></div>{{/UNREADABLE}}
{{>EVENT_TOP}}
{{#REPORTS}}<section class="card"><h2>User feedback</h2>{{#REPORT_OF}}<div class="said"><p><b>{{NAME}}</b>{{#EMAIL}} <span class="minor">{{EMAIL}}</span>{{/EMAIL}} <span class="minor">{{#AT}}<time datetime="{{ISO}}" title="{{HUMAN}}">{{AGO}}</time>{{/AT}}{{#THIS_EVENT}} about this event{{/THIS_EVENT}}{{#OTHER_EVENT}} about <a href="{{EVENT_URL}}">another event</a>{{/OTHER_EVENT}}</span></p><p>{{SAID}}</p></div>{{/REPORT_OF}}</section>{{/REPORTS}}
{{>EVENT_TAGS}}
{{#ATTACHMENTS}}<section class="card"><h2>Attachments</h2><ul class="rows">{{#ATTACHMENT}}<li><a class="grow" href="{{URL}}" download>{{NAME}}</a> <span class="minor">{{KIND}}</span></li>{{/ATTACHMENT}}</ul></section>{{/ATTACHMENTS}}
{{>EVENT_MORE}}{{/EVENT}}
