{{%AUTOESCAPE context="HTML"}}<h1>Check your e-mail</h1>
<p class="lead">If an account uses that address, a mail with a link is on its way.</p>
<p>The link works once and for one hour. No mail? Look into the spam folder, check the address, and try again.</p>
<p class="actions"><a class="button quiet" href="/auth/login/">Back to sign in</a></p>
