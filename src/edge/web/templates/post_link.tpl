{{%AUTOESCAPE context="HTML"}}<h1>{{TITLE}}</h1>
<p class="lead">{{TEXT}}</p>
<form method="post" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><button class="button" type="submit">{{BUTTON}}</button>
</form>
