{{%AUTOESCAPE context="HTML"}}{{#REQUEST}}<section class="card"><h2>Request</h2><p><b>{{METHOD}}</b> <code>{{ADDRESS}}</code></p>
{{#QUERY}}<h3>Query</h3><dl class="values">{{#FIELD}}<div><dt>{{KEY}}</dt><dd>{{VALUE}}</dd></div>{{/FIELD}}</dl>{{/QUERY}}
{{#BODY}}<h3>Body</h3><div class="code"><div>{{#LINES}}<code>{{ROW}}</code><br>{{/LINES}}</div></div>{{/BODY}}
{{#HEADERS}}<details class="more" open><summary>Headers</summary><dl class="values">{{#FIELD}}<div><dt>{{KEY}}</dt><dd>{{VALUE}}</dd></div>{{/FIELD}}</dl></details>{{/HEADERS}}
{{#COOKIES}}<details class="more"><summary>Cookies</summary><dl class="values">{{#FIELD}}<div><dt>{{KEY}}</dt><dd>{{VALUE}}</dd></div>{{/FIELD}}</dl></details>{{/COOKIES}}
{{#ENV}}<details class="more"><summary>Environment of the server</summary><dl class="values">{{#FIELD}}<div><dt>{{KEY}}</dt><dd>{{VALUE}}</dd></div>{{/FIELD}}</dl></details>{{/ENV}}</section>{{/REQUEST}}
{{#USER}}<section class="card"><h2>User</h2><dl class="values">{{#FIELD}}<div><dt>{{KEY}}</dt><dd>{{VALUE}}</dd></div>{{/FIELD}}</dl></section>{{/USER}}
{{#CONTEXTS}}<section><h2>Contexts</h2><div class="contexts">{{#CONTEXT}}<div class="card"><h3>{{NAME}}</h3><dl class="values">{{#FIELD}}<div><dt>{{KEY}}</dt><dd>{{VALUE}}</dd></div>{{/FIELD}}</dl></div>{{/CONTEXT}}</div></section>{{/CONTEXTS}}
{{#EXTRA}}<section class="card"><h2>Additional data</h2><dl class="values">{{#FIELD}}<div><dt>{{KEY}}</dt><dd>{{VALUE}}</dd></div>{{/FIELD}}</dl></section>{{/EXTRA}}
{{#PACKAGES}}<details class="card more"><summary>{{COUNT}}</summary><dl class="values">{{#FIELD}}<div><dt>{{KEY}}</dt><dd>{{VALUE}}</dd></div>{{/FIELD}}</dl></details>{{/PACKAGES}}
{{#IMAGES}}<details class="card more"><summary>{{COUNT}}</summary><dl class="values">{{#IMAGE}}<div><dt>{{KIND}}</dt><dd>{{FILE}} <code>{{ID}}</code></dd></div>{{/IMAGE}}</dl></details>{{/IMAGES}}
{{#SDK}}<div class="minor">Sent by {{NAME}} {{VERSION}}{{#INTEGRATIONS}}<details class="more"><summary>Its integrations</summary><p>{{NAMES}}</p></details>{{/INTEGRATIONS}}</div>{{/SDK}}
