{{%AUTOESCAPE context="HTML"}}
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Test provider</title>
  <link rel="stylesheet" href="{{PREFIX}}/idp.css">
</head>
<body>
<main>
  <p class="badge">Test provider</p>
  <h1>An OpenID provider to try single sign-on with</h1>
  <p class="quiet">Enter this in the single sign-on settings of an organization. Nobody needs a
    password here, so use it for trying and testing only.</p>
  <dl>
    <dt>Issuer URL</dt><dd><code>{{ISSUER}}</code></dd>
    <dt>Client ID</dt><dd><code>{{CLIENT}}</code></dd>
    <dt>Client secret</dt><dd><code>{{SECRET}}</code></dd>
    <dt>Return URLs</dt><dd>anything below <code>{{PRODUCT}}/</code></dd>
  </dl>
  <h2>People</h2>
  <ul class="plainlist">
    {{#USER}}<li>{{WHO}}{{#HAS_MAIL}}, {{MAIL}}{{/HAS_MAIL}}</li>
    {{/USER}}
  </ul>
</main>
</body>
</html>
