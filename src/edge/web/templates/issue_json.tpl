{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{ISSUE_URL}}"><code>{{SHORT_ID}}</code></a> · <a href="{{EVENT_URL}}">Event</a></p>
<header class="head"><div><h1>Event JSON</h1><p class="minor"><code>{{ID}}</code></p></div><a class="button quiet" href="{{RAW_URL}}" download="{{FILE}}">Download</a></header>
{{#UNREADABLE}}<div class="notice error" role="alert"><p><b>This event cannot be read.</b> Its file is damaged. Ask the operator to look at the log and the disk.</p></div>{{/UNREADABLE}}
{{#TEXT}}<div class="code json" tabindex="0" role="region" aria-label="The event">{{#LINES}}<div><code>{{ROW}}</code></div>{{/LINES}}</div>{{#CUT}}<p class="minor">There is more; the download has it all.</p>{{/CUT}}{{/TEXT}}
