{{%AUTOESCAPE context="HTML"}}<h1>Sign out</h1>
<p class="lead">You are signed in as {{NAME}}.</p>
<form method="post" action="/auth/logout/" class="stack">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="next" value="{{NEXT}}">
<button class="button" type="submit">Sign out</button>
<a class="button quiet" href="/organizations/">Stay signed in</a>
</form>
