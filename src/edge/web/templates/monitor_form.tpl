{{%AUTOESCAPE context="HTML"}}<div class="field"><label for="name">Name</label><input id="name" name="name" value="{{NAME}}" required maxlength="64" data-slug="monitor_slug"></div>
<div class="field"><label for="monitor_slug">Short name</label><input id="monitor_slug" name="monitor_slug" value="{{SLUG}}" maxlength="50" autocapitalize="none" spellcheck="false" aria-describedby="slug-help"><p class="help" id="slug-help">What the job calls itself when it checks in. Made of the name if left empty.</p></div>
<fieldset><legend>Schedule</legend>
<label class="check"><input type="radio" name="schedule_type" value="crontab"{{#BY_CRONTAB}} checked{{/BY_CRONTAB}}> A crontab line</label>
<div class="field"><label for="crontab">Crontab line</label><input id="crontab" name="crontab" value="{{CRONTAB}}" autocapitalize="none" spellcheck="false" aria-describedby="crontab-help"><p class="help" id="crontab-help">Minute, hour, day, month, weekday: 30 3 * * * is every day at half past three.</p></div>
<div class="field"><label for="timezone">Time zone</label><input id="timezone" name="timezone" value="{{TIMEZONE}}" autocapitalize="none" spellcheck="false" placeholder="UTC"></div>
<label class="check"><input type="radio" name="schedule_type" value="interval"{{#BY_INTERVAL}} checked{{/BY_INTERVAL}}> So much time after the run before</label>
<div class="pair"><div class="field"><label for="interval">Every</label><input id="interval" name="interval" type="number" min="1" value="{{INTERVAL}}"></div><div class="field"><label for="unit">Unit</label><select id="unit" name="unit">{{#UNIT_OPTION}}<option value="{{ID}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{ID}}s</option>{{/UNIT_OPTION}}</select></div></div></fieldset>
<fieldset><legend>When it is late or fails</legend>
<div class="pair"><div class="field"><label for="margin">May be late, minutes</label><input id="margin" name="margin" type="number" min="0" value="{{MARGIN}}" placeholder="1"></div>
<div class="field"><label for="max_runtime">May take, minutes</label><input id="max_runtime" name="max_runtime" type="number" min="1" value="{{MAX_RUNTIME}}" placeholder="30"></div></div>
<div class="pair"><div class="field"><label for="failures">Failures in a row that make an issue</label><input id="failures" name="failures" type="number" min="1" value="{{FAILURES}}" placeholder="1"></div>
<div class="field"><label for="recoveries">Successes in a row that end it</label><input id="recoveries" name="recoveries" type="number" min="1" value="{{RECOVERIES}}" placeholder="1"></div></div></fieldset>
