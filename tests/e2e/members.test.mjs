// People come and go, in a real browser on each database: invited as a new person and as an existing
// one, through single sign-on, by asking; links that are revoked, renewed, used twice; teams; roles;
// removal.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { arriveAt, launchBrowser, openWindow, signIn } from "./lib/browser.mjs";
import { Gatehouse, engines, fillAcme, password } from "./lib/gatehouse.mjs";
import { client, throughProvider, startProvider } from "./lib/provider.mjs";

let browser;
before(async () => { browser = await launchBrowser(); });
after(async () => { await browser?.close(); });

const main = (page) => page.locator("main").innerText();
// The notice that comes with the next page.
const told = (page, text) => page.getByText(text).first().waitFor();

for (const engine of engines) {
  describe(`members on ${engine}`, { timeout: 240_000 }, () => {
    let gatehouse, provider, owner;
    const people = { sam: { email: "sam@acme.example", name: "Sam Single" } };

    before(async () => {
      provider = await startProvider({ redirectUris: ["http://localhost/not-known-yet"], people });
      gatehouse = await Gatehouse.start({
        engine,
        env: { GATEHOUSE_ALLOWED_ORIGINS: provider.issuer },
        fill: fillAcme,
      });
      await provider.close();
      provider = await startProvider({
        redirectUris: [`${gatehouse.url}/auth/sso/acme/`],
        people,
        port: new URL(provider.issuer).port,
      });
      owner = await openWindow(browser, gatehouse);
      await signIn(owner, "olivia@acme.example", "/organizations/acme/members/");
    });
    after(async () => {
      await gatehouse?.close();
      await provider?.close();
    });

    async function window(email) {
      const page = await openWindow(browser, gatehouse);
      if (email) await signIn(page, email);
      return page;
    }
    async function close(page) {
      assert.deepEqual(page.problems, []);
      await page.context().close();
    }
    async function invite(addresses, role = "Member") {
      await owner.goto("/organizations/acme/invites/");
      await owner.getByLabel("E-mail addresses").fill(addresses);
      await owner.getByLabel("Role", { exact: true }).selectOption({ label: role });
      await owner.getByRole("button", { name: "Send invitations" }).click();
      await told(owner, "The invitations are on their way");
    }
    async function linkFor(address, count = 1) {
      const mails = await gatehouse.mails((m) => m.to === address && /\/accept\//.test(m.text), count);
      assert.ok(mails.length >= count, `no invitation for ${address}`);
      return new URL(/http\S+\/accept\/\S+/.exec(mails.at(-1).text)[0]).pathname;
    }
    const audit = async () => {
      const token = gatehouse.createToken("olivia@acme.example", "org:write");
      const answer = await fetch(`${gatehouse.url}/api/0/organizations/acme/audit-logs/`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      assert.equal(answer.status, 200);
      return (await answer.json()).rows;
    };

    it("two are invited at once; a new person creates an account and joins", async () => {
      await invite("nora@new.example, rita@new.example", "Manager");
      assert.match(await main(owner), /nora@new\.example/);
      assert.match(await main(owner), /rita@new\.example/);

      const link = await linkFor("nora@new.example");
      const page = await window();
      // Mail scanners look, and nothing happens.
      for (const method of ["GET", "HEAD", "GET"]) {
        const seen = await fetch(gatehouse.url + link, { method });
        assert.equal(seen.status, 200);
        assert.match(seen.headers.get("cache-control"), /no-store/);
        assert.equal(seen.headers.get("referrer-policy"), "no-referrer");
      }
      await page.goto(link);
      assert.match(await main(page), /You are invited to Acme as Manager/);
      await page.getByLabel("Name").fill("Nora New");
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.getByRole("button", { name: "Create account" }).click();
      await page.getByRole("button", { name: "Join as Nora New" }).click();
      await arriveAt(page, "**/organizations/acme/**");
      assert.match(await main(page), /you are a member now/);
      // Accepted is accepted: the link is gone for everybody else.
      const other = await window("otto@other.example");
      await other.goto(link);
      assert.match(await main(other), /no longer good/);
      await close(page);
      await close(other);
      const rows = await audit();
      assert.equal(rows.filter((r) => r.event === "member.accept-invite").length, 1);
      assert.equal(rows.filter((r) => r.event === "member.invite").length, 2);
      assert.ok(!JSON.stringify(rows).includes(link.split("/").at(-2)));
    });

    it("whoever is signed in is asked before the invitation is theirs", async () => {
      await invite("otto@other.example");
      const page = await window("otto@other.example");
      await page.goto(await linkFor("otto@other.example"));
      assert.match(await main(page), /You are signed in as Otto Outsider/);
      await page.getByRole("button", { name: "Join as Otto Outsider" }).click();
      await arriveAt(page, "**/organizations/acme/**");
      await close(page);
    });

    it("sixteen accept at once and one membership comes of it", async () => {
      await invite("twice@acme.example");
      const link = await linkFor("twice@acme.example");
      gatehouse.createUser("twice@acme.example", "Twice");
      const page = await window("twice@acme.example");
      await page.goto(link);
      const status = await page.evaluate(async (path) => {
        const body = new URLSearchParams(new FormData(document.querySelector("main form")));
        const answers = await Promise.all(Array.from({ length: 16 }, () =>
          fetch(path, { method: "POST", body, redirect: "manual" })));
        return answers.map((answer) => answer.type);
      }, link);
      assert.equal(status.length, 16);
      const rows = await audit();
      assert.equal(rows.filter((r) => r.event === "member.accept-invite" &&
        JSON.stringify(r.data).includes("twice@")).length, 1);
      await close(page);
    });

    it("a revoked link and a renewed link are gone, an invented one is nothing", async () => {
      await invite("gone@acme.example");
      const first = await linkFor("gone@acme.example");
      const card = owner.locator("article").filter({ hasText: "gone@acme.example" });
      await card.getByRole("button", { name: "New link" }).click();
      await told(owner, "The mail with the link is on its way");
      const second = await linkFor("gone@acme.example", 2);
      assert.notEqual(first, second);
      const page = await window();
      await page.goto(first);
      assert.match(await main(page), /no longer good/);
      await page.goto(second);
      assert.match(await main(page), /You are invited/);
      await owner.locator("article").filter({ hasText: "gone@acme.example" })
        .getByRole("button", { name: "Revoke" }).click();
      await told(owner, "has been revoked");
      assert.equal((await page.goto(second)).status(), 410);
      assert.match(await main(page), /no longer good/);
      const parts = second.split("/");
      parts[4] = "A".repeat(parts[4].length);
      const invented = await fetch(gatehouse.url + parts.join("/"));
      assert.equal(invented.status, 404);
      await close(page);
    });

    it("an expired link is gone, and a new one is good again", async () => {
      await invite("late@acme.example");
      const first = await linkFor("late@acme.example");
      gatehouse.execute("UPDATE organization_members SET invite_expires_at = 1 WHERE email = 'late@acme.example'");
      const page = await window();
      assert.equal((await page.goto(first)).status(), 410);
      assert.match(await main(page), /no longer good/);
      await owner.goto("/organizations/acme/invites/");
      const card = owner.locator("article").filter({ hasText: "late@acme.example" });
      assert.match(await card.innerText(), /expired/i);
      await card.getByRole("button", { name: "New link" }).click();
      await told(owner, "The mail with the link is on its way");
      await page.goto(await linkFor("late@acme.example", 2));
      await page.getByLabel("Name").fill("Lara Late");
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.getByRole("button", { name: "Create account" }).click();
      await page.getByRole("button", { name: "Join as Lara Late" }).click();
      await arriveAt(page, "**/organizations/acme/**");
      await close(page);
    });

    it("a member proposes, an outsider asks, the owner decides", async () => {
      const member = await window("nina@acme.example");
      await member.goto("/organizations/acme/members/");
      await member.getByRole("link", { name: "Ask to invite somebody" }).click();
      await member.getByLabel("E-mail addresses").fill("paula@proposed.example");
      await member.getByRole("button", { name: "Send request" }).click();
      await told(member, "Your request is with those");
      await close(member);

      const outsider = await window();
      await outsider.goto("/join-request/acme/");
      await outsider.getByLabel("Your e-mail address").fill("olga@outside.example");
      await outsider.getByRole("button", { name: "Send request" }).click();
      assert.match(await main(outsider), /If Acme lets you in/);
      // A member's address hears the same.
      await outsider.goto("/join-request/acme/");
      await outsider.getByLabel("Your e-mail address").fill("nina@acme.example");
      await outsider.getByRole("button", { name: "Send request" }).click();
      assert.match(await main(outsider), /If Acme lets you in/);

      await owner.goto("/organizations/acme/invites/");
      await owner.getByRole("button", { name: "Reject paula@proposed.example" }).click();
      await told(owner, "The request has been rejected");
      await owner.getByRole("button", { name: "Approve olga@outside.example" }).click();
      await told(owner, "The request has been approved");
      await outsider.goto(await linkFor("olga@outside.example"));
      await outsider.getByLabel("Name").fill("Olga Outside");
      await outsider.getByLabel("Password", { exact: true }).fill(password);
      await outsider.getByRole("button", { name: "Create account" }).click();
      await outsider.getByRole("button", { name: "Join as Olga Outside" }).click();
      await arriveAt(outsider, "**/organizations/acme/**");
      await close(outsider);
    });

    it("roles: what one may not grant is not offered, and the last owner stays", async () => {
      const manager = await window("marcus@acme.example");
      await manager.goto("/organizations/acme/members/?query=nina");
      await manager.getByRole("link", { name: "Nina Member" }).click();
      assert.equal(await manager.getByRole("radio", { name: /Owner/ }).count(), 0);
      await manager.getByRole("radio", { name: /^Manager/ }).check();
      await manager.getByRole("button", { name: "Save role" }).click();
      await told(manager, "The role has been changed");
      await close(manager);

      await owner.goto("/organizations/acme/members/?query=olivia");
      await owner.getByRole("link", { name: "Olivia Owner" }).click();
      assert.match(await main(owner), /only owner of Acme/);
      assert.equal(await owner.getByLabel("Yes, leave Acme").count(), 0);
    });

    it("teams: created, joined, administered, deleted", async () => {
      await owner.goto("/organizations/acme/teams/");
      await owner.getByLabel("Name", { exact: true }).fill("Backend");
      await owner.getByLabel("Short name").fill("backend");
      await owner.getByRole("button", { name: "Create team" }).click();
      await told(owner, "The team is ready");
      const member = await window("otto@other.example");
      await member.goto("/organizations/acme/teams/backend/");
      await member.getByRole("button", { name: "Join team" }).click();
      await told(member, "Added to the team");
      assert.match(await main(member), /Otto Outsider/);
      // Not a team admin: nothing to change about others, and a forged form is refused.
      assert.equal(await member.getByRole("button", { name: "Delete team" }).count(), 0);

      // Closed teams: one asks.
      await owner.goto("/organizations/acme/settings/");
      await owner.getByLabel("Open teams").uncheck();
      await owner.getByRole("button", { name: "Save settings" }).click();
      await told(owner, "The settings have been saved");
      await member.getByRole("button", { name: "Leave team" }).click();
      await told(member, "Taken out of the team");
      await member.getByRole("button", { name: "Join team" }).click();
      await told(member, "You asked to join");
      await owner.goto("/organizations/acme/teams/");
      await owner.getByRole("button", { name: /Let Otto Outsider into Backend/ }).click();
      await owner.goto("/organizations/acme/teams/backend/");
      assert.match(await main(owner), /Otto Outsider/);
      await owner.getByRole("button", { name: "Make Otto Outsider a team admin" }).click();
      await told(owner, "The role has been changed");
      await close(member);
    });

    it("a removed member is out at once, page and token", async () => {
      const page = await window("otto@other.example");
      const token = gatehouse.createToken("otto@other.example", "org:read");
      const ask = () => fetch(`${gatehouse.url}/api/0/organizations/acme/`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      assert.equal((await ask()).status, 200);
      await owner.goto("/organizations/acme/members/?query=otto");
      await owner.getByRole("link", { name: "Otto Outsider" }).click();
      await owner.getByLabel("Yes, remove Otto Outsider").check();
      await owner.getByRole("button", { name: "Remove from organization" }).click();
      await told(owner, "The member has been removed");
      assert.equal((await ask()).status, 404);
      assert.equal((await page.goto("/organizations/acme/")).status(), 404);
      assert.equal((await page.goto("/organizations/other/")).status(), 200);
      await page.context().close();
    });

    it("with single sign-on required an invitation leads through the provider, with its role", async () => {
      await owner.goto("/settings/acme/auth/");
      await owner.getByRole("button", { name: "Set up OpenID Connect" }).click();
      await owner.locator('[name="display_name"]').fill("Acme ID");
      await owner.locator('[name="issuer"]').fill(provider.issuer);
      await owner.locator('[name="client_id"]').fill(client.id);
      await owner.locator('[name="client_secret"]').fill(client.secret);
      await throughProvider(owner, provider.issuer, "olivia",
        () => owner.getByRole("button", { name: "Save and try it" }).click());
      await owner.getByRole("button", { name: "Switch on single sign-on" }).click();
      await arriveAt(owner, "**/organizations/acme/auth/configure/**");

      await invite("sam@acme.example", "Manager");
      const page = await window();
      await page.goto(await linkFor("sam@acme.example"));
      await throughProvider(page, provider.issuer, "sam",
        () => page.getByRole("button", { name: "Continue with Acme ID" }).click());
      await page.getByRole("button", { name: /new account/i }).click();
      await arriveAt(page, "**/organizations/acme/**");
      assert.match(await main(page), /Manager/);
      await close(page);
      await owner.goto("/organizations/acme/invites/");
      assert.doesNotMatch(await main(owner), /sam@acme\.example/);
    });

    it("nothing is wider than a phone", async () => {
      await owner.setViewportSize({ width: 360, height: 740 });
      for (const path of ["members/", "invites/", "teams/", "teams/backend/", "settings/", "audit-log/"]) {
        await owner.goto(`/organizations/acme/${path}`);
        const width = await owner.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 360, `${path} is ${width} wide`);
      }
      assert.deepEqual(owner.problems, []);
    });
  });
}
