// Every way the built-in provider can misbehave, as the person at the browser and as the
// administrator see it; and the demonstration itself.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { arriveAt, launchBrowser, openWindow } from "./lib/browser.mjs";
import { Gatehouse, engines } from "./lib/gatehouse.mjs";

let browser, gatehouse, admin;

async function signInAs(page, name, next) {
  await page.goto(`/auth/login/?next=${encodeURIComponent(next)}`);
  const row = page.locator(".demo div", { hasText: name });
  const [email, password] = await row.locator("code").allTextContents();
  await page.getByLabel("E-mail or user name").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**${next}`);
}

function setFault(fault) {
  return fetch(`${gatehouse.url}/demo/idp/faults`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ fault }),
  });
}

for (const engine of engines) {
  describe(`on ${engine}`, () => {
  before(async () => {
    browser = await launchBrowser();
    gatehouse = await Gatehouse.start({ engine, args: ["--demo"] });
    admin = await openWindow(browser, gatehouse);
  });
  after(async () => {
    await browser?.close();
    await gatehouse?.close();
  });

  describe("the demonstration", { timeout: 120_000 }, () => {
    it("switches single sign-on on with three clicks", async () => {
      await signInAs(admin, "Olivia Park", "/settings/acme/auth/");
      const started = Date.now();
      await admin.getByRole("button", { name: "Set up", exact: true }).first().click();
      await admin.getByRole("button", { name: /Olivia Park/ }).click();
      await admin.getByRole("button", { name: "Switch on single sign-on" }).click();
      await arriveAt(admin, "**/organizations/acme/auth/configure/**");
      assert.match(await admin.locator("main").innerText(), /SSO has been configured/);
      assert.ok(Date.now() - started < 60_000);
      assert.deepEqual(admin.problems, []);
    });

    it("shows every mail in the mailbox page", async () => {
      await gatehouse.mails((m) => m.subject.startsWith("Action Required"), 2);
      await admin.goto("/demo/mailbox/");
      assert.match(await admin.locator("main").innerText(), /Action Required/);
    });
  });

  const refused = {
    expired: "oidc_exp",
    wrong_audience: "oidc_aud",
    wrong_nonce: "oidc_nonce",
    wrong_issuer: "oidc_iss",
    bad_signature: "oidc_sig_invalid",
    alg_none: "oidc_alg",
    unknown_kid: "oidc_kid_unknown",
    garbage: "oidc_token_endpoint",
    token_error: "oidc_token_endpoint",
  };

  describe("a provider that misbehaves", { timeout: 180_000 }, () => {
    for (const [fault, reason] of Object.entries(refused)) {
      it(`${fault}: one page for the person, ${reason} for the administrator`, async () => {
        assert.equal((await setFault(fault)).status < 300, true);
        const page = await openWindow(browser, gatehouse);
        await page.goto("/auth/login/acme/");
        await page.getByRole("button", { name: /Continue with/ }).click();
        await page.getByRole("button", { name: /Olivia Park/ }).click();
        const id = await page.locator("#correlation-id").textContent();
        const text = await page.locator("main").innerText();
        assert.match(text, /sso_failed/);
        assert.ok(!text.includes(reason), "the cause is for administrators");
        await page.context().close();

        await admin.goto(`/organizations/acme/sso-decisions/?id=${id}`);
        const decision = await admin.locator("main").innerText();
        assert.match(decision, new RegExp(reason));
        assert.ok((await admin.locator(".fail").count()) >= 1, "the failed check is shown");
      });
    }

    it("a changed subject meets the confirmation page and nothing else happens", async () => {
      await setFault("changed_subject");
      const page = await openWindow(browser, gatehouse);
      await page.goto("/auth/login/acme/");
      await page.getByRole("button", { name: /Continue with/ }).click();
      await page.getByRole("button", { name: /Olivia Park/ }).click();
      await page.getByRole("button", { name: "Create a new account" }).waitFor();
      await page.context().close();
    });

    it("a cancelled log-in says so, and administrators see it", async () => {
      const page = await openWindow(browser, gatehouse);
      await page.goto("/auth/login/acme/");
      await page.getByRole("button", { name: /Continue with/ }).click();
      await page.getByRole("button", { name: "Cancel and go back" }).click();
      const text = await page.locator("main").innerText();
      assert.match(text, /You cancelled at your provider/);
      assert.match(text, /Sign in again/);
      assert.match(text, /sso_cancelled/);
      const id = await page.locator("#correlation-id").textContent();
      await page.reload();
      assert.match(await page.locator("main").innerText(), /sso_state_invalid/, "used up");
      await page.context().close();
      await admin.goto(`/organizations/acme/sso-decisions/?id=${id}`);
      assert.match(await admin.locator("main").innerText(), /oidc_access_denied/);
    });

    it("a good log-in works afterwards", async () => {
      await setFault("");
      const page = await openWindow(browser, gatehouse);
      await page.goto("/auth/login/acme/");
      await page.getByRole("button", { name: /Continue with/ }).click();
      await page.getByRole("button", { name: /Olivia Park/ }).click();
      await arriveAt(page, "**/organizations/acme/**");
      await page.context().close();
    });
  });

  describe("pages", { timeout: 120_000 }, () => {
    const paths = [
      "/organizations/", "/organizations/acme/", "/organizations/acme/members/",
      "/organizations/acme/audit-log/", "/organizations/acme/sso-decisions/",
      "/organizations/acme/auth/configure/", "/account/", "/account/security/",
      "/account/sessions/", "/account/tokens/", "/demo/mailbox/",
    ];
    it("need no horizontal scrolling at 360 px", async () => {
      await admin.goto("/account/tokens/");
      await admin.getByLabel("Name").fill("nightly export of everything there is");
      for (const scope of ["org:read", "member:read"]) {
        await admin.getByLabel(scope, { exact: true }).check();
      }
      await admin.getByRole("button", { name: "Create token" }).click();
      await admin.setViewportSize({ width: 360, height: 800 });
      for (const path of paths) {
        await admin.goto(path);
        const width = await admin.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 360, `${path} is ${width} px wide`);
        assert.equal(new URL(admin.url()).pathname, path);
      }
      await admin.setViewportSize({ width: 1200, height: 900 });
    });

    it("work without JavaScript", async () => {
      const context = await browser.newContext({ baseURL: gatehouse.url, javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto("/auth/login/acme/");
      await page.getByRole("button", { name: /Continue with/ }).click();
      await page.getByRole("button", { name: /Olivia Park/ }).click();
      await arriveAt(page, "**/organizations/acme/**");
      await context.close();
    });

    it("keep a member of another role out", async () => {
      const page = await openWindow(browser, gatehouse);
      await signInAs(page, "Nina Sorel", "/organizations/");
      await page.goto("/auth/login/acme/");
      await page.getByRole("button", { name: /Continue with/ }).click();
      await page.getByRole("button", { name: /Nina Sorel/ }).click();
      await page.getByRole("button", { name: "Link this identity" }).click();
      await arriveAt(page, "**/organizations/acme/**");
      for (const path of ["/organizations/acme/auth/configure/", "/organizations/acme/audit-log/",
                          "/settings/acme/auth/"]) {
        const answer = await page.goto(path);
        assert.equal(answer.status(), 403, path);
      }
      await page.context().close();
    });
  });
  });
}
