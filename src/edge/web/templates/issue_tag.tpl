{{%AUTOESCAPE context="HTML"}}{{>HEAD}}
<p class="minor"><a href="{{TAGS_URL}}">All tags</a></p><h2>{{KEY}}</h2><p class="minor">{{EVENTS_WORD}} · {{VALUES_WORD}}</p>
<table class="cards"><thead><tr><th scope="col">Value</th><th scope="col">Share</th><th scope="col">Events</th><th scope="col">First day</th><th scope="col">Last day</th></tr></thead>
<tbody>{{#ROW}}<tr><td data-label="Value"><span>{{#LINKED}}<a href="{{URL}}">{{VALUE}}</a>{{/LINKED}}{{#UNLINKED}}{{VALUE}}{{/UNLINKED}}</span></td><td data-label="Share"><span>{{PERCENT}} % <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="{{PERCENT}}" height="4"/></svg></span></td><td data-label="Events"><span>{{COUNT}}</span></td><td data-label="First day"><span>{{FIRST_DAY}}</span></td><td data-label="Last day"><span>{{LAST_DAY}}</span></td></tr>{{/ROW}}</tbody></table>
{{#LEFT}}<p class="minor">And {{COUNT}} rarer ones.</p>{{/LEFT}}
<nav class="pager" aria-label="Pages">{{#BEFORE}}<a class="button quiet" rel="prev" href="{{URL}}">More frequent</a>{{/BEFORE}} {{#AFTER}}<a class="button quiet" rel="next" href="{{URL}}">Rarer</a>{{/AFTER}}</nav>
