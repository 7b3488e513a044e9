{{%AUTOESCAPE context="HTML"}}
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Request refused · Test provider</title>
  <link rel="stylesheet" href="{{PREFIX}}/idp.css">
</head>
<body>
<main>
  <p class="badge">Test provider</p>
  <h1>This request cannot be answered</h1>
  <p>{{WHY}}</p>
  <p class="quiet">You were not sent back, because the return address cannot be trusted.</p>
</main>
</body>
</html>
