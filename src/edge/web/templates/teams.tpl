{{%AUTOESCAPE context="HTML"}}<header class="head"><div><h1>Teams</h1><p class="minor">{{#OPEN}}Members may join and leave teams as they like.{{/OPEN}}{{#CLOSED}}Members ask to join; who may change teams decides.{{/CLOSED}}</p></div></header>
{{#ERROR}}<div class="notice error" role="alert"><p><b>{{TITLE}}.</b> {{WHAT}} {{NEXT}}</p></div>{{/ERROR}}
{{#REQUEST}}<article class="card item"><p class="grow"><b>{{WHO}}</b> asks to join <b>{{TEAM_NAME}}</b> <small>{{WHEN}}</small></p>
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="approve"><input type="hidden" name="id" value="{{ID}}"><button class="button small" type="submit" aria-label="Let {{WHO}} into {{TEAM_NAME}}">Approve</button></form>
<form method="post" action="{{ACTION}}"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="deny"><input type="hidden" name="id" value="{{ID}}"><button class="button bad small" type="submit" aria-label="Do not let {{WHO}} into {{TEAM_NAME}}">Deny</button></form></article>{{/REQUEST}}
{{#EMPTY}}<div class="card empty"><p><b>No teams yet.</b> A team gathers the people who work on the same projects.</p></div>{{/EMPTY}}
<div class="list">{{#TEAM}}<a class="card item go" href="{{URL}}"><span class="grow"><b>{{NAME}}</b> <small><code>{{SLUG}}</code> · {{COUNT}}</small></span>{{#IN}}<span class="pill ok">You are in</span>{{/IN}}{{#ASKED}}<span class="pill warn">Asked</span>{{/ASKED}}{{#MANAGED}}<span class="pill">Managed by provider</span>{{/MANAGED}}</a>{{/TEAM}}</div>
{{#CREATE}}<section class="card" aria-labelledby="create-title"><h2 id="create-title">Create a team</h2>
<form method="post" action="{{ACTION}}" class="stack narrow"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="op" value="create">
<div class="field"><label for="name">Name</label><input id="name" name="name" value="{{NEW_NAME}}" required data-slug="new_slug"></div>
<div class="field"><label for="new_slug">Short name</label><input id="new_slug" name="new_slug" value="{{NEW_SLUG}}" required autocapitalize="none" spellcheck="false" aria-describedby="slug-help"><p class="help" id="slug-help">Lower-case letters, digits and hyphens.</p></div>
<button class="button" type="submit">Create team</button></form></section>{{/CREATE}}
