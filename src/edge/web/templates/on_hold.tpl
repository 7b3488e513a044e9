{{%AUTOESCAPE context="HTML"}}<h1>Your place is on hold</h1>
<p>{{ORGANIZATION}} has more members than it may have, and yours is one of those too many. Ask an owner to make room; you then get in again without doing anything.</p>
<p class="actions"><a class="button" href="/organizations/">Your other organizations</a></p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><div class="or"><span>or</span></div>
<label class="check"><input type="checkbox" name="confirm" value="1" required><span>Yes, leave {{ORGANIZATION}}</span></label>
<button class="button bad" type="submit">Leave organization</button></form>
