// A person's own account, in a real browser: the way back in after a forgotten password, passwords,
// sessions, tokens, addresses.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { launchBrowser, openWindow, signIn } from "./lib/browser.mjs";
import { Gatehouse, fillAcme, password } from "./lib/gatehouse.mjs";
import { HttpClient, trustProxy } from "./lib/http_client.mjs";

let browser, gatehouse;
before(async () => {
  browser = await launchBrowser();
  gatehouse = await Gatehouse.start({ fill: fillAcme, args: trustProxy });
});
after(async () => {
  await browser?.close();
  await gatehouse?.close();
});

async function window(email) {
  const page = await openWindow(browser, gatehouse);
  if (email) await signIn(page, email);
  return page;
}
async function linkIn(match, pattern) {
  const [mail] = await gatehouse.mails((m) => match(m) && pattern.test(m.text));
  assert.ok(mail, "the mail did not come");
  return new URL(new RegExp(`http\\S+${pattern.source}\\S+`).exec(mail.text)[0]).pathname;
}
async function close(...pages) {
  for (const page of pages) {
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
}
const main = (page) => page.locator("main").innerText();

describe("a person's account", { timeout: 120_000 }, () => {
  it("is logged in to with the keyboard alone", async () => {
    const page = await window();
    await page.goto("/auth/login/?next=/account/");
    // The cursor waits in the first field.
    assert.equal(await page.evaluate(() => document.activeElement.id), "username");
    await page.keyboard.type("nina@acme.example");
    await page.keyboard.press("Tab");
    await page.keyboard.type("not-the-password-of-nina");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    // After the mistake the name is kept and the cursor waits in the password.
    assert.equal(await page.evaluate(() => document.activeElement.id), "password");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/account/");

    // The first Tab leads past the navigation.
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#main");
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
    await close(page);
  });

  it("log-out ends the session and the page is not shown again", async () => {
    const page = await window("nina@acme.example");
    await page.goto("/account/");
    const cookie = (await page.context().cookies()).find((c) => c.name === "sid");
    await page.goto("/auth/logout/");
    await page.locator("main").getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/auth/login/**");
    assert.match(await main(page), /You are signed out/);
    await page.goBack();
    await page.goBack();
    await page.waitForURL("**/auth/login/**");
    assert.ok(!(await page.content()).includes("Nina Member"));
    const replay = await fetch(`${gatehouse.url}/api/0/users/me/`, { headers: { Cookie: `sid=${cookie.value}` } });
    assert.equal(replay.status, 401);
    await close(page);
  });

  it("a password change ends the other sessions and keeps this one", async () => {
    const here = await window("marcus@acme.example");
    const there = await window("marcus@acme.example");
    await here.goto("/account/security/");
    await here.getByLabel("Current password").fill("not-his-password-at-all");
    await here.getByLabel("New password").fill("brass-kettle-84-meadow");
    await here.getByRole("button", { name: "Change password" }).click();
    await here.getByRole("alert").waitFor();
    await here.getByLabel("Current password").fill(password);
    await here.getByLabel("New password").fill("too-short");
    await here.getByRole("button", { name: "Change password" }).click();
    await here.getByRole("alert").waitFor();
    await there.goto("/account/");
    assert.match(there.url(), /\/account\/$/);

    await here.getByLabel("Current password").fill(password);
    await here.getByLabel("New password").fill("brass-kettle-84-meadow");
    await here.getByRole("button", { name: "Change password" }).click();
    await here.getByText("Your password has been changed").waitFor();
    await here.goto("/account/");
    assert.match(here.url(), /\/account\/$/);
    await there.goto("/account/");
    await there.waitForURL("**/auth/login/**");
    assert.match(await main(there), /session has expired/);
    const [mail] = await gatehouse.mails((m) => m.to === "marcus@acme.example" && /password/i.test(m.subject));
    assert.ok(mail, "he is told");

    const old = new HttpClient(gatehouse);
    await assert.rejects(old.signIn("marcus@acme.example"), /401/);
    await new HttpClient(gatehouse).signIn("marcus@acme.example", "brass-kettle-84-meadow");
    await close(here, there);
  });

  it("a forgotten password is replaced by mail, once, and every session ends", async () => {
    const elsewhere = await window("otto@other.example");
    const page = await window();
    await page.goto("/auth/login/");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("E-mail address").fill("otto@other.example");
    await page.getByRole("button", { name: "Send me a link" }).click();
    await page.getByRole("heading", { name: "Check your e-mail" }).waitFor();
    const link = await linkIn((m) => m.to === "otto@other.example", /\/account\/recover\/confirm\//);

    // A mail scanner that opens the link uses nothing up.
    const scanner = new HttpClient(gatehouse);
    for (const method of ["HEAD", "GET"]) {
      const answer = await scanner.request(method, link);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["referrer-policy"], "no-referrer");
      assert.match(answer.headers["cache-control"], /no-store/);
    }

    await page.goto(link);
    await page.getByLabel("New password").fill("short");
    await page.getByRole("button", { name: "Set password and sign in" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("New password").fill("copper-violin-19-harbor");
    await page.getByRole("button", { name: "Set password and sign in" }).click();
    await page.waitForURL("**/organizations/**");
    assert.match(await main(page), /Your new password is set/);
    await page.goto("/account/");
    assert.match(await page.content(), /otto@other\.example/);

    await elsewhere.goto("/account/");
    await elsewhere.waitForURL("**/auth/login/**");
    const again = await elsewhere.goto(link);
    assert.equal(again.status(), 404);
    await assert.rejects(new HttpClient(gatehouse).signIn("otto@other.example"), /401/);
    await new HttpClient(gatehouse).signIn("otto@other.example", "copper-violin-19-harbor");
    await close(page, elsewhere);
  });

  it("a newer recovery link does not leave the older one usable after the change", async () => {
    const first = new HttpClient(gatehouse);
    await first.post("/account/recover/", { email: "nina@acme.example" });
    const one = await linkIn((m) => m.to === "nina@acme.example", /\/account\/recover\/confirm\//);
    await first.post("/account/recover/", { email: "nina@acme.example" });
    const mails = await gatehouse.mails((m) => m.to === "nina@acme.example" && /recover\/confirm/.test(m.text), 2);
    const two = mails.map((m) => new URL(/http\S+recover\/confirm\/\S+/.exec(m.text)[0]).pathname).find((l) => l !== one);
    assert.ok((await first.post(two, { password })).status < 400);
    assert.equal((await new HttpClient(gatehouse).get(one)).status, 404);
  });

  it("the sessions page ends one session or all others", async () => {
    const here = await window("olivia@acme.example");
    const others = [];
    for (let i = 0; i < 3; i += 1) {
      const other = new HttpClient(gatehouse);
      await other.signIn("olivia@acme.example");
      others.push(other);
    }
    const alive = async () => (await Promise.all(
      others.map(async (o) => (await o.get("/api/0/users/me/")).status === 200))).filter(Boolean).length;
    await here.goto("/account/sessions/");
    // Sessions of the tests before are there, too.
    const count = await here.locator("main li.card").count();
    assert.ok(count >= 4);
    assert.match(await main(here), /This session/);
    await here.getByRole("button", { name: /^End session/ }).first().click();
    await here.getByText("That session has ended").waitFor();
    assert.equal(await here.locator("main li.card").count(), count - 1);
    await here.getByRole("button", { name: "End all others" }).click();
    await here.getByText("All your other sessions have ended").waitFor();
    assert.equal(await alive(), 0);
    assert.equal(await here.locator("main li.card").count(), 1);

    // Nobody ends a session of somebody else.
    const stranger = new HttpClient(gatehouse);
    await stranger.signIn("nina@acme.example");
    await others[0].signIn("olivia@acme.example");
    await here.reload();
    const listed = await here.locator('input[name="session"]').first().getAttribute("value");
    const answer = await stranger.post("/account/sessions/", { op: "end", session: listed });
    assert.equal(answer.status, 404);
    assert.equal(await alive(), 1);
    await close(here);
  });

  it("an API token is shown once, works, and does no more than it may", async () => {
    const page = await window("olivia@acme.example");
    await page.goto("/account/tokens/");
    await page.getByLabel("Name").fill("nightly export");
    for (const box of await page.locator('input[name="scope"]:checked').all()) await box.uncheck();
    await page.getByRole("button", { name: "Create token" }).click();
    await page.getByRole("alert").waitFor();  // no permission was chosen
    assert.equal(await page.getByLabel("Name").inputValue(), "nightly export");
    await page.getByLabel("org:read", { exact: true }).check();
    await page.getByRole("button", { name: "Create token" }).click();
    const token = await page.locator("#token").textContent();
    assert.match(token, /^ghp_\S{40,}$/);
    const call = (path) => fetch(`${gatehouse.url}/api/0${path}`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal((await call("/organizations/acme/")).status, 200);
    assert.equal((await call("/organizations/acme/audit-logs/")).status, 403);
    await page.goto("/account/tokens/");
    assert.ok(!(await page.content()).includes(token));
    await close(page);
  });

  it("its tokens are listed by name and can be ended", async () => {
    const page = await window("olivia@acme.example");
    await page.goto("/account/tokens/");
    await page.getByLabel("Name").fill("to be revoked");
    await page.getByLabel("org:read", { exact: true }).check();
    await page.getByRole("button", { name: "Create token" }).click();
    const token = await page.locator("#token").textContent();
    await page.goto("/account/tokens/");
    assert.match(await main(page), /to be revoked/);
    await page.getByRole("button", { name: /(End|Revoke|Delete).*to be revoked/ }).click({ timeout: 2000 });
    await page.waitForLoadState();
    const answer = await fetch(`${gatehouse.url}/api/0/users/me/`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 401);
    await close(page);
  });

  it("an address is confirmed by mail, by its owner only", async () => {
    const page = await window("olivia@acme.example");
    await page.goto("/account/emails/");
    assert.match(await main(page), /Not confirmed/);
    await page.getByRole("button", { name: "Send a confirmation mail" }).click();
    await page.getByText("We sent you a mail").waitFor();
    const link = await linkIn((m) => m.to === "olivia@acme.example", /\/account\/confirm-email\//);

    const stranger = new HttpClient(gatehouse);
    await stranger.signIn("nina@acme.example");
    assert.equal((await stranger.post(link)).status, 404);

    await page.goto(link);
    assert.match(await main(page), /Confirm your address/);  // opening alone confirms nothing
    await page.getByRole("button", { name: "Confirm my address" }).click();
    await page.waitForURL("**/account/**");
    assert.match(await main(page), /Your e-mail address is confirmed/);
    assert.doesNotMatch(await main(page), /Not confirmed/);
    assert.equal((await new HttpClient(gatehouse).get(link)).status, 302);  // needs a log-in
    await close(page);
  });

  it("a changed name is shown, and script in it is text", async () => {
    const page = await window("nina@acme.example");
    await page.goto("/account/");
    await page.getByLabel("Display name").fill(`Nina <img src=x onerror="window.hacked=1"> & Co`);
    await page.getByRole("button", { name: "Save name" }).click();
    await page.getByText("Your name has been saved").waitFor();
    // The region's copy of the name follows in a moment.
    const name = page.getByText(`Nina <img src=x onerror="window.hacked=1"> & Co`);
    for (let tries = 0; tries < 20 && !(await name.count()); ++tries) {
      await page.goto("/organizations/acme/members/");
    }
    assert.ok(await name.count());
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    await close(page);
  });
});
