// Two-factor authentication in a real browser on each database: authenticator app, security key and
// passkey (a virtual one of the browser), recovery codes, step-up, and an organization that asks for
// it, before and after single sign-on.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { arriveAt, launchBrowser, openWindow, signIn } from "./lib/browser.mjs";
import { totp } from "./lib/factors.mjs";
import { Gatehouse, engines, fillAcme, password } from "./lib/gatehouse.mjs";
import { HttpClient, trustProxy } from "./lib/http_client.mjs";
import { client, startProvider, throughProvider } from "./lib/provider.mjs";
import { ScriptedProvider } from "./lib/scripted_provider.mjs";

let browser;
before(async () => { browser = await launchBrowser(); });
after(async () => { await browser?.close(); });

const main = (page) => page.locator("main").innerText();
// The notice that comes with the next page.
const told = (page, text) => page.getByText(text).first().waitFor();

for (const engine of engines) {
  describe(`two-factor authentication on ${engine}`, { timeout: 240_000 }, () => {
    let gatehouse, provider, scripted, ownersApp, paulsSecret;
    const people = { olivia: { email: "olivia@acme.example", name: "Olivia Owner" },
                     paul: { email: "paul@acme.example", name: "Paul Plain" } };
    before(async () => {
      provider = await startProvider({ redirectUris: ["http://localhost/not-known-yet"], people });
      scripted = await ScriptedProvider.start();
      gatehouse = await Gatehouse.start({
        engine,
        env: { GATEHOUSE_ALLOWED_ORIGINS: `${provider.issuer},${scripted.issuer}` },
        args: trustProxy,
        fill: fillAcme,
      });
      await provider.close();
      provider = await startProvider({
        redirectUris: [`${gatehouse.url}/auth/sso/acme/`],
        people,
        port: new URL(provider.issuer).port,
      });
    });
    after(async () => {
      await gatehouse?.close();
      await provider?.close();
      await scripted?.close();
    });

    // Signed in, the address confirmed (a second factor needs a mailbox).
    async function window(email, confirmed = true) {
      const page = await openWindow(browser, gatehouse);
      if (!email) return page;
      await signIn(page, email);
      if (confirmed) {
        await page.goto("/account/emails/");
        const send = page.getByRole("button", { name: /Send a confirmation/ });
        if (await send.count()) {
          await send.click();
          const [mail] = await gatehouse.mails((m) => m.to === email && /confirm-email/.test(m.text));
          await page.goto(new URL(/http\S+confirm-email\S+/.exec(mail.text)[0]).pathname);
          await page.getByRole("button", { name: "Confirm my address" }).click();
          await told(page, "Your e-mail address is confirmed");
        }
      }
      return page;
    }
    async function close(page) {
      assert.deepEqual(page.problems, []);
      await page.context().close();
    }
    async function addApp(page) {
      await page.goto("/account/two-factor/");
      await page.getByRole("link", { name: "Add an app" }).click();
      await page.getByRole("button", { name: "Show the picture" }).click();
      await page.getByText("No camera?").click();
      const secret = await page.locator("#secret").textContent();
      assert.equal(await page.locator("svg[role=img] path").count(), 2);
      await page.getByLabel("Code that the app shows").fill(totp(secret, -1));
      await page.getByRole("button", { name: "Switch on" }).click();
      await page.getByRole("heading", { name: "Your recovery codes" }).waitFor();
      const codes = await page.locator("#codes code").allTextContents();
      assert.equal(codes.length, 10);
      await page.getByRole("link", { name: "I have stored them" }).click();
      return { secret, codes };
    }
    async function withPassword(page, email) {
      await page.goto("/auth/login/?next=/account/");
      await page.getByLabel("E-mail or user name").fill(email);
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await arriveAt(page, "**/auth/2fa/");
    }
    async function virtualKey(page) {
      const cdp = await page.context().newCDPSession(page);
      await cdp.send("WebAuthn.enable");
      await cdp.send("WebAuthn.addVirtualAuthenticator", {
        options: {
          protocol: "ctap2", transport: "internal", hasResidentKey: true,
          hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
        },
      });
    }

    it("an authenticator app: enrolled, asked for, its code good once; a recovery code instead", async () => {
      const page = await window("nina@acme.example");
      const elsewhere = await window("nina@acme.example", false);
      const { secret, codes } = await addApp(page);
      assert.match(await main(page), /Authenticator app/);
      // The other session ended with the change.
      await elsewhere.goto("/account/");
      await arriveAt(elsewhere, "**/auth/login/**");

      await withPassword(elsewhere, "nina@acme.example");
      // Half signed in is not signed in.
      const api = await elsewhere.evaluate(async () => (await fetch("/api/0/users/me/")).status);
      assert.equal(api, 401);
      await elsewhere.goto("/account/");
      await arriveAt(elsewhere, "**/auth/2fa/");
      await elsewhere.getByLabel("Code from your authenticator app").fill("000000");
      await elsewhere.getByRole("button", { name: "Continue", exact: true }).click();
      assert.match(await main(elsewhere), /That code is not right/);
      const code = totp(secret);
      await elsewhere.getByLabel("Code from your authenticator app").fill(code);
      await elsewhere.getByRole("button", { name: "Continue", exact: true }).click();
      await arriveAt(elsewhere, "**/account/");

      // The device is lost: a recovery code, once; the same code of the app is used up.
      const third = await window();
      await withPassword(third, "nina@acme.example");
      await third.getByLabel("Code from your authenticator app").fill(code);
      await third.getByRole("button", { name: "Continue", exact: true }).click();
      assert.match(await main(third), /That code is not right/);
      await third.getByText("Use a recovery code").click();
      await third.getByLabel("Recovery code").fill(codes[3].toLowerCase());
      await third.getByRole("button", { name: "Continue with recovery code" }).click();
      await arriveAt(third, "**/account/");
      await third.goto("/account/history/");
      assert.match(await main(third), /A sign-in was refused/);

      const fourth = await window();
      await withPassword(fourth, "nina@acme.example");
      await fourth.getByText("Use a recovery code").click();
      await fourth.getByLabel("Recovery code").fill(codes[3]);
      await fourth.getByRole("button", { name: "Continue with recovery code" }).click();
      assert.match(await main(fourth), /recovery code is not right/);
      for (const p of [page, elsewhere, third, fourth]) await close(p);
    });

    it("a passkey: added, signs in alone, and is renamed and removed", async () => {
      const page = await window("marcus@acme.example");
      await virtualKey(page);
      await page.goto("/account/two-factor/");
      await page.getByRole("link", { name: "Add a key" }).click();
      await page.getByLabel("Name").fill("Blue key");
      await page.getByRole("button", { name: "Add it now" }).click();
      await page.getByRole("link", { name: "I have stored them" }).click();
      assert.match(await main(page), /Blue key/);
      assert.match(await main(page), /Passkey/);

      await page.goto("/auth/logout/");
      await page.locator("main").getByRole("button", { name: "Sign out" }).click();
      await arriveAt(page, "**/auth/login/**");
      await page.getByRole("button", { name: "Use a passkey" }).click();
      await arriveAt(page, "**/organizations/");

      // As a second factor behind the password, too.
      await page.goto("/auth/logout/");
      await page.locator("main").getByRole("button", { name: "Sign out" }).click();
      await withPassword(page, "marcus@acme.example");
      await page.getByRole("button", { name: "Use security key or passkey" }).click();
      await arriveAt(page, "**/account/");

      await page.goto("/account/two-factor/");
      await page.getByText("Rename or remove").click();
      await page.getByLabel("Name", { exact: true }).fill("Green key");
      await page.getByRole("button", { name: "Rename" }).click();
      await told(page, "The name has been changed");
      await page.getByText("Rename or remove").click();
      await page.getByLabel("Yes, remove Green key").check();
      await page.getByRole("button", { name: "Remove", exact: true }).click();
      await told(page, "It has been removed");
      assert.doesNotMatch(await main(page), /Green key/);
      await close(page);
    });

    it("device and codes are lost: an owner removes them, and the password alone signs in again", async () => {
      const nina = await window();
      await withPassword(nina, "nina@acme.example");
      const owner = await window("olivia@acme.example", false);
      await owner.goto("/organizations/acme/members/?query=nina");
      await owner.getByRole("link", { name: "Nina Member" }).click();
      await owner.getByLabel("Yes, remove the second factors of Nina Member").check();
      await owner.getByRole("button", { name: "Remove second factors" }).click();
      await told(owner, "The second factors are gone");
      assert.match(await main(owner), /No second factor/);
      // What was half signed in ends with it.
      await nina.goto("/auth/2fa/");
      await arriveAt(nina, "**/auth/login/**");
      await signIn(nina, "nina@acme.example", "/organizations/acme/");
      const [mail] = await gatehouse.mails(
        (m) => m.to === "nina@acme.example" && /second factors?/i.test(m.subject + m.text) &&
          /removed/i.test(m.subject + m.text));
      assert.ok(mail, "no mail tells of it");
      const rows = await owner.evaluate(async () =>
        (await (await fetch("/api/0/organizations/acme/audit-logs/?event=two-factor.reset")).json()).rows);
      assert.equal(rows.length, 1);
      assert.equal(rows[0].actor.email, "olivia@acme.example");
      await close(nina);
      await close(owner);
    });

    it("an organization asks for it: who has none is out, and comes back with one", async () => {
      gatehouse.createUser("paul@acme.example", "Paul Plain");
      gatehouse.addMember("acme", "paul@acme.example", "member");
      const owner = await window("olivia@acme.example");
      await owner.goto("/organizations/acme/settings/");
      await owner.getByLabel("Require two-factor authentication").check();
      await owner.getByRole("button", { name: "Save settings" }).click();
      assert.match(await main(owner), /Set up your own second factor first/);
      ownersApp = await addApp(owner);
      await owner.goto("/organizations/acme/settings/");
      await owner.getByLabel("Require two-factor authentication").check();
      await owner.getByRole("button", { name: "Save settings" }).click();
      await told(owner, "The settings have been saved");

      const [mail] = await gatehouse.mails(
        (m) => m.to === "paul@acme.example" && /\/accept\//.test(m.text));
      assert.match(mail.subject, /two-factor/i);
      const paul = await window("paul@acme.example");
      assert.equal((await paul.goto("/organizations/acme/")).status(), 404);
      await paul.goto(new URL(/http\S+\/accept\/\S+/.exec(mail.text)[0]).pathname);
      await paul.getByRole("link", { name: "Set up a second factor" }).click();
      await paul.getByRole("link", { name: "Add an app" }).click();
      await paul.getByRole("button", { name: "Show the picture" }).click();
      await paul.getByText("No camera?").click();
      paulsSecret = await paul.locator("#secret").textContent();
      await paul.getByLabel("Code that the app shows").fill(totp(paulsSecret));
      await paul.getByRole("button", { name: "Switch on" }).click();
      await paul.getByRole("link", { name: "I have stored them" }).click();
      await paul.getByRole("button", { name: "Join as Paul Plain" }).click();
      await arriveAt(paul, "**/organizations/acme/**");

      // The last factor stays while it is asked for.
      await paul.goto("/account/two-factor/");
      await paul.getByText("Rename or remove").click();
      await paul.getByLabel(/Yes, remove/).check();
      await paul.getByRole("button", { name: "Remove", exact: true }).click();
      assert.match(await main(paul), /The last one stays/);
      await close(owner);
      await close(paul);
    });

    it("single sign-on, switched on afterwards, takes its place and asks members to link", async () => {
      const owner = await openWindow(browser, gatehouse);
      await withPassword(owner, "olivia@acme.example");
      await owner.getByLabel("Code from your authenticator app").fill(totp(ownersApp.secret));
      await owner.getByRole("button", { name: "Continue", exact: true }).click();
      await arriveAt(owner, "**/account/");
      await owner.goto("/settings/acme/auth/");
      await owner.getByRole("button", { name: "Set up OpenID Connect" }).click();
      await owner.locator('[name="display_name"]').fill("Acme ID");
      await owner.locator('[name="issuer"]').fill(provider.issuer);
      await owner.locator('[name="client_id"]').fill(client.id);
      await owner.locator('[name="client_secret"]').fill(client.secret);
      await throughProvider(owner, provider.issuer, "olivia",
        () => owner.getByRole("button", { name: "Save and try it" }).click());
      assert.match(await main(owner), /Required two-factor authentication will be switched off/);
      await owner.getByRole("button", { name: "Switch on single sign-on" }).click();
      await arriveAt(owner, "**/organizations/acme/auth/configure/**");

      await owner.goto("/organizations/acme/settings/");
      const box = owner.getByLabel("Require two-factor authentication");
      assert.equal(await box.isChecked(), false);
      assert.match(await main(owner), /Not together with single sign-on/);
      const entries = await owner.evaluate(async () =>
        (await (await fetch("/api/0/organizations/acme/audit-logs/?event=org.edit")).json()).rows);
      assert.deepEqual(entries[0].data, { require_2fa: "to False when enabling SSO" });
      assert.equal(entries[0].actor.email, "olivia@acme.example");
      // Whoever has no link is told by mail, and by the door.
      const asked = (to, count) =>
        gatehouse.mails((m) => m.to === to && /^Action Required/.test(m.subject), count);
      assert.match((await asked("paul@acme.example", 1))[0].text, /\/auth\/login\/acme\//);
      assert.deepEqual(await asked("olivia@acme.example", 0), []);
      const paul = await openWindow(browser, gatehouse);
      await paul.goto("/organizations/acme/");
      await arriveAt(paul, "**/auth/login/acme/**");
      await throughProvider(paul, provider.issuer, "paul",
        () => paul.getByRole("button", { name: "Continue with Acme ID" }).click());
      // The provider did not vouch for a second factor: his own is asked for before anything is linked.
      await paul.locator('[name="username"]').fill("paul@acme.example");
      await paul.locator('[name="password"]').fill(password);
      await paul.getByRole("button", { name: /sign in/i }).click();
      await arriveAt(paul, "**/auth/2fa/");
      await paul.getByLabel("Code from your authenticator app").fill(totp(paulsSecret, 1));
      await paul.getByRole("button", { name: "Continue", exact: true }).click();
      await paul.getByRole("button", { name: "Link this identity" }).click();
      await arriveAt(paul, "**/organizations/acme/**");
      await close(owner);
      await close(paul);
    });

    it("single sign-on, and the provider must vouch for a second factor", async () => {
      const otto = { sub: "otto", email: "otto@other.example", name: "Otto Outsider" };
      const owner = new HttpClient(gatehouse);
      await owner.signIn("otto@other.example");
      const attempt = async (claims) => {
        const begun = await owner.beginSetup("other", scripted, { require_second_factor: "on" });
        return owner.get(scripted.authorize(HttpClient.leaving(begun), claims).returnPath);
      };
      // The rule holds for the test log-in, too: nobody can lock the house with the key inside.
      await attempt(otto);
      assert.equal((await owner.finishSetup("other")).status, 400);
      await attempt({ ...otto, amr: ["pwd", "otp"] });
      const done = await owner.finishSetup("other");
      assert.equal(done.status, 302, done.text);

      const without = new HttpClient(gatehouse);
      const refused = await without.signInBySso("other", scripted, { ...otto, amr: ["pwd"] });
      assert.equal(refused.status, 403);
      assert.equal(refused.reason(), "sso_failed");
      assert.equal(without.session, undefined);
      const decisions = (await owner.get("/api/0/organizations/other/sso-decisions/")).json();
      assert.match(decisions[0].reason, /second_factor/);
      const vouched = new HttpClient(gatehouse);
      const welcome = await vouched.signInBySso("other", scripted, { ...otto, amr: ["mfa"] });
      assert.equal(welcome.status, 302, welcome.text);
      assert.equal((await vouched.get("/api/0/organizations/other/")).status, 200);
    });

    it("pages of the second factor fit a phone", async () => {
      const page = await window("nina@acme.example".replace("nina", "otto").replace("acme", "other"));
      await page.setViewportSize({ width: 360, height: 740 });
      for (const path of ["two-factor/", "two-factor/app/", "two-factor/key/", "emails/", "history/", "sessions/", "tokens/"]) {
        await page.goto(`/account/${path}`);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 360, `${path} is ${width} wide`);
      }
      await close(page);
    });
  });
}
