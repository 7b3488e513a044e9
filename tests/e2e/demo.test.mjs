// The demonstration as a new user meets it: samples are there, and the script of the README puts a
// first error on the page.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { launchBrowser, openWindow, signIn } from "./lib/browser.mjs";
import { Gatehouse, password } from "./lib/gatehouse.mjs";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

describe("the demonstration", { timeout: 180_000 }, () => {
  let gatehouse, browser, page, folder;
  before(async () => {
    gatehouse = await Gatehouse.start({ args: ["--demo"] });
    folder = mkdtempSync(join(tmpdir(), "gatehouse-demo-"));
    symlinkSync(join(import.meta.dirname, "node_modules"), join(folder, "node_modules"));
    browser = await launchBrowser();
    page = await openWindow(browser, gatehouse);
    await signIn(page, "olivia@acme.example");
  });
  after(async () => {
    await browser?.close();
    await gatehouse?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function shows(path, ...parts) {
    let text = "";
    for (let tries = 0; tries < 50; ++tries) {
      await page.goto(path);
      text = await page.textContent("main");
      if (parts.every((part) => text.includes(part))) return text;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.fail(`${path} never showed ${parts}: ${text}`);
  }

  it("has issues, transactions, releases, logs, a monitor and feedback", async () => {
    assert.equal(password, "teapot-lantern-42-orbit");
    await shows("/organizations/acme/issues/", "PaymentError", "TypeError", "Only 2 copies left");
    await shows("/organizations/acme/transactions/", "POST /checkout");
    await shows("/organizations/acme/releases/", "1.4.0", "1.3.9");
    await shows("/organizations/acme/releases/shop@1.4.0/", "Median length", "Mean length");
    await shows("/organizations/acme/logs/", "bank answered after 900 ms");
    await shows("/organizations/acme/monitors/", "nightly-stock-count");
    await shows("/organizations/acme/feedback/", "I clicked Pay three times");
    await shows("/organizations/acme/stats/", "Errors", "Accepted");
    assert.deepEqual(page.problems, []);
  });

  it("the README's script puts its error on the page", async () => {
    const dsn = /export DSN=(\S+)/.exec(gatehouse.log)?.[1];
    assert.ok(dsn, gatehouse.log);
    assert.ok((await shows("/organizations/acme/projects/shop/", "DSN")).includes(dsn));
    const script = /<<'JS'\n([\s\S]*?)\nJS\n/.exec(readme)[1];
    writeFileSync(join(folder, "hello.mjs"), script);
    const ended = spawnSync(process.execPath, ["hello.mjs"],
      { cwd: folder, encoding: "utf8", env: { ...process.env, DSN: dsn } });
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    await shows("/organizations/acme/issues/", "toUpperCase");
    await page.click("a:has-text('toUpperCase')");
    await page.waitForSelector("h1");
    assert.ok((await page.textContent("main")).includes("greet"));
  });

  it("the pages of the project, its settings and the usage fit a phone", async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    const shop = "/organizations/acme/projects/shop/";
    for (const path of [shop, `${shop}?platform=go`, ...["", "keys/", "filters/", "privacy/",
      "grouping/", "files/"].map((name) => `${shop}settings/${name}`),
    "/organizations/acme/settings/events/", "/organizations/acme/settings/events/privacy/",
    "/organizations/acme/stats/?period=30d"]) {
      assert.equal((await page.goto(path)).status(), 200, path);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 360, `${path} is ${width} wide`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it("a page that waits for its first event sees it come", async () => {
    await page.goto("/organizations/acme/projects/");
    await page.fill("#name", "Till");
    await page.click("button:has-text('Create project')");
    await page.waitForSelector("text=Waiting for the first event");
    await page.goto("/organizations/acme/projects/till/?platform=other");
    const command = await page.textContent(".snippet");
    if (spawnSync("curl", ["--version"]).status === 0) {
      assert.equal(spawnSync("sh", ["-c", command]).status, 0, command);
    } else {
      const [, url, body] = /curl '([^']+)'[\s\S]*-d '([^']+)'/.exec(command);
      assert.equal((await fetch(url, { method: "POST", body })).status, 200);
    }
    await page.waitForSelector("text=Events are arriving");
    assert.deepEqual(page.problems, []);
  });

  it("starting again sends nothing twice", async () => {
    const count = () => gatehouse.query("SELECT sum(times_seen) AS n FROM issues")[0].n;
    const before = count();
    await gatehouse.stop();
    await gatehouse.launch();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.equal(count(), before);
  });
});
