{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{ACTION}}">Two-factor authentication</a></p>
<header class="head"><h1>Add an authenticator app</h1></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
<section class="card">{{#PICTURE}}<ol class="steps"><li>Scan</li><li>Type the code</li></ol>
<p><svg role="img" aria-label="QR code with the secret for your authenticator app" width="220" height="220" viewBox="0 0 {{SIZE}} {{SIZE}}"><path fill="#fff" d="M0 0h{{SIZE}}v{{SIZE}}H0z"/><path d="{{PATH}}"/></svg></p>
<details class="more"><summary>No camera? Type the secret</summary><p class="copy"><code id="secret">{{SECRET}}</code></p></details>{{/PICTURE}}
{{#AGAIN}}<p>Your app has the secret already: type the code that it shows now. Is the clock of your phone right?</p>{{/AGAIN}}
<form method="post" action="{{ACTION}}" class="stack narrow"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="confirm-totp"><input type="hidden" name="next" value="{{NEXT}}">
<div class="field"><label for="code">Code that the app shows</label><input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required autofocus></div>
<button class="button" type="submit">Switch on</button></form>
{{#AGAIN}}<form method="post" action="{{ACTION}}" class="bar"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="begin-totp"><input type="hidden" name="next" value="{{NEXT}}"><button class="button quiet" type="submit">Start again with a new picture</button></form>{{/AGAIN}}</section>
