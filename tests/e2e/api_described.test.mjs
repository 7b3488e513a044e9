// Every route of api/openapi.yaml, called on the running server: each answer has a status that is
// described, and the shape that is described for it. A route that nobody called fails the test.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, it } from "node:test";

import { DescribedApi } from "./lib/described_api.mjs";
import { storyOfEnds, storyOfEvents, storyOfIssues, storyOfProjects } from "./lib/described_events.mjs";
import { SoftwareKey, totp } from "./lib/factors.mjs";
import { callIntake } from "./lib/described_intake.mjs";
import { callReleases } from "./lib/described_releases.mjs";
import { Gatehouse, engines, fillAcme, password } from "./lib/gatehouse.mjs";
import { HttpClient, trustProxy } from "./lib/http_client.mjs";
import { ScriptedProvider } from "./lib/scripted_provider.mjs";

const acme = { organization: "acme" };
const basic = (email, secret = password) =>
  ({ Authorization: `Basic ${Buffer.from(`${email}:${secret}`).toString("base64")}` });

it("the description is an OpenAPI document that no rule complains about", { timeout: 30_000 }, () => {
  const lint = spawnSync(process.execPath, [
    "node_modules/@redocly/cli/bin/cli.js", "lint", "--config=redocly.yaml", "../../api/openapi.yaml",
  ], {
    cwd: new URL(".", import.meta.url),
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
    encoding: "utf8",
  });
  assert.equal(lint.status, 0, lint.stdout + lint.stderr);
  assert.doesNotMatch(lint.stdout + lint.stderr, /warning/i);
});

