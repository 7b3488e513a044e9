{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{ACTION}}">Two-factor authentication</a></p>
<header class="head"><h1>Add a security key or passkey</h1></header>
<section class="card"><form method="post" action="{{ACTION}}" class="stack narrow" data-webauthn="create" data-from="/account/two-factor/key/" hidden><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="finish-key"><input type="hidden" name="next" value="{{NEXT}}"><input type="hidden" name="response">
<div class="field"><label for="name">Name</label><input id="name" name="name" maxlength="80" required autofocus aria-describedby="name-help"><p class="help" id="name-help">So that you recognize it, for example “blue key” or “my phone”.</p></div>
<button class="button" type="submit">Add it now</button><p class="problem" role="alert" hidden></p></form>
<noscript><p>Your browser needs JavaScript to talk to a security key. An authenticator app works without.</p></noscript></section>
