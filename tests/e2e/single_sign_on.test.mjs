// The main job, in a real browser against a real OpenID provider, on each database: an organization
// sets up single sign-on and its members log in.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { arriveAt, launchBrowser, openWindow, signIn } from "./lib/browser.mjs";
import { Gatehouse, engines, fillAcme, freePort } from "./lib/gatehouse.mjs";
import { client, throughProvider, startProvider } from "./lib/provider.mjs";

let browser;
before(async () => { browser = await launchBrowser(); });
after(async () => { await browser?.close(); });

for (const engine of engines) {
  describe(`single sign-on on ${engine}`, { timeout: 180_000 }, () => {
    let gatehouse, provider, admin;
    const people = {
      olivia: { email: "olivia@acme.example", name: "Olivia Owner" },
      nina: { email: "nina@acme.example", name: "Nina Member" },
      "nina-2": { email: "nina@acme.example", name: "Nina Member" },
      tom: { email: "tom@acme.example", name: "Tom Newcomer" },
    };

    before(async () => {
      provider = await startProvider({ redirectUris: ["http://localhost/not-known-yet"], people });
      gatehouse = await Gatehouse.start({
        engine,
        env: { GATEHOUSE_ALLOWED_ORIGINS: provider.issuer },
        fill: fillAcme,
      });
      // The provider learns the exact return URL, as an administrator would enter it there.
      await provider.close();
      provider = await startProvider({
        redirectUris: [`${gatehouse.url}/auth/sso/acme/`],
        people,
        port: new URL(provider.issuer).port,
      });
      admin = await openWindow(browser, gatehouse);
    });
    after(async () => {
      await gatehouse?.close();
      await provider?.close();
    });

    it("an owner sets it up: settings, log-in, review, switch on", async () => {
      await signIn(admin, "olivia@acme.example", "/settings/acme/auth/");
      await admin.getByRole("button", { name: "Set up OpenID Connect" }).click();
      assert.equal(await admin.locator("#redirect-uri").textContent(),
        `${gatehouse.url}/auth/sso/acme/`);

      // A mistake is explained beside the form.
      await admin.locator('[name="issuer"]').fill(`${provider.issuer}/`);
      await admin.locator('[name="client_id"]').fill(client.id);
      await admin.locator('[name="client_secret"]').fill(client.secret);
      await admin.getByRole("button", { name: "Save and try it" }).click();
      await admin.locator(".fail").first().waitFor();

      await admin.locator('[name="display_name"]').fill("Acme ID");
      await admin.locator('[name="issuer"]').fill(provider.issuer);
      await admin.locator('[name="client_secret"]').fill(client.secret);
      await throughProvider(admin, provider.issuer, "olivia",
        () => admin.getByRole("button", { name: "Save and try it" }).click());

      await admin.getByRole("heading", { name: "Review and switch on" }).waitFor();
      assert.match(await admin.locator("main").innerText(), /olivia@acme\.example/);
      assert.equal(await admin.locator(".fail").count(), 0);
      await admin.getByRole("button", { name: "Switch on single sign-on" }).click();
      await arriveAt(admin, "**/organizations/acme/auth/configure/**");
      assert.match(await admin.locator("main").innerText(), /SSO has been configured/);
      assert.match(await admin.locator("main").innerText(), /2 members have not linked/);

      const mails = await gatehouse.mails((m) => m.subject.startsWith("Action Required"), 2);
      assert.deepEqual(mails.map((m) => m.to).sort(),
        ["marcus@acme.example", "nina@acme.example"]);
    });

    it("the audit log tells who did it, without the secret", async () => {
      await admin.goto("/organizations/acme/audit-log/");
      const text = await admin.locator("main").innerText();
      assert.match(text, /enabled sso/);
      assert.match(text, /linked their account to a new identity/);
      assert.ok(!(await admin.content()).includes(client.secret));
    });

    it("an unlinked member is kept out until linked, pages and API alike", async () => {
      const page = await openWindow(browser, gatehouse);
      await signIn(page, "nina@acme.example");
      await page.goto("/organizations/acme/");
      await arriveAt(page, "**/auth/login/acme/**");

      const token = gatehouse.createToken("nina@acme.example", "org:read");
      const answer = await fetch(`${gatehouse.url}/api/0/organizations/acme/`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      assert.equal(answer.status, 401);
      assert.deepEqual((await answer.json()).detail, {
        code: "sso-required",
        message: "Must login via SSO",
        extra: { loginUrl: "/auth/login/acme/" },
      });

      await throughProvider(page, provider.issuer, "nina",
        () => page.getByRole("button", { name: "Continue with Acme ID" }).click());
      await page.getByRole("button", { name: "Link this identity" }).click();
      await arriveAt(page, "**/organizations/acme/**");
      assert.deepEqual(page.problems, []);
      const again = await fetch(`${gatehouse.url}/api/0/organizations/acme/`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      assert.equal(again.status, 200);
      await page.context().close();
    });

    it("a linked member just logs in", async () => {
      const page = await openWindow(browser, gatehouse);
      await page.goto("/auth/login/acme/?next=/organizations/acme/members/");
      await throughProvider(page, provider.issuer, "nina",
        () => page.getByRole("button", { name: "Continue with Acme ID" }).click());
      await arriveAt(page, "**/organizations/acme/members/");
      assert.match(await page.locator("main").innerText(), /Nina Member/);

      // Born by Acme's provider, the session opens Acme and nothing that needs own credentials.
      await page.goto("/account/security/");
      await arriveAt(page, "**/auth/login/**");
      assert.match(await page.locator("main").innerText(), /Use your own password/);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });

    it("a new person joins with the default role", async () => {
      const page = await openWindow(browser, gatehouse);
      await page.goto("/auth/login/acme/");
      await throughProvider(page, provider.issuer, "tom",
        () => page.getByRole("button", { name: "Continue with Acme ID" }).click());
      await page.getByRole("button", { name: "Create a new account" }).click();
      await arriveAt(page, "**/organizations/acme/**");
      await page.goto("/organizations/acme/members/");
      assert.match(await page.locator("main").innerText(), /Tom Newcomer/);
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });

    it("a changed subject is attached again after the member proves the account", async () => {
      const page = await openWindow(browser, gatehouse);
      await page.goto("/auth/login/acme/");
      await throughProvider(page, provider.issuer, "nina-2",
        () => page.getByRole("button", { name: "Continue with Acme ID" }).click());
      // Nothing is chosen by the e-mail address that the provider asserts.
      await page.getByLabel("E-mail or user name").fill("nina@acme.example");
      await page.getByLabel("Password", { exact: true }).fill("teapot-lantern-42-orbit");
      await page.getByRole("button", { name: "Sign in and link" }).click();
      await page.getByRole("button", { name: "Link this identity" }).click();
      await arriveAt(page, "**/organizations/acme/**");
      assert.deepEqual(page.problems, []);
      await page.context().close();
    });

    it("optional single sign-on lets members in with a password", async () => {
      await admin.goto("/organizations/acme/auth/configure/");
      await admin.getByLabel("Require single sign-on").uncheck();
      await admin.getByRole("button", { name: "Save rules" }).click();
      await admin.waitForLoadState();
      const page = await openWindow(browser, gatehouse);
      await signIn(page, "marcus@acme.example");
      await page.goto("/organizations/acme/");
      assert.equal(new URL(page.url()).pathname, "/organizations/acme/");
      await page.context().close();
      await admin.goto("/organizations/acme/auth/configure/");
      await admin.getByLabel("Require single sign-on").check();
      await admin.getByRole("button", { name: "Save rules" }).click();
      await admin.waitForLoadState();
    });

    it("the secret is rotated only through a log-in with the new one", async () => {
      await admin.goto("/organizations/acme/auth/configure/");
      await admin.locator("#secret").fill("a-wrong-secret-that-nobody-has-set");
      await throughProvider(admin, provider.issuer, "olivia",
        () => admin.getByRole("button", { name: "Try the new secret" }).click());
      await admin.locator(".fail").first().waitFor();

      const page = await openWindow(browser, gatehouse);
      await page.goto("/auth/login/acme/");
      await throughProvider(page, provider.issuer, "tom",
        () => page.getByRole("button", { name: "Continue with Acme ID" }).click());
      await arriveAt(page, "**/organizations/acme/**");
      await page.context().close();
    });

    it("it survives a restart", async () => {
      await gatehouse.stop("SIGKILL");
      await gatehouse.launch();
      const page = await openWindow(browser, gatehouse);
      await page.goto("/auth/login/acme/");
      await throughProvider(page, provider.issuer, "tom",
        () => page.getByRole("button", { name: "Continue with Acme ID" }).click());
      await arriveAt(page, "**/organizations/acme/**");
      await page.context().close();
    });

    it("an owner switches it off, and passwords work again", async () => {
      await admin.goto("/organizations/acme/auth/configure/");
      await admin.getByLabel("Yes, switch single sign-on off").check();
      await admin.getByRole("button", { name: "Switch off single sign-on" }).click();
      await arriveAt(admin, "**/settings/acme/auth/**");
      assert.match(await admin.locator("main").innerText(), /SSO authentication has been disabled/);
      const page = await openWindow(browser, gatehouse);
      await signIn(page, "marcus@acme.example");
      await page.goto("/organizations/acme/");
      assert.equal(new URL(page.url()).pathname, "/organizations/acme/");
      assert.deepEqual(admin.problems, []);
    });
  });
}

describe("private_key_jwt", { timeout: 60_000 }, () => {
  it("proves who we are with a key that the provider fetches from us", async () => {
    const people = { otto: { email: "otto@other.example", name: "Otto Outsider" } };
    const port = await freePort();
    const issuer = `http://127.0.0.1:${port}`;
    const gatehouse = await Gatehouse.start({
      env: { GATEHOUSE_ALLOWED_ORIGINS: issuer },
      fill: fillAcme,
    });
    const provider = await startProvider({
      port,
      people,
      redirectUris: [`${gatehouse.url}/auth/sso/other/`],
      clientOptions: {
        client_secret: undefined,
        token_endpoint_auth_method: "private_key_jwt",
        jwks_uri: `${gatehouse.url}/auth/sso/other/jwks.json`,
      },
    });
    try {
      const page = await openWindow(browser, gatehouse);
      await signIn(page, "otto@other.example", "/settings/other/auth/");
      await page.getByRole("button", { name: "Set up OpenID Connect" }).click();
      await page.locator('[name="issuer"]').fill(issuer);
      await page.locator('[name="client_id"]').fill(client.id);
      await page.getByText("More settings").click();
      await page.locator('[name="auth_method"]').selectOption("private_key_jwt");
      await throughProvider(page, issuer, "otto",
        () => page.getByRole("button", { name: "Save and try it" }).click());
      await page.getByRole("button", { name: "Switch on single sign-on" }).click();
      await arriveAt(page, "**/organizations/other/auth/configure/**");

      const fresh = await openWindow(browser, gatehouse);
      await fresh.goto("/auth/login/other/");
      await throughProvider(fresh, issuer, "otto",
        () => fresh.getByRole("button", { name: /Continue with/ }).click());
      await arriveAt(fresh, "**/organizations/other/**");
      assert.deepEqual(fresh.problems, []);
    } finally {
      await gatehouse.close();
      await provider.close();
    }
  });
});
