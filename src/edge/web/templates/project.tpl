{{%AUTOESCAPE context="HTML"}}<p class="minor"><a href="{{LIST_URL}}">Projects</a></p>
<header class="head"><div><h1>{{NAME}}</h1><p class="minor"><code>{{SLUG}}</code></p></div><a class="button quiet" href="{{ISSUES_URL}}">Issues</a></header>
{{#WAITING}}<div class="notice" role="status"><p><b>Waiting for the first event.</b> It appears under Issues a second after it was sent.</p></div>{{/WAITING}}
{{#ACTIVE}}<div class="notice ok" role="status"><p>Events are arriving.</p></div>{{/ACTIVE}}
{{#BEGIN}}<section class="card stack" aria-labelledby="begin-title"><h2 id="begin-title">Send from your application</h2>
<p>1. Install the SDK:</p><p><code>{{INSTALL}}</code></p>
<p>2. Start it before everything else:</p><p>{{#LINES}}<code>{{ROW}}</code><br>{{/LINES}}</p>
<p class="minor">The DSN: <code>{{DSN}}</code></p></section>{{/BEGIN}}
<section aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2>
<div class="list">{{#KEY}}<article class="card item"><p class="grow"><b>{{LABEL}}</b> {{#OFF}}<span class="pill warn">Disabled</span>{{/OFF}}{{#ON}}<span class="pill ok">Enabled</span>{{/ON}}<br><small><code>{{KEY_DSN}}</code></small></p>
{{#MAY_DISABLE}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="disable"><input type="hidden" name="key" value="{{PUBLIC}}"><button class="button bad small" type="submit" aria-label="Disable {{LABEL}}">Disable</button></form>{{/MAY_DISABLE}}
{{#MAY_ENABLE}}<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="enable"><input type="hidden" name="key" value="{{PUBLIC}}"><button class="button small" type="submit" aria-label="Enable {{LABEL}}">Enable</button></form>{{/MAY_ENABLE}}</article>{{/KEY}}</div>
{{#NEW_KEY}}<form method="post" action="{{ACTION}}" class="stack narrow"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="new_key"><div class="field"><label for="label">New key</label><input id="label" name="label" required placeholder="Staging"></div><button class="button quiet" type="submit">Add key</button></form>{{/NEW_KEY}}</section>
