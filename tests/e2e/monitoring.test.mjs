// An official SDK sends everything that is no error, and the pages show it: transactions with their
// spans, traces, releases with their health, logs, metrics, crons and their incidents, feedback.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, it } from "node:test";

import { launchBrowser, openWindow, signIn, waitForText } from "./lib/browser.mjs";
import { Gatehouse, engines, fillAcme } from "./lib/gatehouse.mjs";
import { sendWithSdk } from "./lib/sdk.mjs";

const base = "/organizations/acme/";

for (const engine of engines) {
  describe(`monitoring on ${engine}`, { timeout: 300_000 }, () => {
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

    function send(code) {
      sendWithSdk(project.dsn, code,
        { tracesSampleRate: 1, enableLogs: true, _experiments: { enableMetrics: true } });
    }
    async function shows(...texts) {
      const text = await page.textContent("main");
      for (const part of texts) assert.ok(text.includes(part), `no ${part} in ${text}`);
    }

    it("every page is there before anything was sent, and says how to begin", async () => {
      for (const [path, text] of [["transactions/", "tracesSampleRate"], ["releases/", "sentry-cli"],
        ["logs/", "enableLogs"], ["monitors/", "sentry-cli monitors run"],
        ["feedback/", "captureFeedback"], ["replays/", "replayIntegration"]]) {
        await page.goto(base + path);
        await shows(text);
      }
    });

    it("a transaction is a tree of spans, in a trace with its error and its log", async () => {
      send(`
        await Sentry.startSpan({ name: "GET /checkout", op: "http.server" }, async () => {
          await Sentry.startSpan({ name: "SELECT * FROM cart", op: "db.query" },
            () => new Promise((done) => setTimeout(done, 30)));
          await Sentry.startSpan({ name: "call the bank", op: "http.client" }, async () => {
            await Sentry.startSpan({ name: "sign", op: "function" }, () => {});
            Sentry.captureException(new TypeError("bank is closed"));
          });
          Sentry.logger.info("order was placed", { order: 4711 });
        });`);
      await waitForText(page, `${base}transactions/`, "GET /checkout");
      await page.click("text=GET /checkout");
      await shows("shop@1.0.0", "production", "p95");
      // An SDK that sends its spans one by one has no transaction: its trace says it all.
      await page.click("tbody a time");
      await shows("GET /checkout", "http.server", "SELECT * FROM cart", "db.query",
        "call the bank", "sign", "bank is closed", "order was placed", "1 error");
      assert.ok((await page.locator(".spans rect").count()) >= 6);
      await page.click("text=TypeError: bank is closed");
      assert.match(page.url(), /\/issues\//);
    });

    it("a transaction of an older SDK has a page of its own", async () => {
      execFileSync(process.execPath, ["-e", `const Sentry = require("@sentry/node-7");
        Sentry.init({ dsn: ${JSON.stringify(project.dsn)}, release: "shop@0.9.0",
          environment: "staging", tracesSampleRate: 1 });
        (async () => {
          const all = Sentry.startTransaction({ name: "import books", op: "task" });
          all.startChild({ op: "db", description: "INSERT INTO books" }).finish();
          all.setMeasurement("books", 120, "none");
          all.setStatus("internal_error");
          all.finish();
          if (!(await Sentry.flush(10000))) process.exit(1);
        })();`], { cwd: import.meta.dirname, stdio: "pipe" });
      await waitForText(page, `${base}transactions/`, "import books");
      await page.click("text=import books");
      await shows("internal_error", "staging");
      await page.click("tbody a time");
      await shows("INSERT INTO books", "task", "books", "120", "shop@0.9.0");
      await page.click("main header a:has(code)");
      await shows("1 transaction", "INSERT INTO books");
    });

    it("logs are found by their words and lead to their trace", async () => {
      await waitForText(page, `${base}logs/`, "order was placed");
      await page.fill("#query", "PLACED");
      await page.selectOption("#level", "info");
      await page.click("button:has-text('Show')");
      await shows("order was placed", "4711", "production");
      await page.goto(`${base}logs/?level=error`);
      assert.ok(!(await page.textContent("main")).includes("order was placed"));
    });

    it("a release shows how its sessions ended", async () => {
      send(`
        for (let i = 0; i < 3; ++i) { Sentry.startSession(); Sentry.endSession(); }
        Sentry.startSession(); Sentry.captureSession();
        Sentry.getIsolationScope().getSession().status = "crashed";
        Sentry.getIsolationScope().getSession().errors = 1;
        Sentry.captureSession(true);`);
      await waitForText(page, `${base}releases/`, "Crash-free sessions");
      await page.click("text=shop@1.0.0");
      await shows("Sessions", "Median length", "Issues first seen in it", "bank is closed");
      await page.click("text=14 days");
      assert.ok((await page.locator("svg.health-chart path").count()) === 3);
      await page.click("button:has-text('Finish')");
      await shows("finished just now");
      await page.click("button:has-text('Archive')");
      await shows("Archived");
      await page.click("button:has-text('Restore')");
      assert.ok(!(await page.textContent("h1")).includes("Archived"));
    });

    it("a job that fails is an issue, and no longer one when it recovers", async () => {
      await page.goto(`${base}monitors/`);
      await page.click("text=New monitor");
      await page.fill("#name", "Nightly backup");
      await page.fill("#crontab", "30 3 * * *");
      await page.click("button:has-text('Save')");
      await shows("Every day at 03:30", "It has not checked in yet",
        "sentry-cli monitors run nightly-backup");
      const monitor = page.url();
      send(`Sentry.captureCheckIn({ monitorSlug: "nightly-backup",
        status: "error", duration: 1.5 });`);
      await waitForText(page, monitor, "Failed");
      await shows("1.50 s", "0 of the last 1 run went well");
      await waitForText(page, `${base}issues/?query=`, "Monitor failure: nightly-backup", 200);
      send(`Sentry.captureCheckIn({ monitorSlug: "nightly-backup",
        status: "ok" });`);
      await waitForText(page, monitor, "1 of the last 2 runs went well");
      await waitForText(page, `${base}issues/?query=is%3Aresolved`, "Monitor failure: nightly-backup", 200);
      await page.goto(monitor);
      await page.click("button[aria-label='Mute production']");
      await shows("Muted");
      send(`Sentry.captureCheckIn({ monitorSlug: "nightly-backup", status: "error" });`);
      await waitForText(page, monitor, "1 of the last 3 runs went well");
      await page.click("button[aria-label='Unmute production']");
      await page.click("header button:has-text('Mute')");
      await shows("makes no issue and no mail");
      await page.click("header button:has-text('Unmute')");
      assert.ok(!(await page.textContent("main")).includes("Muted"));
      await page.click("button:has-text('Pause')");
      await shows("Paused");
      await page.click("text=Delete this monitor");
      await page.click("button:has-text('Delete it')");
      await shows("No monitors yet");
    });

    it("feedback and reports are one list", async () => {
      send(`
        const eventId = Sentry.captureException(new Error("cart is gone"));
        Sentry.captureFeedback({ message: "where is my cart?", name: "Ann", email: "ann@example.com",
          associatedEventId: eventId },
          { attachments: [{ filename: "shot.txt", data: "pixels" }] });`);
      // With the link: the error may be saved a moment later than the words about it.
      await waitForText(page, `${base}feedback/`, "The error it is about");
      await shows("where is my cart?", "Ann", "ann@example.com", "shot.txt");
      await page.click("text=The error it is about");
      await shows("cart is gone");
    });

    it("nothing is wider than a phone", async () => {
      send(`Sentry.captureCheckIn({ monitorSlug: "hourly", status: "ok" },
        { schedule: { type: "crontab", value: "0 * * * *" } });`);
      await waitForText(page, `${base}monitors/`, "hourly");
      const monitor = await page.locator(".monitor a").first().getAttribute("href");
      await page.goto(monitor);
      await page.click("button[aria-label='Mute production']");
      await page.click("header button:has-text('Mute')");
      await page.goto(`${base}transactions/?query=import`);
      const names = await page.locator("tbody a").first().getAttribute("href");
      await page.goto(names);
      const transaction = await page.locator("tbody a").first().getAttribute("href");
      await page.goto(transaction);
      const trace = await page.locator("main header a:has(code)").getAttribute("href");
      await page.setViewportSize({ width: 360, height: 740 });
      for (const path of [`${base}transactions/`, names, transaction, trace, `${base}releases/`,
        `${base}releases/shop%401.0.0/`, `${base}logs/`, `${base}logs/?tab=metrics`,
        `${base}monitors/`, monitor, `${monitor}edit/`, `${base}monitors/new/`, `${base}feedback/`,
        `${base}replays/`]) {
        await page.goto(path);
        const wide = await page.evaluate(() =>
          document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(wide, 0, `${path} is ${wide} px too wide`);
      }
      assert.deepEqual(page.problems, []);
    });
  });
}
