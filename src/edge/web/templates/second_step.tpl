{{%AUTOESCAPE context="HTML"}}<h1>Second step</h1>
<p class="minor">Signing in as <b>{{USER}}</b>.</p>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#KEY}}<form method="post" action="{{ACTION}}" class="stack" data-webauthn="get" data-options="{{OPTIONS}}" hidden><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="kind" value="webauthn"><input type="hidden" name="response">
<button class="button" type="submit">Use security key or passkey</button><p class="problem" role="alert" hidden></p></form>
<noscript><p>A security key needs JavaScript in your browser. Use another way below.</p></noscript>
{{#TOTP}}<div class="or"><span>or</span></div>{{/TOTP}}{{/KEY}}
{{#TOTP}}<form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="kind" value="totp">
<div class="field"><label for="code">Code from your authenticator app</label><input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required autofocus></div>
<button class="button" type="submit">Continue</button></form>{{/TOTP}}
{{#RECOVERY}}<details class="more"><summary>Use a recovery code</summary><form method="post" action="{{ACTION}}" class="stack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="kind" value="recovery">
<div class="field"><label for="recovery">Recovery code</label><input id="recovery" name="code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" required><p class="help">Each code works once.</p></div>
<button class="button quiet" type="submit">Continue with recovery code</button></form></details>{{/RECOVERY}}
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="cancel"><button class="link minor" type="submit">Cancel and sign in again</button></form>
