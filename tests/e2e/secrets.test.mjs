// Set-up, log-in, refresh, linking and every error on the way, against a provider that repeats in its
// error texts what it was sent. Afterwards nothing that is secret may be found in any answer, page, mail,
// audit entry, decision, log line, metric, process table or in the database.
// AUDIT-06, OIDC-34, sso.md 2a.3, 2f, 2i.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { DescribedApi } from "./lib/described_api.mjs";
import { totp } from "./lib/factors.mjs";
import { Gatehouse, engines, fillAcme, password } from "./lib/gatehouse.mjs";
import { HttpClient, trustProxy } from "./lib/http_client.mjs";
import { ScriptedVendor } from "./lib/scripted_vendor.mjs";

const acme = { organization: "acme" };
const me = { user: "me" };
const olivia = { sub: "v-1", email: "olivia@acme.example", email_verified: true, name: "Olivia" };
const nina = { sub: "v-2", email: "nina@acme.example", email_verified: true, name: "Nina" };
const stranger = { sub: "v-3", email: "stranger@vendor.example", email_verified: true, name: "Sam" };

for (const engine of engines) {
  describe(`secrets on ${engine}`, { timeout: 300_000 }, () => {
    const api = new DescribedApi();
    const answers = [];  // [what was asked, head and body]
    let gatehouse, vendor, tokens, log = "";

    // Every answer is kept, but for those that hand out a secret, once, to its owner.
    class Recorder extends HttpClient {
      async request(method, path, options = {}) {
        const answer = await super.request(method, path, options);
        if (!this.handsOut) {
          const { "set-cookie": _, ...head } = answer.headers;
          answers.push([`${answer.status} ${method} ${path.split("?")[0]}`,
            JSON.stringify(head) + answer.text]);
        }
        return answer;
      }
      async once(act) {
        this.handsOut = true;
        try { return await act(); } finally { this.handsOut = false; }
      }
    }
    const visitor = () => new Recorder(gatehouse);
    async function signedIn(email) {
      const client = visitor();
      await client.signIn(email);
      return client;
    }
    const identity = () => gatehouse.query(
      "SELECT is_valid, state, state_reason, last_verified_at FROM auth_identities" +
      " WHERE subject = 'v-2'")[0];
    async function aDayGoesBy(until) {
      await gatehouse.stop();
      log += gatehouse.log;
      gatehouse.execute("UPDATE auth_identities SET next_check_at = 1, last_synced_at = 1");
      await gatehouse.launch();
      for (const deadline = Date.now() + 90_000; ;) {
        const row = identity();
        if (until(row)) return;
        assert.ok(Date.now() < deadline, `still ${JSON.stringify(row)}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }

    before(async () => {
      vendor = await ScriptedVendor.start();
      gatehouse = await Gatehouse.start({
        engine,
        env: { GATEHOUSE_ALLOWED_ORIGINS: vendor.origin },
        args: [...trustProxy, "--log-level", "debug"],
        fill: (g) => {
          fillAcme(g);
          tokens = { owner: g.createToken("olivia@acme.example", "org:admin", "member:admin") };
        },
      });
      vendor.known.set(password, "password");
      vendor.known.set(tokens.owner.slice(4), "API token");
    });
    after(async () => {
      await gatehouse?.close();
      await vendor?.close();
    });

    // The page that an answer leads to.
    async function shown(client, answer) {
      if (!answer.location) return answer;
      const to = new URL(answer.location, gatehouse.url);
      return client.get(to.pathname + to.search);
    }

    let owner, member;
    const setUp = async (settings) => HttpClient.leaving(
      await owner.post("/organizations/acme/auth/configure/",
        { init: "1", provider: "oauth2", display_name: "Vendor", ...vendor.settings(settings) }));

    it("set-up: wrong secret, refusal, garbage, silence, then a good one", async () => {
      const wrong = vendor.mark("mistyped password");
      const failed = await visitor().post("/auth/login/",
        { op: "login", username: "olivia@acme.example", password: wrong });
      assert.notEqual(failed.status, 302);
      owner = await signedIn("olivia@acme.example");
      const mistyped = { client_secret: vendor.mark("mistyped client secret") };
      for (const [settings, trouble] of [[mistyped, ""], [{}, "refused"], [{}, "garbage"], [{}, "user"]]) {
        vendor.trouble = trouble;
        const back = vendor.authorize(await setUp(settings), olivia);
        const page = await shown(owner, await owner.get(back.returnPath));
        assert.match(page.text, /class="[^"]*fail/, `${trouble || "wrong secret"}: ${page.text}`);
      }
      vendor.trouble = "";
      const incomplete = await owner.post("/organizations/acme/auth/configure/",
        { init: "1", provider: "oauth2", ...vendor.settings({ token_url: "not a url" }) });
      assert.equal(incomplete.status, 400);
      const review = await shown(owner,
        await owner.get(vendor.authorize(await setUp(), olivia).returnPath));
      assert.match(review.text, /Review and switch on/);
      assert.equal((await owner.finishSetup("acme")).status, 302);
    });

    it("log-in: linked, refused in every way, answered twice", async () => {
      member = await signedIn("nina@acme.example");
      const back = vendor.authorize(await member.beginSso("acme"), nina);
      await member.get(back.returnPath);
      assert.equal((await member.post("/auth/login/acme/", { op: "confirm" })).status, 302);
      assert.ok([400, 403].includes((await member.get(back.returnPath)).status));
      for (const trouble of ["refused", "garbage", "user"]) {
        vendor.trouble = trouble;
        const client = visitor();
        const answer = await client.get(vendor.authorize(await client.beginSso("acme"), nina).returnPath);
        assert.equal(answer.status, trouble === "user" ? 502 : 403, trouble);
      }
      vendor.trouble = "";
      const foreign = vendor.authorize(await visitor().beginSso("acme"), nina);
      assert.equal((await visitor().get(foreign.returnPath)).status, 400);
      const client = visitor();
      const answer = await client.get(vendor.authorize(await client.beginSso("acme"), nina).returnPath);
      assert.equal(answer.status, 302, answer.text);
    });

    it("linking: linked, a conflict, refused in every way", async () => {
      const body = { provider: "oauth2", externalId: "main", name: "Vendor", settings: vendor.settings() };
      await api.call(owner, "addIdentityProvider", 201, { params: acme, body, token: tokens.owner });
      const path = "/account/settings/identities/associate/acme/oauth2/main/";
      const link = async (client, person) => {
        const url = HttpClient.leaving(await client.post(path));
        return client.get(vendor.authorize(url, person).returnPath);
      };
      assert.equal((await link(member, stranger)).status, 302);
      assert.equal((await link(owner, stranger)).status, 409);
      for (const [trouble, reason] of [["refused", /The account was not linked/],
        ["garbage", /could not be read/], ["user", /The account was not linked/]]) {
        vendor.trouble = trouble;
        const answer = await link(owner, olivia);
        assert.equal(answer.status, 403, trouble);
        assert.match(answer.text, reason);
      }
      vendor.trouble = "";
      const [linked] = gatehouse.query("SELECT scopes FROM linked_identities");
      assert.match(JSON.stringify(linked.scopes), /profile/);
    });

    it("second factor: recovery codes, used and mistyped", async () => {
      await api.call(member, "confirmEmail", 204, { params: me, body: { email: "nina@acme.example" } });
      const [mail] = await gatehouse.mails((m) => /\/account\/confirm-email\//.test(m.text));
      await member.post(new URL(/http\S+\/account\/confirm-email\/\S+/.exec(mail.text)[0]).pathname);
      const app = { ...me, interface: "totp" };
      const { secret } = await member.once(() => api.call(member, "beginEnrolment", 200, { params: app }));
      const { codes } = await member.once(() => api.call(member, "finishEnrolment", 200,
        { params: app, body: { otp: totp(secret, -1) } }));
      vendor.known.set(secret.replaceAll(" ", ""), "TOTP secret");
      for (const code of codes) vendor.known.set(code, "recovery code");
      const client = visitor();
      await client.post("/auth/login/", { op: "login", username: "nina@acme.example", password });
      const wrong = await client.post("/auth/2fa/", { kind: "recovery", code: codes[0].replace(/.$/, "_") });
      assert.notEqual(wrong.status, 302);
      const right = await client.post("/auth/2fa/", { kind: "recovery", code: codes[0] });
      assert.equal(right.status, 302, right.text);
    });

    it("refresh: renewed, garbled, withdrawn", async () => {
      const verified = identity().last_verified_at;
      await aDayGoesBy((row) => row.last_verified_at > verified);
      assert.equal(identity().state, "valid");
      assert.ok(vendor.grants.includes("refresh_token"));
      vendor.trouble = "garbage";
      await aDayGoesBy((row) => row.state === "stale");
      assert.equal(identity().state_reason, "refresh_garbled");
      assert.ok(identity().is_valid);
      vendor.trouble = "refused";
      await aDayGoesBy((row) => row.state === "suspended");
      assert.equal(identity().state_reason, "refresh_refused");
      vendor.trouble = "";
    });

    it("and nothing of it is anywhere", async () => {
      const reader = await signedIn("olivia@acme.example");
      const again = vendor.authorize(await reader.beginSso("acme"), olivia);
      assert.equal((await reader.get(again.returnPath)).status, 302);
      for (const path of ["/organizations/acme/auth/configure/",
        "/settings/acme/identity-providers/", "/settings/acme/identity-providers/add/?kind=oauth2",
        "/organizations/acme/audit-log/", "/organizations/acme/sso-decisions/",
        "/organizations/acme/members/", "/account/identities/", "/account/history/",
        "/account/security/", "/account/"]) {
        assert.equal((await reader.get(path)).status, 200, path);
      }
      const [decision] = (await api.call(reader, "listSsoDecisions", 200, { params: acme })).slice(-1);
      assert.ok(decision.checks.length > 0);
      for (const [id, params] of [["listAuditLogs", acme], ["exportAuditLogs", acme],
        ["getAuthProvider", acme], ["listIdentityProviders", acme], ["listMembers", acme],
        ["listIdentities", me], ["listUserIdentities", me]]) {
        await api.call(reader, id, 200, { params });
      }
      const metrics = await (await fetch(`${gatehouse.url}/metrics`)).text();
      assert.match(metrics, /gatehouse_sso_rechecks_total/);
      await new Promise((resolve) => setTimeout(resolve, 300));  // the log's pipe is emptied
      const texts = {
        log: log + gatehouse.log,
        metrics,
        arguments: readFileSync(`/proc/${gatehouse.child.pid}/cmdline`, "latin1"),
        environment: readFileSync(`/proc/${gatehouse.child.pid}/environ`, "latin1"),
        mails: JSON.stringify(await gatehouse.mails(() => true, 0)),
      };
      assert.ok(texts.log.length > 10_000 && texts.log.includes("sso_recheck"));
      assert.ok(answers.length > 80, `${answers.length} answers`);
      for (const [what, text] of answers) texts[what] = (texts[what] ?? "") + text;
      if (gatehouse.postgres) {
        texts.dump = execFileSync("pg_dump", ["--enable-row-security", "-d", gatehouse.postgres.url], {
          env: { ...process.env, PGOPTIONS: "-c gatehouse.tenant=*" },
          encoding: "latin1", maxBuffer: 1 << 28,
        });
        assert.ok(texts.dump.includes("v-2"));
      }
      for (const name of readdirSync(gatehouse.data)) {
        if (name.startsWith("gatehouse.db")) texts[name] = readFileSync(join(gatehouse.data, name), "latin1");
      }
      if (!gatehouse.postgres) assert.ok(texts["gatehouse.db"].includes("v-2"));

      const kinds = new Set(vendor.known.values());
      for (const kind of ["password", "mistyped password", "client secret", "mistyped client secret",
        "authorization code", "access token", "refresh token", "id token", "PKCE verifier",
        "TOTP secret", "recovery code", "API token"]) {
        assert.ok(kinds.has(kind), `no ${kind} was ever in play`);
      }
      const found = new Set();
      for (const [secret, what] of vendor.known) {
        const forms = [secret, secret.replaceAll("-", ""), encodeURIComponent(secret),
          Buffer.from(secret).toString("base64").replace(/=+$/, ""), Buffer.from(secret).toString("hex")];
        for (const [where, text] of Object.entries(texts)) {
          if (forms.some((form) => form.length >= 8 && text.includes(form))) found.add(`${what} in ${where}`);
        }
      }
      assert.deepEqual([...found], []);
    });
  });
}
