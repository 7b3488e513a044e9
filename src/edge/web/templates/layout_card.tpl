{{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>{{TITLE}} · Gatehouse</title>
<link rel="icon" href="{{ICON_URL}}" type="image/svg+xml">
<link rel="stylesheet" href="{{CSS_URL}}">
<script src="{{JS_URL}}" defer></script>
{{#REFRESH}}<meta http-equiv="refresh" content="0;url={{URL}}">{{/REFRESH}}
</head>
<body class="plain">
<a class="skip" href="#main">Skip to content</a>
<header class="mast"><a class="brand" href="/"><img src="{{ICON_URL}}" width="32" height="32" alt=""><span>Gatehouse</span></a></header>
<main id="main" class="sheet{{#WIDE}} wide{{/WIDE}}">
{{#NOTICE}}<div class="notice {{LEVEL}}" role="status" aria-live="polite"><p>{{TEXT}}</p></div>{{/NOTICE}}
{{>BODY}}
</main>
<footer class="foot"><p>Gatehouse{{#MAILBOX}} · <a href="/demo/mailbox/">Demo mailbox</a>{{/MAILBOX}}</p></footer>
</body>
</html>
