{{%AUTOESCAPE context="HTML"}}<div class="field{{#BAD}} wrong{{/BAD}}">
{{#CHECKBOX}}<label class="check"><input type="checkbox" id="f-{{NAME}}" name="{{NAME}}" value="true"{{#CHECKED}} checked{{/CHECKED}} aria-describedby="h-{{NAME}}"><span>{{LABEL}}</span></label>{{/CHECKBOX}}
{{#SELECT}}<label for="f-{{NAME}}">{{LABEL}}</label><select id="f-{{NAME}}" name="{{NAME}}" aria-describedby="h-{{NAME}}">{{#OPTION}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{VALUE}}</option>{{/OPTION}}</select>{{/SELECT}}
{{#TEXT}}<label for="f-{{NAME}}">{{LABEL}}</label><input id="f-{{NAME}}" name="{{NAME}}" type="{{TYPE}}" value="{{VALUE}}" autocomplete="off" autocapitalize="none" spellcheck="false"{{#REQUIRED}} required{{/REQUIRED}} aria-describedby="h-{{NAME}}"{{#KEEP}} placeholder="unchanged"{{/KEEP}}>{{/TEXT}}
<div id="h-{{NAME}}">{{#FIELD_ERROR}}<p class="problem" role="alert">{{TEXT}}</p>{{/FIELD_ERROR}}{{#HELP}}<p class="help">{{HELP}}</p>{{/HELP}}</div>
</div>
