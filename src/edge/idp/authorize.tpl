{{%AUTOESCAPE context="HTML"}}
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Choose who to be · Test provider</title>
  <link rel="stylesheet" href="{{PREFIX}}/idp.css">
</head>
<body>
<main>
  <p class="badge">Test provider</p>
  <h1>Who would you like to be?</h1>
  <p class="quiet">{{CLIENT}} asks who you are. This provider knows no passwords: pick a person and
    you are sent back as them.</p>
  <form method="post" action="{{PREFIX}}/authorize">
    {{#FIELD}}<input type="hidden" name="{{NAME}}" value="{{VALUE}}">
    {{/FIELD}}
    <ul class="people">
      {{#USER}}<li>
        <button name="user" value="{{SUBJECT}}">
          <span class="who">{{WHO}}</span>
          <span class="mail">{{MAIL}}{{#UNVERIFIED}} (not verified){{/UNVERIFIED}}</span>
          {{#SUGGESTED}}<span class="hint">suggested</span>{{/SUGGESTED}}
        </button>
      </li>
      {{/USER}}
    </ul>
    {{#PENDING}}<p class="pending" role="status">This log-in will go wrong: {{LABEL}}.</p>{{/PENDING}}
    <details>
      <summary>Make something go wrong</summary>
      <fieldset>
        <legend>In this log-in</legend>
        <label><input type="radio" name="fault" value="" checked> Nothing more than is set already</label>
        {{#FAULT}}<label><input type="radio" name="fault" value="{{NAME}}"> {{LABEL}}</label>
        {{/FAULT}}
        <label class="apart"><input type="checkbox" name="sticky" value="1"> Keep it for all log-ins
          until it is changed</label>
        <label><input type="checkbox" name="clear" value="1"> Forget what was set before</label>
      </fieldset>
    </details>
    <p><button class="plain" name="cancel" value="1">Cancel and go back</button></p>
  </form>
</main>
</body>
</html>