for (const engine of engines) {
  describe(`the API on ${engine}`, { timeout: 240_000 }, () => {
    const api = new DescribedApi();
    let gatehouse, provider, tokens;
    let anonymous, olivia, marcus, nina, otto;
    const members = {};

    const visitor = () => new HttpClient(gatehouse);
    async function signedIn(email, secret) {
      const client = visitor();
      await client.signIn(email, secret);
      return client;
    }
    async function mailedPath(address, pattern, count = 1) {
      const mails = await gatehouse.mails((m) => m.to === address && pattern.test(m.text), count);
      assert.ok(mails.length >= count, `no mail to ${address} with ${pattern}`);
      return new URL(new RegExp(`http\\S*${pattern.source}\\S*`).exec(mails.at(-1).text)[0]).pathname;
    }
    async function confirmAddress(client, address, mails = 1) {
      await api.call(client, "confirmEmail", 204, { params: { user: "me" }, body: { email: address } });
      const answer = await client.post(await mailedPath(address, /\/account\/confirm-email\//, mails));
      assert.equal(answer.status, 302, answer.text);
    }

    before(async () => {
      provider = await ScriptedProvider.start();
      gatehouse = await Gatehouse.start({
        engine,
        env: { GATEHOUSE_ALLOWED_ORIGINS: provider.issuer },
        args: trustProxy,
        fill: (g) => {
          fillAcme(g);
          tokens = {
            owner: g.createToken("olivia@acme.example", "org:admin", "member:admin", "team:admin"),
            narrow: g.createToken("olivia@acme.example", "alerts:read"),
          };
        },
      });
      anonymous = visitor();
      [olivia, marcus, nina, otto] = [
        await signedIn("olivia@acme.example"), await signedIn("marcus@acme.example"),
        await signedIn("nina@acme.example"), await signedIn("otto@other.example")];
      for (const member of await api.call(olivia, "listMembers", 200, { params: acme })) {
        members[member.email.split("@")[0]] = member.id;
      }
    });
    after(async () => {
      await gatehouse?.close();
      await provider?.close();
    });

    it("hands out its own description", async () => {
      const answer = await api.call(anonymous, "getDocument", 200);
      assert.match(answer.text, /^# The REST API of Gatehouse/);
    });

    it("who is asking: in, out, and proved again", async () => {
      await api.call(anonymous, "getSelf", 400);
      await api.call(anonymous, "validateAuth", 403);
      await api.call(anonymous, "getAuthConfig", 200);
      await api.call(anonymous, "logInBasic", 400);
      await api.call(anonymous, "logInBasic", 401, { headers: basic("nina@acme.example", "wrong-one") });
      const login = { username: "nina@acme.example", password };
      await api.call(anonymous, "logIn", 403, { body: login, csrf: false });
      await api.call(anonymous, "logIn", 400, { body: { ...login, password: "wrong-one" } });
      await api.call(anonymous, "logIn", 400, { body: { username: "nina@acme.example" } });

      const client = visitor();
      const { user } = await api.call(client, "logIn", 200, { body: login });
      assert.equal(user.email, "nina@acme.example");
      await api.call(client, "getSelf", 200);
      await api.call(client, "getSelf", 200, { token: tokens.owner });
      await api.call(client, "validateAuth", 200);
      await api.call(client, "getAuthConfig", 200);
      assert.deepEqual(await api.call(client, "getStepUpChallenge", 200), []);
      await api.call(client, "verifySelf", 400, { body: {} });
      await api.call(client, "verifySelf", 403, { body: { password: "wrong-one" } });
      await api.call(client, "verifySelf", 200, { body: { password } });
      await api.call(client, "logOut", 204);
      await api.call(client, "getSelf", 400);
      await api.call(visitor(), "logInBasic", 200, { headers: basic("nina@acme.example") });
    });

    it("organizations and their settings", async () => {
      const [listed] = await api.call(olivia, "listOrganizations", 200);
      await api.call(olivia, "listOrganizations", 200, { token: tokens.owner });
      await api.call(olivia, "getOrganization", 200, { params: acme });
      await api.call(olivia, "getOrganization", 200, { params: { organization: listed.id } });
      for (const openMembership of [false, true]) {
        const changed = await api.call(olivia, "updateOrganization", 200, {
          params: acme, body: { openMembership, allowJoinRequests: true, defaultRole: "member" } });
        assert.equal(changed.openMembership, openMembership);
      }
      await api.call(olivia, "updateOrganization", 400, { params: acme, body: { openMembership: "yes" } });
      await api.call(olivia, "updateOrganization", 400, { params: acme, body: { require2FA: true } });
      await api.call(nina, "updateOrganization", 403, { params: acme, body: { openMembership: true } });
    });

    let story, paid;
    it("projects, their teams and keys", async () => {
      story = await storyOfProjects(api, gatehouse, olivia);
    });
    it("issues: found, decided, commented, merged", async () => {
      paid = await storyOfIssues(api, olivia, story);
    });
    it("events, and why they are where they are", async () => {
      await storyOfEvents(api, olivia, story, paid);
    });
    it("issues and projects that go", async () => {
      await storyOfEnds(api, olivia, story);
    });

    it("teams, from the first to the last", async () => {
      const backend = { ...acme, team: "backend" };
      const me = { ...backend, member: "me" };
      await api.call(olivia, "createTeam", 201, { params: acme, body: { slug: "backend", name: "Backend" } });
      await api.call(olivia, "createTeam", 201, {
        params: acme, body: { slug: "passing" }, token: tokens.owner });
      await api.call(olivia, "createTeam", 409, { params: acme, body: { slug: "backend" } });
      await api.call(olivia, "createTeam", 400, { params: acme, body: { slug: "No slug" } });
      await api.call(nina, "createTeam", 403, { params: acme, body: { slug: "mine" } });
      const slugs = (await api.call(olivia, "listTeams", 200, { params: acme })).map((t) => t.slug);
      assert.ok(slugs.includes("backend") && slugs.includes("passing"));
      await api.call(olivia, "getTeam", 200, { params: backend });
      await api.call(olivia, "updateTeam", 200, { params: backend, body: { name: "Back end" } });
      await api.call(olivia, "updateTeam", 409, { params: backend, body: { slug: "passing" } });
      await api.call(nina, "updateTeam", 403, { params: backend, body: { name: "Mine" } });

      await api.call(nina, "getTeamMembership", 404, { params: me });
      await api.call(nina, "joinTeam", 201, { params: me });
      await api.call(nina, "joinTeam", 204, { params: me });
      await api.call(nina, "getTeamMembership", 200, { params: me });
      const inTeam = await api.call(olivia, "listTeamMembers", 200, { params: backend });
      assert.deepEqual(inTeam.map((m) => m.email), ["nina@acme.example"]);
      const role = { ...backend, member: members.nina };
      await api.call(olivia, "setTeamRole", 400, { params: role, body: { teamRole: "emperor" } });
      await api.call(nina, "setTeamRole", 403, { params: me, body: { teamRole: "admin" } });
      const set = await api.call(olivia, "setTeamRole", 200, { params: role, body: { teamRole: "admin" } });
      assert.equal(set.teamRole, "admin");
      await api.call(nina, "leaveTeam", 200, { params: me });

      // Closed teams: one asks, and somebody decides.
      await api.call(olivia, "updateOrganization", 200, { params: acme, body: { openMembership: false } });
      for (const isApproved of [false, true]) {
        await api.call(nina, "joinTeam", 202, { params: me });
        const [request] = await api.call(olivia, "listAccessRequests", 200, { params: acme });
        const decide = { params: { ...acme, request: request.id }, body: { isApproved } };
        await api.call(nina, "decideAccessRequest", 403, decide);
        await api.call(olivia, "decideAccessRequest", 204, decide);
        await api.call(olivia, "decideAccessRequest", 404, decide);
      }
      await api.call(nina, "getTeamMembership", 200, { params: me });
      await api.call(olivia, "updateOrganization", 200, { params: acme, body: { openMembership: true } });
      await api.call(nina, "deleteTeam", 403, { params: { ...acme, team: "passing" } });
      await api.call(olivia, "deleteTeam", 204, { params: { ...acme, team: "passing" } });
      await api.call(olivia, "getTeam", 404, { params: { ...acme, team: "passing" } });
    });

    it("members and invitations", async () => {
      const invited = await api.call(olivia, "createInvite", 201, {
        params: acme,
        body: { email: "rita@new.example", orgRole: "member", sendInvite: true,
                teamRoles: [{ teamSlug: "backend", role: null }] },
      });
      assert.deepEqual(invited.teams, ["backend"]);
      await api.call(olivia, "createInvite", 201, {
        params: acme, body: { email: "passing@new.example", sendInvite: false }, token: tokens.owner });
      for (const bad of [{ email: "no address" }, { email: "x@new.example", orgRole: "emperor" },
                         { email: "nina@acme.example" },
                         { email: "x@new.example", teamRoles: [{ teamSlug: "nowhere" }] }]) {
        await api.call(olivia, "createInvite", 400, { params: acme, body: bad });
      }
      await api.call(nina, "createInvite", 403, { params: acme, body: { email: "x@new.example" } });
      await api.call(marcus, "createInvite", 403, {
        params: acme, body: { email: "x@new.example", orgRole: "owner" } });

      const found = await api.call(olivia, "listMembers", 200, {
        params: acme, query: { query: "rita isInvited:true", expand: "externalUsers" } });
      assert.deepEqual(found.map((m) => m.id), [invited.id]);
      await api.call(olivia, "listMembers", 400, { params: acme, query: { cursor: "elsewhere" } });
      const row = { ...acme, member: invited.id };
      await api.call(olivia, "getMember", 200, { params: row });
      await api.call(olivia, "getMember", 200, { params: { ...acme, member: "me" } });
      await api.call(olivia, "getMember", 404, { params: { ...acme, member: "1" } });
      await api.call(olivia, "updateMember", 200, { params: row, body: { reinvite: true, regenerate: true } });
      const nina_ = { ...acme, member: members.nina };
      const changed = await api.call(olivia, "updateMember", 200, {
        params: nina_, body: { orgRole: "manager", teamRoles: [{ teamSlug: "backend", role: "admin" }] } });
      assert.equal(changed.orgRole, "manager");
      await api.call(olivia, "updateMember", 200, { params: nina_, body: { orgRole: "member" } });
      await api.call(olivia, "updateMember", 400, { params: nina_, body: { orgRole: "emperor" } });
      await api.call(olivia, "updateMember", 400, { params: nina_, body: { reinvite: true } });
      await api.call(marcus, "updateMember", 403, {
        params: { ...acme, member: members.olivia }, body: { orgRole: "member" } });
      await api.call(nina, "removeMember", 403, { params: { ...acme, member: members.marcus } });
      await api.call(olivia, "removeMember", 403, { params: { ...acme, member: "me" } });

      // The link, as it was mailed the second time.
      const [, organization, member, token] =
        /accept\/([^/]+)\/([^/]+)\/([^/]+)/.exec(await mailedPath("rita@new.example", /\/accept\//, 2));
      const link = { organization, member, token };
      const offer = await api.call(anonymous, "lookAtInvite", 200, { params: link });
      assert.equal(offer.needsAuthentication, true);
      await api.call(anonymous, "lookAtInvite", 400, { params: { ...link, token: "A".repeat(43) } });
      gatehouse.createUser("rita@new.example", "Rita New");
      const rita = await signedIn("rita@new.example");
      await api.call(rita, "acceptInvite", 400, { params: { ...link, token: "A".repeat(43) } });
      await api.call(rita, "acceptInvite", 204, { params: link });
      await api.call(rita, "acceptInvite", 400, { params: link });
      await api.call(rita, "getOrganization", 200, { params: acme });
      await api.call(rita, "removeMember", 204, { params: { ...acme, member: "me" } });
      await api.call(rita, "getOrganization", 404, { params: acme });
    });

    it("requests to be invited and to join", async () => {
      const asked = await api.call(nina, "createInviteRequest", 201, {
        params: acme, body: { email: "paula@new.example" } });
      const other = await api.call(nina, "createInviteRequest", 201, {
        params: acme, body: { email: "peter@new.example", orgRole: "member" } });
      await api.call(nina, "createInviteRequest", 400, { params: acme, body: { email: "paula@new.example" } });
      await api.call(anonymous, "requestToJoin", 204, { params: acme, body: { email: "olga@new.example" } });
      await api.call(anonymous, "requestToJoin", 400, { params: acme, body: { email: "no address" } });
      await api.call(anonymous, "requestToJoin", 404, {
        params: { organization: "nowhere" }, body: { email: "olga@new.example" } });
      assert.equal((await api.call(olivia, "listInviteRequests", 200, { params: acme })).length, 3);
      const paula = { ...acme, member: asked.id };
      await api.call(olivia, "getInviteRequest", 200, { params: paula });
      await api.call(nina, "decideInviteRequest", 403, { params: paula, body: { approve: true } });
      await api.call(olivia, "decideInviteRequest", 400, { params: paula, body: {} });
      await api.call(olivia, "decideInviteRequest", 200, { params: paula, body: { approve: true } });
      await api.call(olivia, "getInviteRequest", 404, { params: paula });
      const peter = { ...acme, member: other.id };
      await api.call(nina, "rejectInviteRequest", 403, { params: peter });
      await api.call(olivia, "rejectInviteRequest", 204, { params: peter });
      await api.call(olivia, "rejectInviteRequest", 404, { params: peter });
      await api.call(olivia, "updateOrganization", 200, { params: acme, body: { allowJoinRequests: false } });
      await api.call(anonymous, "requestToJoin", 403, { params: acme, body: { email: "oscar@new.example" } });
      await api.call(olivia, "updateOrganization", 200, { params: acme, body: { allowJoinRequests: true } });
    });

    it("single sign-on and identities", async () => {
      const other = { organization: "other" };
      const me = { user: "me" };
      const subject = { sub: "otto", email: "otto@other.example", name: "Otto Outsider" };
      await api.call(otto, "getAuthProvider", 204, { params: other });
      await api.call(otto, "listAuthProviders", 200, { params: other });
      assert.deepEqual(await api.call(otto, "listIdentities", 200, { params: me }), []);
      await otto.verifySetup("other", provider, subject);
      assert.equal((await otto.finishSetup("other")).status, 302);
      const shown = await api.call(otto, "getAuthProvider", 200, { params: other });
      assert.ok(!JSON.stringify(shown).includes(provider.clientSecret));
      await api.call(anonymous, "getClientKeys", 200, { params: other });
      await api.call(anonymous, "getClientKeys", 404, { params: { organization: "nowhere" } });
      await visitor().signInBySso("other", provider, subject);
      const decisions = await api.call(otto, "listSsoDecisions", 200, { params: other });
      assert.ok(decisions.length >= 2 && decisions.some((d) => d.checks.length > 0));
      await api.call(otto, "listSsoDecisions", 200, {
        params: other, query: { correlationId: decisions[0].correlationId } });
      await api.call(otto, "listSsoDecisions", 400, { params: other, query: { cursor: "elsewhere" } });
      await api.call(anonymous, "requestToJoin", 403, { params: other, body: { email: "olga@new.example" } });
      // A member who is not linked is mailed the way, one who is has no use for it.
      gatehouse.createUser("lou@other.example", "Lou Late");
      const { id } = gatehouse.addMember("other", "lou@other.example", "member");
      await api.call(otto, "updateMember", 200, { params: { ...other, member: id }, body: { reinvite: true } });
      assert.equal((await gatehouse.mails(
        (m) => m.to === "lou@other.example" && /^Action Required/.test(m.subject))).length, 1);
      await api.call(otto, "updateMember", 400, {
        params: { ...other, member: "me" }, body: { reinvite: true } });
      // Whoever has not gone through the provider hears what to do.
      const late = await signedIn("otto@other.example");
      const refused = await api.call(late, "getOrganization", 401, { params: other });
      assert.equal(refused.detail.code, "sso-required");
      const outside = await visitor();
      await outside.signInBySso("other", provider, subject);
      assert.equal((await api.call(outside, "getOrganization", 200, { params: other })).slug, "other");
      assert.equal((await api.call(outside, "listEmails", 401, { params: me })).detail.code, "reauth-required");

      const [identity] = await api.call(otto, "listIdentities", 200, { params: me });
      const named = { ...me, category: "org-identity", identity: identity.id };
      assert.deepEqual(await api.call(otto, "listUserIdentities", 200, { params: me }), [identity]);
      await api.call(otto, "getUserIdentity", 200, { params: named });
      await api.call(otto, "getUserIdentity", 404, { params: { ...named, identity: "1" } });
      await api.call(otto, "removeIdentity", 403, { params: named });
      await api.call(otto, "removeUserIdentity", 403, { params: named });
      const rules = await otto.post("/organizations/other/auth/configure/", {
        op: "settings", default_role: "member" });
      assert.equal(rules.status, 302, rules.text);
      await api.call(otto, "removeIdentity", 204, { params: named });
      await api.call(otto, "removeIdentity", 404, { params: named });
      // Linked again, and off by the other address.
      const back = provider.authorize(await otto.beginSso("other"), subject);
      await otto.get(back.returnPath);
      const linked = await otto.post("/auth/login/other/", { op: "confirm" });
      assert.equal(linked.status, 302, linked.text);
      const [again] = await api.call(otto, "listIdentities", 200, { params: me });
      await api.call(otto, "removeUserIdentity", 404, {
        params: { ...named, category: "social-identity", identity: again.id } });
      await api.call(otto, "removeUserIdentity", 204, { params: { ...named, identity: again.id } });
    });

    it("providers at which members may link accounts", async () => {
      assert.deepEqual(await api.call(olivia, "listIdentityProviders", 200, { params: acme }), []);
      const body = { provider: "discord", externalId: "discord.com", name: "Discord",
        settings: { client_id: "gatehouse", client_secret: "a secret of the test" } };
      const added = await api.call(olivia, "addIdentityProvider", 201, { params: acme, body });
      assert.equal((await api.call(olivia, "listIdentityProviders", 200, { params: acme })).length, 1);
      const one = { ...acme, provider: added.id };
      await api.call(olivia, "removeIdentityProvider", 204, { params: one });
      await api.call(olivia, "removeIdentityProvider", 404, { params: one });
    });

    it("the audit log", async () => {
      const all = await api.call(olivia, "listAuditLogs", 200, { params: acme });
      assert.ok(all.rows.length > 10 && all.options.includes("member.invite"));
      const one = all.rows.find((row) => row.event === "member.invite");
      const some = await api.call(olivia, "listAuditLogs", 200, { params: acme, query: {
        event: one.event, actor: one.actor.id, correlationId: one.correlationId,
        since: "2020-01-01", until: "2120-01-01T00:00:00Z" } });
      assert.deepEqual(some.rows.map((row) => row.id), [one.id]);
      assert.deepEqual((await api.call(olivia, "listAuditLogs", 200, {
        params: acme, query: { event: "no.such-event" } })).rows, []);
      for (const [name, value] of [["actor", "me"], ["targetUser", "99999999999999999999"],
                                   ["since", "yesterday"], ["cursor", "x"]]) {
        await api.call(olivia, "listAuditLogs", 400, { params: acme, query: { [name]: value } });
      }
      await api.call(nina, "listAuditLogs", 403, { params: acme });
      const text = await api.call(olivia, "exportAuditLogs", 200, { params: acme });
      assert.match(text.headers["content-type"], /jsonl/);
      for (const line of text.text.trim().split("\n")) JSON.parse(line);
      const table = await api.call(olivia, "exportAuditLogs", 200, { params: acme, query: { format: "csv" } });
      assert.match(table.headers["content-type"], /csv/);
      await api.call(olivia, "exportAuditLogs", 400, { params: acme, query: { format: "xml" } });
      await api.call(nina, "exportAuditLogs", 403, { params: acme });
    });

    it("the account: addresses, password, history, sessions, tokens", async () => {
      const me = { user: "me" };
      const self = await api.call(marcus, "getUser", 200, { params: me });
      await api.call(marcus, "getUser", 200, { params: { user: self.id } });
      await api.call(marcus, "getUser", 200, { params: me, token: tokens.owner });
      await api.call(marcus, "getUser", 404, { params: { user: "1" } });

      const email = "marcus@second.example";
      await confirmAddress(marcus, "marcus@acme.example");
      await api.call(marcus, "confirmEmail", 400, { params: me, body: { email: "marcus@acme.example" } });
      await api.call(marcus, "addEmail", 201, { params: me, body: { email } });
      await api.call(marcus, "addEmail", 400, { params: me, body: { email: "no address" } });
      await api.call(marcus, "setPrimaryEmail", 400, { params: me, body: { email } });
      await confirmAddress(marcus, email, 2);
      await api.call(marcus, "setPrimaryEmail", 200, { params: me, body: { email } });
      assert.deepEqual((await api.call(marcus, "listEmails", 200, { params: me }))[0],
        { email, isPrimary: true, isVerified: true });
      await api.call(marcus, "removeEmail", 400, { params: me, body: { email } });
      await api.call(marcus, "removeEmail", 204, { params: me, body: { email: "marcus@acme.example" } });
      await api.call(marcus, "removeEmail", 404, { params: me, body: { email: "marcus@acme.example" } });

      const fresh = "brass-kettle-84-meadow";
      const change = (current, one, two) => ({ params: me,
        body: { password: current, passwordNew: one, passwordVerify: two } });
      await api.call(marcus, "changePassword", 400, change("wrong-one-wrong-one", fresh, fresh));
      await api.call(marcus, "changePassword", 400, change(password, fresh, `${fresh}!`));
      await api.call(marcus, "changePassword", 400, change(password, "short", "short"));
      await api.call(marcus, "changePassword", 204, change(password, fresh, fresh));
      const events = await api.call(marcus, "listAccountEvents", 200, { params: me });
      assert.ok(events.some((event) => event.kind === "password-changed"));
      await api.call(marcus, "listAccountEvents", 400, { params: me, query: { cursor: "x" } });

      await signedIn(email, fresh);
      const elsewhere = await signedIn(email, fresh);
      const sessions = await api.call(marcus, "listSessions", 200, { params: me });
      assert.equal(sessions.length, 3);
      const [one] = sessions.filter((session) => !session.isCurrent);
      await api.call(marcus, "endSession", 204, { params: { ...me, session: one.id } });
      await api.call(marcus, "endSession", 404, { params: { ...me, session: "1" } });
      await api.call(marcus, "endOtherSessions", 204, { params: me });
      await api.call(elsewhere, "getUser", 401, { params: me });

      const made = await api.call(marcus, "createToken", 201, {
        body: { name: "nightly", scopes: ["org:read"], expiresInDays: 30 } });
      await api.call(marcus, "createToken", 201, {
        body: { name: "for ever", scopes: ["org:read"], expiresInDays: null } });
      for (const bad of [{ name: "x", scopes: ["no:such"] }, { name: "x", scopes: [] }, { name: "x" },
                         { name: "x", scopes: ["org:read"], expiresInDays: 0 }]) {
        await api.call(marcus, "createToken", 400, { body: bad });
      }
      await api.call(marcus, "getOrganization", 200, { params: acme, token: made.token });
      const listed = await api.call(marcus, "listTokens", 200);
      assert.ok(!JSON.stringify(listed).includes(made.token));
      await api.call(marcus, "deleteToken", 204, { params: { token: made.id } });
      await api.call(marcus, "deleteToken", 404, { params: { token: made.id } });
      await api.call(marcus, "getOrganization", 401, { params: acme, token: made.token });
    });

    it("second factors: an app, a key, recovery codes", async () => {
      const me = { user: "me" };
      const app = { ...me, interface: "totp" };
      const keys = { ...me, interface: "u2f" };
      const unproven = await api.call(nina, "beginEnrolment", 401, { params: app });
      assert.equal(unproven.detail.code, "email-verification-required");
      await confirmAddress(nina, "nina@acme.example");
      assert.equal((await api.call(nina, "listAuthenticators", 200, { params: me })).length, 3);
      await api.call(nina, "beginEnrolment", 404, { params: { ...me, interface: "sms" } });
      await api.call(nina, "finishEnrolment", 400, { params: app, body: { otp: "000000" } });
      const { secret } = await api.call(nina, "beginEnrolment", 200, { params: app });
      await api.call(nina, "finishEnrolment", 400, { params: app, body: { otp: "000000" } });
      const { codes } = await api.call(nina, "finishEnrolment", 200, {
        params: app, body: { otp: totp(secret, -1) } });
      assert.equal(codes.length, 10);
      await api.call(nina, "beginEnrolment", 400, { params: app });

      const key = new SoftwareKey(gatehouse.url);
      await api.call(nina, "beginEnrolment", 200, { params: keys });
      await api.call(nina, "finishEnrolment", 400, {
        params: keys, body: { deviceName: "Key", response: "{}" } });
      const begun = await api.call(nina, "beginEnrolment", 200, { params: keys });
      await api.call(nina, "finishEnrolment", 204, { params: keys, body: {
        deviceName: "Blue key", response: key.create(begun.challenge.webAuthnRegisterData) } });
      await api.call(nina, "beginEnrolment", 200, { params: keys });
      await api.call(nina, "finishEnrolment", 403, { params: keys, body: {
        deviceName: "Twice", response: key.create(begun.challenge.webAuthnRegisterData) } });

      // Asked for from now on.
      const client = visitor();
      await api.call(client, "logInBasic", 403, { headers: basic("nina@acme.example") });
      const half = await api.call(client, "logIn", 200, {
        body: { username: "nina@acme.example", password } });
      assert.deepEqual(half, { nextUri: "/auth/2fa/", user: null });
      assert.equal((await api.call(client, "getSelf", 401)).detail.code, "2fa-required");
      assert.equal((await api.call(client, "getUser", 401, { params: me })).detail.code, "2fa-required");
      assert.equal((await api.call(client, "validateAuth", 401)).detail.code, "2fa-required");

      const [challenge] = await api.call(nina, "getStepUpChallenge", 200);
      await api.call(nina, "verifySelf", 200, { body: {
        response: key.get(challenge.challenge.webAuthnAuthenticationData) } });
      await api.call(nina, "verifySelf", 200, { body: { otp: totp(secret) } });
      await api.call(nina, "verifySelf", 403, { body: { otp: totp(secret) } });

      const detail = await api.call(nina, "getAuthenticator", 200, { params: { ...me, auth: "u2f" } });
      const [device] = detail.devices;
      await api.call(nina, "getAuthenticator", 200, { params: { ...me, auth: "recovery" } });
      await api.call(nina, "getAuthenticator", 404, { params: { ...me, auth: "1" } });
      const named = { ...me, auth: "u2f", device: device.key_handle };
      await api.call(nina, "renameDevice", 204, { params: named, body: { name: "Green key" } });
      await api.call(nina, "renameDevice", 400, { params: named, body: { name: "" } });
      await api.call(nina, "renameDevice", 404, { params: { ...named, device: "1" }, body: { name: "x" } });
      const fresh = await api.call(nina, "regenerateRecoveryCodes", 200, { params: { ...me, auth: "recovery" } });
      assert.ok(!fresh.codes.some((code) => codes.includes(code)));
      await api.call(nina, "regenerateRecoveryCodes", 404, { params: { ...me, auth: "u2f" } });
      await api.call(nina, "removeDevice", 204, { params: named });
      await api.call(nina, "removeDevice", 404, { params: named });
      const [totpFactor] = await api.call(nina, "listAuthenticators", 200, { params: me });
      await api.call(nina, "removeAuthenticator", 204, { params: { ...me, auth: totpFactor.authId } });
      await api.call(nina, "removeAuthenticator", 404, { params: { ...me, auth: totpFactor.authId } });
      const ninaId = (await api.call(nina, "getUser", 200, { params: me })).id;
      await api.call(olivia, "removeAuthenticator", 404, { params: { user: ninaId, auth: "u2f" } });
      await api.call(otto, "removeAuthenticator", 404, { params: { user: ninaId, auth: "u2f" } });
    });

    describe("refuses", () => {
      let known;
      const routes = [...api.operations.values()];
      const guarded = routes.filter((r) => DescribedApi.needs(r).caller);
      // Whoever follows an invitation need not be a member.
      const ofOrganization = guarded.filter((r) => r.path.includes("{organization}") && r.id !== "acceptInvite");
      const anyBody = (r) => (r.requestBody ? { raw: "{}" } : {});

      before(async () => {
        olivia = await signedIn("olivia@acme.example");
        otto = await signedIn("otto@other.example");
        const [request] = await api.call(olivia, "listInviteRequests", 200, { params: acme });
        known = {
          ...acme, member: request.id, team: "backend", request: "1", token: "1", user: "me",
          session: "1", interface: "totp", auth: "u2f", device: "1", identity: "1",
          category: "org-identity", provider: "1", project: "bookshop", key: "1", environment: "none",
          issue: paid.id, note: "1", event: "1", short_id: "SHOP-1", version: "v1", file: "1", bundle: "1",
          monitor: "nowhere", attachment: "1", type: "log", item: "1",
        };
      });

      it("nobody, where somebody is needed", async () => {
        for (const route of guarded) {
          await api.call(visitor(), route.id, 401, { params: known, ...anyBody(route) });
        }
      });

      it("members of other organizations, as if there were nothing", async () => {
        for (const route of ofOrganization) {
          await api.call(otto, route.id, 404, { params: known, ...anyBody(route) });
        }
      });

      it("a token that was not granted the scope, and one where only a session will do", async () => {
        for (const route of guarded) {
          const { session } = DescribedApi.needs(route);
          if (!session && !ofOrganization.includes(route)) continue;
          const token = session ? tokens.owner : tokens.narrow;
          await api.call(olivia, route.id, 403, { params: known, token, ...anyBody(route) });
        }
      });

      it("a session that wants to change something and has no token of its page", async () => {
        for (const route of routes.filter((r) => DescribedApi.needs(r).csrf)) {
          const refused = await api.call(olivia, route.id, 403, {
            params: known, csrf: false, ...anyBody(route) });
          assert.equal(refused.code, "csrf", route.id);
        }
      });

      it("a body that is not the one described", async () => {
        for (const route of routes.filter((r) => r.requestBody?.content["application/json"])) {
          for (const raw of ["{", "[]", ""]) {
            await api.call(olivia, route.id, 400, { params: known, raw });
          }
        }
      });

      it("what does not exist", async () => {
        const unknown = { ...known, member: "1", team: "nowhere" };
        const bodies = { updateMember: {}, setTeamRole: { teamRole: "admin" }, updateTeam: { name: "x" }, createProject: { name: "x" },
                         decideInviteRequest: { approve: true }, decideAccessRequest: { isApproved: true } };
        for (const route of ofOrganization.filter((r) => /\{(member|team|request)\}/.test(r.path))) {
          await api.call(olivia, route.id, 404, { params: unknown, body: bodies[route.id] });
        }
      });
    });

    it("releases and uploads", async () => {
      gatehouse.run(["project", "create", "--org", "acme", "--slug", "uploads", "--platform", "node"]);
      await callReleases(api, olivia, "acme", "uploads");
    });

    it("monitors, health, feedback and items", async () => {
      const [key] = await api.call(olivia, "listKeys", 200, { params: { ...acme, project: "uploads" } });
      await callIntake(api, gatehouse, olivia, nina, "uploads", key);
    });

    it("was called in every way that succeeds", () => {
      const missed = [];
      for (const { id, responses, seen } of api.operations.values()) {
        for (const status of Object.keys(responses)) {
          if (status < "300" && !seen.has(Number(status))) missed.push(`${id} ${status}`);
        }
      }
      assert.deepEqual(missed, []);
    });
  });
}
