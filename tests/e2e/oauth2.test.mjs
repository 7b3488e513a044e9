// The generic OAuth 2 kind against a real provider that is used as plain OAuth 2: code flow with PKCE,
// its userinfo endpoint as the user endpoint, refresh tokens that rotate and expire; to log in by it
// and to link an account there.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { arriveAt, launchBrowser, openWindow, signIn } from "./lib/browser.mjs";
import { Gatehouse, engines, fillAcme, freePort } from "./lib/gatehouse.mjs";
import { client, startProvider, throughProvider } from "./lib/provider.mjs";

let browser;
before(async () => { browser = await launchBrowser(); });
after(async () => { await browser?.close(); });

for (const engine of engines) {
  describe(`OAuth 2 on ${engine}`, { timeout: 420_000 }, () => {
    let gatehouse, provider, admin;
    let refreshTokensLive = 3600;
    const grants = [];
    const people = {
      olivia: { email: "olivia@acme.example", name: "Olivia Owner" },
      nina: { email: "nina@acme.example", name: "Nina Member" },
    };

    const identity = () => gatehouse.query(
      "SELECT is_valid, state, state_reason, last_verified_at FROM auth_identities" +
      ` WHERE user_id = (SELECT id FROM users WHERE username = '${people.olivia.email}')`)[0];
    // As if a day had gone by since the identities were looked at. The job that looks again begins
    // soon after a start.
    const aDayGoesBy = async () => {
      await gatehouse.stop();
      gatehouse.execute("UPDATE auth_identities SET next_check_at = 1, last_synced_at = 1");
      await gatehouse.launch();
    };
    const until = async (holds) => {
      const deadline = Date.now() + 90_000;  // the job looks once a minute
      for (;;) {
        const row = identity();
        if (holds(row)) return row;
        if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(row)}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    };

    before(async () => {
      const port = await freePort();
      gatehouse = await Gatehouse.start({
        engine,
        env: { GATEHOUSE_ALLOWED_ORIGINS: `http://127.0.0.1:${port}` },
        fill: fillAcme,
      });
      provider = await startProvider({
        port,
        people,
        redirectUris: [`${gatehouse.url}/auth/sso/acme/`, `${gatehouse.url}/extensions/default/setup/`],
        clientOptions: { grant_types: ["authorization_code", "refresh_token"] },
        issueRefreshToken: async () => true,
        rotateRefreshToken: true,
        ttl: { AccessToken: 60, RefreshToken: () => refreshTokensLive, Grant: 3600, Session: 3600,
          Interaction: 600 },
      });
      const { provider: server } = provider;
      server.on("grant.success", (ctx) => grants.push(ctx.oidc.params.grant_type));
      server.on("grant.error", (_ctx, error) => grants.push(error.error));
      admin = await openWindow(browser, gatehouse);
    });
    after(async () => {
      await gatehouse?.close();
      await provider?.close();
    });

    it("an owner follows the guide, tries it and switches it on", async () => {
      await signIn(admin, "olivia@acme.example", "/settings/acme/auth/");
      for (const name of ["Google", "Microsoft Entra ID", "GitHub", "GitLab", "Bitbucket", "Slack",
        "Discord"]) {
        await admin.getByRole("button", { name: `Set up ${name}` }).click();
        assert.equal(await admin.locator("#redirect-uri").textContent(),
          `${gatehouse.url}/auth/sso/acme/`);
        await admin.goto("/settings/acme/auth/");
      }
      await admin.getByRole("button", { name: "Set up OAuth 2" }).click();
      assert.equal(await admin.locator("#redirect-uri").textContent(),
        `${gatehouse.url}/auth/sso/acme/`);
      await admin.locator('[name="display_name"]').fill("Acme ID");
      await admin.locator('[name="client_id"]').fill(client.id);
      await admin.locator('[name="client_secret"]').fill(client.secret);
      await admin.locator('[name="authorization_url"]').fill(`${provider.issuer}/auth`);
      await admin.locator('[name="token_url"]').fill(`${provider.issuer}/token`);
      await admin.locator('[name="user_url"]').fill(`${provider.issuer}/me`);
      await admin.getByText("More settings").click();
      await admin.locator('[name="scopes"]').fill("openid email profile");
      await admin.locator('[name="claim_verified"]').fill("email_verified");
      await admin.locator('[name="answer_issuer"]').fill(provider.issuer);
      await throughProvider(admin, provider.issuer, "olivia",
        () => admin.getByRole("button", { name: "Save and try it" }).click());

      await admin.getByRole("heading", { name: "Review and switch on" }).waitFor();
      const text = await admin.locator("main").innerText();
      assert.match(text, /olivia@acme\.example/);
      assert.match(text, /Olivia Owner/);
      assert.equal(await admin.locator(".fail").count(), 0);
      await admin.getByRole("button", { name: "Switch on single sign-on" }).click();
      await arriveAt(admin, "**/organizations/acme/auth/configure/**");
      assert.deepEqual(admin.problems, []);
      assert.deepEqual(grants, ["authorization_code"]);
    });

    it("a member links and logs in", async () => {
      const page = await openWindow(browser, gatehouse);
      await signIn(page, "nina@acme.example");
      await page.goto("/auth/login/acme/");
      await throughProvider(page, provider.issuer, "nina",
        () => page.getByRole("button", { name: "Continue with Acme ID" }).click());
      await page.getByRole("button", { name: "Link this identity" }).click();
      await arriveAt(page, "**/organizations/acme/**");
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });

    it("an account there is linked, in a pop-up, and taken off", async () => {
      await admin.goto("/settings/acme/identity-providers/");
      await admin.getByRole("listitem").filter({ hasText: "OAuth 2" })
        .getByRole("link", { name: "Add" }).click();
      await admin.getByLabel("Name", { exact: true }).fill("Acme ID");
      await admin.getByLabel("Identifier").fill("main");
      await admin.locator('[name="client_id"]').fill(client.id);
      await admin.locator('[name="client_secret"]').fill(client.secret);
      await admin.locator('[name="authorization_url"]').fill(`${provider.issuer}/auth`);
      await admin.locator('[name="token_url"]').fill(`${provider.issuer}/token`);
      await admin.locator('[name="user_url"]').fill(`${provider.issuer}/me`);
      await admin.locator('[name="scopes"]').fill("openid email profile");
      await admin.locator('[name="answer_issuer"]').fill(provider.issuer);
      await admin.getByRole("button", { name: "Save" }).click();
      await arriveAt(admin, "**/settings/acme/identity-providers/**");
      const path = "/account/settings/identities/associate/acme/oauth2/main/";
      assert.match(await admin.locator("main").innerText(), new RegExp(path));

      await admin.goto(`${path}?popup=1`);
      await throughProvider(admin, provider.issuer, "olivia",
        () => admin.getByRole("button", { name: "Go on to OAuth 2" }).click());
      await admin.getByRole("heading", { name: "Account linked" }).waitFor();
      assert.match(await admin.locator("body").innerText(), /Olivia Owner at Acme ID/);
      await admin.goto("/account/identities/");
      const row = admin.getByRole("listitem").filter({ hasText: "Olivia Owner" });
      assert.match(await row.innerText(), /Works/);
      await row.getByRole("button", { name: /Disconnect/ }).click();
      await admin.getByText("You have linked none.").waitFor();
      assert.deepEqual(admin.problems, []);
    });

    it("a wrong secret shows what the provider said, and nothing goes live", async () => {
      await admin.goto("/organizations/acme/auth/configure/");
      await admin.locator("#secret").fill("a-wrong-secret-that-nobody-has-set");
      await throughProvider(admin, provider.issuer, "olivia",
        () => admin.getByRole("button", { name: "Try the new secret" }).click());
      await admin.locator(".fail").first().waitFor();
      const text = await admin.locator("main").innerText();
      assert.match(text, /refused our credentials/);
      assert.match(text, /client authentication failed/);
      assert.ok(!text.includes("a-wrong-secret"));
    });

    it("tokens are renewed every day, and the rotated one is kept", async () => {
      for (let round = 1; round <= 2; ++round) {
        grants.length = 0;
        const before = identity();
        await aDayGoesBy();
        // Rotated: the second round works only with the token of the first.
        const row = await until((now) => now.last_verified_at > before.last_verified_at);
        assert.ok(row.is_valid);
        assert.equal(row.state, "valid");
        assert.ok(grants.length >= 1 && grants.every((grant) => grant === "refresh_token"),
          grants.join());
      }
    });

    it("a refresh token that has expired withdraws, and a new log-in heals it", async () => {
      refreshTokensLive = 1;
      const before = identity();
      await aDayGoesBy();
      await until((now) => now.last_verified_at > before.last_verified_at);
      refreshTokensLive = 3600;
      await new Promise((resolve) => setTimeout(resolve, 2000));
      await aDayGoesBy();
      const row = await until((now) => !now.is_valid);
      assert.equal(row.state, "suspended");
      assert.equal(row.state_reason, "refresh_refused");
      await admin.goto("/auth/login/acme/");
      await throughProvider(admin, provider.issuer, "olivia",
        () => admin.getByRole("button", { name: "Continue with Acme ID" }).click());
      await arriveAt(admin, "**/organizations/acme/**");
      assert.ok(identity().is_valid);
      assert.equal(identity().state, "valid");
    });

    it("a provider that is away withdraws nothing", async () => {
      await provider.close();
      await aDayGoesBy();
      const row = await until((now) => now.state !== "valid");
      assert.ok(row.is_valid);
      assert.equal(row.state_reason, "refresh_failed");
    });

    it("a provider that forgot the grant does: the member has to log in again", async () => {
      // Another process: the same client, none of its tokens.
      provider = await startProvider({
        port: new URL(provider.issuer).port,
        people,
        redirectUris: [`${gatehouse.url}/auth/sso/acme/`],
        clientOptions: { grant_types: ["authorization_code", "refresh_token"] },
        issueRefreshToken: async () => true,
        rotateRefreshToken: true,
      });
      await aDayGoesBy();
      const row = await until((now) => !now.is_valid);
      assert.equal(row.state, "suspended");
      assert.equal(row.state_reason, "refresh_refused");
      const page = await openWindow(browser, gatehouse);
      await signIn(page, "nina@acme.example");
      await page.goto("/organizations/acme/");
      await arriveAt(page, "**/auth/login/acme/**");
      await throughProvider(page, provider.issuer, "nina",
        () => page.getByRole("button", { name: "Continue with Acme ID" }).click());
      await arriveAt(page, "**/organizations/acme/**");
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });
  });
}
