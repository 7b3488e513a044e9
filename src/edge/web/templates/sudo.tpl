{{%AUTOESCAPE context="HTML"}}<h1>Confirm it is you</h1>
<p>This changes what protects an account or an organization. Prove once more that you are <b>{{USER}}</b>; it holds for 15 minutes.</p>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#PASSWORD}}<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="kind" value="password"><input type="hidden" name="next" value="{{NEXT}}"><input type="text" name="username" value="{{USERNAME}}" autocomplete="username" readonly hidden>
<div class="field"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required autofocus data-reveal></div>
<button class="button" type="submit">Confirm</button></form>{{/PASSWORD}}
{{#KEY}}<form method="post" action="{{ACTION}}" class="stack" data-webauthn="get" data-options="{{OPTIONS}}" hidden><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="kind" value="webauthn"><input type="hidden" name="next" value="{{NEXT}}"><input type="hidden" name="response">
<div class="or"><span>or</span></div><button class="button quiet" type="submit">Use security key or passkey</button><p class="problem" role="alert" hidden></p></form>{{/KEY}}
{{#TOTP}}<div class="or"><span>or</span></div>
<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="kind" value="totp"><input type="hidden" name="next" value="{{NEXT}}">
<div class="field"><label for="code">Code from your authenticator app</label><input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required></div>
<button class="button quiet" type="submit">Confirm with code</button></form>{{/TOTP}}
{{#RECOVERY}}<details class="more"><summary>Use a recovery code</summary><form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="kind" value="recovery"><input type="hidden" name="next" value="{{NEXT}}">
<div class="field"><label for="recovery">Recovery code</label><input id="recovery" name="code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" required></div>
<button class="button quiet" type="submit">Confirm with recovery code</button></form></details>{{/RECOVERY}}
<p class="minor"><a href="{{NEXT}}">Cancel</a></p>
