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
{{#STYLES}}<link rel="stylesheet" href="{{URL}}">
{{/STYLES}}<script src="{{JS_URL}}" defer></script>
</head>
<body class="app">
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="/organizations/"><img src="{{ICON_URL}}" width="28" height="28" alt=""><span>Gatehouse</span></a>
<details class="menu">
<summary aria-label="Switch organization, now {{SWITCHER}}"><span class="clip">{{SWITCHER}}</span></summary>
<nav class="drop" aria-label="Organizations">
{{#ORG_ITEM}}<a href="/organizations/{{SLUG}}/"{{#CURRENT}} aria-current="true"{{/CURRENT}}><b>{{NAME}}</b><small>{{SLUG}}</small></a>{{/ORG_ITEM}}
<a class="rule" href="/organizations/">All organizations</a>
</nav>
</details>
<span class="grow"></span>
<details class="menu right">
<summary aria-label="Account menu, {{USER_NAME}}"><span class="clip">{{USER_NAME}}</span></summary>
<nav class="drop" aria-label="Your account">
<p><b>{{USER_NAME}}</b><small>{{USER_EMAIL}}</small></p>
<a href="/account/">Profile</a>
<a href="/account/security/">Password</a>
<a href="/account/two-factor/">Two-factor</a>
<a href="/account/sessions/">Sessions</a>
<a href="/account/tokens/">API tokens</a>
{{#MAILBOX}}<a href="/demo/mailbox/">Demo mailbox</a>{{/MAILBOX}}
<form class="rule" method="post" action="/auth/logout/"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="link" type="submit">Sign out</button></form>
</nav>
</details>
</header>
<div class="cols">
<nav class="side" aria-label="{{NAV_LABEL}}">
{{#NAV}}{{#HEADING}}<small>{{TEXT}}</small>{{/HEADING}}<a href="{{URL}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{LABEL}}</a>{{/NAV}}
</nav>
<main id="main" class="page">
{{#NOTICE}}<div class="notice {{LEVEL}}" role="status" aria-live="polite"><p>{{TEXT}}</p></div>{{/NOTICE}}
{{>BODY}}
</main>
</div>
</body>
</html>
