{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{ACTION}}">Two-factor authentication</a></p>
<header class="head"><h1>Add an authenticator app</h1></header>
<section class="card"><p>You need an app such as FreeOTP, Aegis or Google Authenticator on your phone. On the next page you scan a picture with it.</p>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="begin-totp"><input type="hidden" name="next" value="{{NEXT}}"><button class="button" type="submit">Show the picture</button></form></section>
