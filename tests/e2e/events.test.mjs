// An official SDK sends, and the pages show what the developer threw.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { launchBrowser, openWindow, signIn, waitForText } from "./lib/browser.mjs";
import { Gatehouse, engines, fillAcme } from "./lib/gatehouse.mjs";
import { sendWithSdk } from "./lib/sdk.mjs";

// The same from a file, so that there is source around the line that throws.
function runWithSdk(dsn, name, lines) {
  const file = join(import.meta.dirname, `.${name}-${process.pid}.mjs`);
  writeFileSync(file, [
    'import * as Sentry from "@sentry/node";',
    `Sentry.init({ dsn: ${JSON.stringify(dsn)}, release: "shop@1.0.0", environment: "production" });`,
    ...lines,
    "if (!(await Sentry.flush(10000))) process.exit(1);",
  ].join("\n"));
  try {
    execFileSync(process.execPath, [file], { cwd: import.meta.dirname, stdio: "pipe" });
  } finally {
    rmSync(file, { force: true });
  }
  return file;
}

for (const engine of engines) {
  describe(`events on ${engine}`, { timeout: 180_000 }, () => {
    let gatehouse, browser, page, project;
    before(async () => {
      gatehouse = await Gatehouse.start({ engine, fill: fillAcme });
      project = gatehouse.run(["project", "create", "--org", "acme", "--slug", "shop",
        "--platform", "node"]);
      browser = await launchBrowser();
      page = await openWindow(browser, gatehouse);
      await signIn(page, "olivia@acme.example");
    });
    after(async () => {
      await browser?.close();
      await gatehouse?.close();
    });

    it("the project's page has the DSN and waits for the first event", async () => {
      await page.goto("/organizations/acme/projects/shop/");
      const text = await page.textContent("main");
      assert.ok(text.includes(project.dsn), text);
      assert.ok(text.includes("Waiting for the first event"));
    });

    it("an error thrown in an application is an issue with its stack trace", async () => {
      sendWithSdk(project.dsn, `function pay() { throw new TypeError("card was refused"); }
        Sentry.addBreadcrumb({ category: "cart", message: "two books" });
        Sentry.setTag("shop", "north"); Sentry.setUser({ id: "7" });
        try { pay(); } catch (error) { Sentry.captureException(error); }`);
      await waitForText(page, "/organizations/acme/issues/", "TypeError: card was refused");
      await page.click("text=TypeError: card was refused");
      const text = await page.textContent("main");
      for (const part of ["SHOP-1", "pay", "card was refused", "two books", "north",
        "shop@1.0.0", "production", "id:7"]) {
        assert.ok(text.includes(part), `no ${part} in ${text}`);
      }
    });

    it("the same error again is the same issue, another one is not", async () => {
      sendWithSdk(project.dsn, `Sentry.captureMessage("stock is low");`);
      await waitForText(page, "/organizations/acme/issues/?query=stock", "1 found");
      await waitForText(page, "/organizations/acme/issues/?query=refused", "1 found");
    });

    it("is resolved, leaves the list, and comes back with a new event", async () => {
      await page.goto("/organizations/acme/issues/?query=refused");
      await page.click("text=TypeError: card was refused");
      await page.click("button:has-text('Resolve')");
      await page.waitForSelector("button:has-text('Reopen')");
      await waitForText(page, "/organizations/acme/issues/?query=is%3Aunresolved+refused", "0 found");
      // A regression wants an event that is later than the issue's last change of state.
      await new Promise((resolve) => setTimeout(resolve, 6000));
      sendWithSdk(project.dsn, `function pay() { throw new TypeError("card was refused"); }
        try { pay(); } catch (error) { Sentry.captureException(error); }`);
      await waitForText(page, "/organizations/acme/issues/?query=is%3Aunresolved+refused", "1 found");
    });

    it("the line that threw is open with its source, and what came with it is around it", async () => {
      const shops = ["north", "north", "north", "south"];
      let file;
      for (const shop of shops) {
        file = runWithSdk(project.dsn, "checkout", [
          `Sentry.setTag("shop", "${shop}");`,
          'Sentry.addBreadcrumb({ category: "cart", message: "a teapot", level: "warning" });',
          "function checkout(cart) {",
          "  // the till is shut at night",
          '  throw new RangeError("till is shut");',
          "}",
          "try { checkout([1]); } catch (error) { Sentry.captureException(error); }",
        ]);
      }
      await waitForText(page, "/organizations/acme/issues/?query=till", "4 events");
      await page.click("text=RangeError: till is shut");
      const frame = page.locator("details.frame[open]").first();
      assert.equal(await frame.locator("summary b").innerText(), "checkout");
      assert.ok((await frame.locator("summary").innerText()).includes(`${file.split("/").pop()}:7`));
      const at = frame.locator(".code .at");
      assert.equal(await at.locator("span").innerText(), "7");
      assert.equal(await at.locator("code").textContent(),
        '  throw new RangeError("till is shut");');
      const crumb = page.locator(".trail tr", { hasText: "a teapot" });
      assert.ok((await crumb.innerText()).includes("warning"));
      const tag = page.locator(".tag", { hasText: "shop" }).filter({ hasText: "north" });
      const shares = await tag.innerText();
      assert.ok(shares.includes("75 %") && shares.includes("25 %"), shares);
      // A value leads to the issues that have it.
      await tag.locator(".shares a", { hasText: "south" }).click();
      assert.equal(await page.inputValue("#query"), 'shop:"south"');
      await page.waitForSelector("text=RangeError: till is shut");
      assert.deepEqual(page.problems, []);
    });

    it("decisions, comments and the other pages of an issue", async () => {
      await page.goto("/organizations/acme/issues/?query=till");
      await page.click("text=RangeError: till is shut");
      await page.click("summary:has-text('Archive')");
      await page.click("button:has-text('For a day')");
      await page.waitForSelector("text=Archived by Olivia Owner until");
      await page.click("button:has-text('Reopen')");
      await page.waitForSelector("button:has-text('Resolve')");
      await page.click("summary:has-text('Nobody')");
      await page.click("button:has-text('Assign to me')");
      await page.waitForSelector("summary:has-text('Olivia Owner') >> nth=-1");
      await page.click("nav.tabs >> text=Activity");
      await page.getByLabel("Comment", { exact: true }).fill("looked at it\nit is the clock");
      await page.click("button:text-is('Comment')");
      await page.waitForSelector("text=it is the clock");
      const text = await page.textContent("main");
      for (const part of ["assigned it to Olivia Owner", "reopened it", "archived it until"]) {
        assert.ok(text.includes(part), `no ${part} in ${text}`);
      }
      await page.click("nav.tabs >> text=Grouping");
      await page.waitForSelector("text=Why this event is in this issue");
      await page.click("nav.tabs >> text=All events");
      assert.equal(await page.locator("tbody tr").count(), 4);
      await page.locator("tbody tr a").first().click();
      await page.click("text=JSON");
      await page.waitForSelector("h1:has-text('Event JSON')");
      assert.ok((await page.textContent(".json")).includes('"till is shut"'));
      const [download] = await Promise.all([page.waitForEvent("download"),
        page.click("text=Download")]);
      assert.match(download.suggestedFilename(), /^[0-9a-f]{32}\.json$/);
    });

    it("many issues are resolved at once", async () => {
      await page.goto("/organizations/acme/issues/");
      const boxes = page.locator(".issue-row input[type=checkbox]");
      const many = await boxes.count();
      assert.ok(many >= 2);
      for (let i = 0; i < many; ++i) await boxes.nth(i).check();
      await page.click(".bulk button:has-text('Resolve')");
      await page.waitForSelector("text=Done with all that were chosen.");
      await page.waitForSelector("text=Nothing here.");
      await page.goto("/organizations/acme/issues/?query=is:resolved");
      for (let i = 0; i < many; ++i) await boxes.nth(i).check();
      await page.click(".bulk button:has-text('Reopen')");
      await page.waitForSelector("text=Done with all that were chosen.");
    });

    it("a search that cannot be read says so", async () => {
      const answer = await page.request.get("/organizations/acme/issues/?query=level%3Aloud");
      assert.equal(answer.status(), 400);
      assert.ok((await answer.text()).includes("That search cannot be read"));
    });

    it("a stranger's key stores nothing, and the answer is the protocol's", async () => {
      const id = project.dsn.split("/").pop();
      const answer = await page.request.post(`/api/${id}/envelope/`, {
        headers: { "X-Sentry-Auth": `Sentry sentry_version=7, sentry_key=${"a".repeat(32)}` },
        data: "{}\n",
      });
      assert.equal(answer.status(), 403);
      assert.equal(answer.headers()["access-control-allow-origin"], "*");
      assert.ok((await answer.json()).detail);
    });

    it("somebody of another organization finds neither project nor issue", async () => {
      const other = await openWindow(browser, gatehouse);
      await signIn(other, "otto@other.example");
      for (const path of ["issues/", "projects/", "projects/shop/"]) {
        const answer = await other.request.get(`/organizations/acme/${path}`);
        assert.ok([403, 404].includes(answer.status()), `${path}: ${answer.status()}`);
      }
    });

    it("issues and projects fit a phone", async () => {
      await page.setViewportSize({ width: 360, height: 800 });
      await page.goto("/organizations/acme/issues/");
      const issue = await page.getAttribute(".list a.go", "href");
      await page.goto(`${issue}events/`);
      const event = await page.getAttribute("tbody a", "href");
      const tabs = ["events/", "activity/", "tags/", "tags/shop/", "similar/", "hashes/",
        "grouping/", "delete/", "discard/"];
      for (const path of ["/organizations/acme/issues/", "/organizations/acme/projects/",
        "/organizations/acme/projects/shop/", issue, ...tabs.map((tab) => issue + tab),
        event, `${event}json/`, `${event}grouping/`]) {
        await page.goto(path);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 360, `${path} is ${width} wide`);
      }
    });
  });
}
