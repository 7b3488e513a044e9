// Official SDKs, newest and old, in Node and in a browser: what the application threw is what the API
// and the pages show.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { build } from "esbuild";

import { launchBrowser, openWindow, signIn } from "./lib/browser.mjs";
import { Gatehouse, engines, fillAcme } from "./lib/gatehouse.mjs";

const release = "shop@2.1.0";
const environment = "staging";

// The application: a file of its own, so that frames have places and lines.
const shop = (head) => `${head}
const ids = {};
Sentry.init({
  dsn: process.env.DSN, release: "${release}", environment: "${environment}", tracesSampleRate: 1,
  ...JSON.parse(process.env.OPTIONS ?? "{}"),
  beforeSendTransaction(event) { ids.transaction = event.event_id; return event; },
});
Sentry.setUser({ id: "7", email: "vera@shop.example" });
Sentry.setTag("till", "north");
Sentry.setContext("order", { number: 42 });
Sentry.addBreadcrumb({ category: "cart", message: "two books" });

function chargeCard(amount) {
  if (amount > 10) throw new TypeError("card was refused");
}
if (process.env.CRASH) {
  setTimeout(() => chargeCard(13), 10);
} else {
  try { chargeCard(12); } catch (error) { ids.handled = Sentry.captureException(error); }
  Sentry.withScope((scope) => {
    scope.addAttachment({ filename: "receipt.txt", data: "two books", contentType: "text/plain" });
    ids.attached = Sentry.captureMessage("receipt printed");
  });
  Sentry.startSpan({ name: "GET /checkout", op: "http.server" }, () =>
    Sentry.startSpan({ name: "SELECT books", op: "db" }, () => {}));
  if (Sentry.captureFeedback) {
    Sentry.captureFeedback({ message: "The till is slow", name: "Vera", email: "vera@shop.example",
      associatedEventId: ids.handled });
  }
  Sentry.logger?.warn("stock is low", { shelf: 3 });
  Sentry.captureCheckIn({ monitorSlug: "nightly-" + process.env.SLUG, status: "ok" },
    { schedule: { type: "crontab", value: "0 3 * * *" } });
  Sentry.endSession();
  if (!(await Sentry.flush(10000))) process.exit(3);
  console.log(JSON.stringify(ids));
}
`;
const flavours = [
  { name: "@sentry/node", head: `import * as Sentry from "@sentry/node";`, sdk: /^11\./,
    streams: true, logs: true, feedback: true },
  { name: "@sentry/node 7", head: `import Sentry from "@sentry/node-7";`, sdk: /^7\./ },
];

// What a browser loads: the SDK as its package has it, and a page with a button that breaks.
const page = (options) => `<!doctype html><title>Shop</title><button id="pay">Pay</button>
<script src="/sentry.js"></script><script>
Sentry.init(Object.assign({ release: "${release}", environment: "${environment}", sendClientReports: true,
  tracesSampleRate: 1, traceLifecycle: "static", integrations: [Sentry.browserTracingIntegration()],
  beforeSendTransaction: (event) => { window.transaction = event.event_id; return event; },
}, ${JSON.stringify(options)}));
Sentry.setUser({ id: "8" });
Sentry.setTag("till", "web");
</script><script src="/shop.js"></script>`;
const script = `function addUp(basket) {
  return basket.price.amount;
}
document.getElementById("pay").addEventListener("click", () => { addUp({}); });
window.handled = () => {
  try { throw new RangeError("too many books"); } catch (error) { return Sentry.captureException(error); }
};
`;

function serve(pages) {
  return new Promise((resolve) => {
    const server = createServer((request, response) => {
      const found = pages[new URL(request.url, "http://x").pathname];
      if (!found) return response.writeHead(404).end();
      response.writeHead(200, { "Content-Type": found.type, "Cache-Control": "no-store" });
      response.end(found.body());
    });
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

for (const engine of engines) {
  describe(`official SDKs on ${engine}`, { timeout: 300_000 }, () => {
    let gatehouse, browser, folder, token, site;
    const project = {};

    before(async () => {
      gatehouse = await Gatehouse.start({ engine, fill: fillAcme });
      token = gatehouse.createToken("olivia@acme.example", "event:read", "project:read", "org:read");
      folder = mkdtempSync(join(tmpdir(), "gatehouse-sdk-"));
      symlinkSync(join(import.meta.dirname, "node_modules"), join(folder, "node_modules"));
      browser = await launchBrowser();
    });
    after(async () => {
      await browser?.close();
      site?.close();
      await gatehouse?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const create = (slug, platform) => (project[slug] = gatehouse.run(["project", "create",
      "--org", "acme", "--slug", slug, "--platform", platform]));

    // A script of its own process; its ids, or how it ended.
    function run(slug, head, env = {}) {
      const file = join(folder, `${slug}.mjs`);
      writeFileSync(file, shop(head));
      const ended = spawnSync(process.execPath, [file], { cwd: folder, encoding: "utf8",
        env: { ...process.env, DSN: project[slug].dsn, SLUG: slug, ...env } });
      if (env.CRASH) return ended;
      assert.equal(ended.status, 0, ended.stdout + ended.stderr);
      return JSON.parse(ended.stdout.trim().split("\n").at(-1));
    }

    async function get(path, status = 200) {
      const answer = await fetch(`${gatehouse.url}/api/0/${path}`,
        { headers: { Authorization: `Bearer ${token}` } });
      if (status && answer.status !== status) assert.fail(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.status === 200 ? answer.json() : undefined;
    }
    async function until(what, probe) {
      for (let tries = 0; tries < 100; ++tries) {
        const found = await probe();
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.fail(`never: ${what}`);
    }
    const event = (slug, id) => until(`event ${id}`, () =>
      get(`projects/acme/${slug}/events/${id}/`, null));
    const items = (slug, type, count = 1) => until(`${count} of ${type}`, async () => {
      const list = await get(`projects/acme/${slug}/items/?type=${type}`);
      return list.length >= count && list;
    });
    const entry = (shown, type) => shown.entries.find((one) => one.type === type)?.data;
    const tag = (shown, key) => shown.tags.find((one) => one.key === key)?.value;
    async function sessions(slug) {
      const answer = await get(`organizations/acme/sessions/?field=sum(session)&groupBy=session.status` +
        `&groupBy=release&project=${project[slug].id}&statsPeriod=1d`);
      return Object.fromEntries(answer.groups.filter((group) => group.by.release === release)
        .map((group) => [group.by["session.status"], group.totals["sum(session)"]]));
    }
    async function shown(path) {
      const window = await openWindow(browser, gatehouse);
      await signIn(window, "olivia@acme.example");
      await window.goto(path);
      const text = await window.textContent("main");
      assert.deepEqual(window.problems, []);
      await window.context().close();
      return text;
    }

    for (const [index, flavour] of flavours.entries()) {
      describe(flavour.name, () => {
        const slug = `shop-${index}`;
        let ids;
        before(() => {
          create(slug, "node");
          ids = run(slug, flavour.head);
        });

        it("a handled error has its type, value, frames, breadcrumb, user, tags and release", async () => {
          const error = await event(slug, ids.handled);
          const [value] = entry(error, "exception").values;
          assert.equal(value.type, "TypeError");
          assert.equal(value.value, "card was refused");
          assert.equal(value.mechanism.handled, true);
          const frame = value.stacktrace.frames.at(-1);
          assert.equal(frame.function, "chargeCard");
          assert.ok(frame.absPath.endsWith(`${slug}.mjs`), frame.absPath);
          const [, line] = frame.context.find(([number]) => number === frame.lineNo);
          assert.ok(line.includes(`throw new TypeError("card was refused")`), line);
          assert.ok(frame.inApp);
          const crumbs = entry(error, "breadcrumbs").values;
          assert.ok(crumbs.some((crumb) => crumb.message === "two books" && crumb.category === "cart"));
          assert.equal(error.user.id, "7");
          assert.equal(error.user.email, "vera@shop.example");
          assert.equal(error.contexts.order.number, 42);
          assert.equal(tag(error, "till"), "north");
          assert.equal(tag(error, "release"), release);
          assert.equal(tag(error, "environment"), environment);
          assert.equal(error.release.version, release);
          assert.equal(error.sdk.name, "sentry.javascript.node");
          assert.match(error.sdk.version, flavour.sdk);
          assert.deepEqual(error.errors, []);
        });

        it("its page shows the same", async () => {
          const error = await event(slug, ids.handled);
          const text = await shown(`/organizations/acme/issues/${error.groupID}/`);
          for (const part of ["TypeError", "card was refused", "chargeCard", "two books", "north",
            release, environment]) {
            assert.ok(text.includes(part), `no ${part} in ${text}`);
          }
        });

        it("an error that nobody handles ends the process and arrives first", async () => {
          const ended = run(slug, flavour.head, { CRASH: "1" });
          assert.equal(ended.status, 1, ended.stdout + ended.stderr);
          const list = await until("the crash", async () => {
            const found = await get(`projects/acme/${slug}/events/?full=1`);
            return found.some((one) => tag(one, "handled") === "no") && found;
          });
          const crash = list.find((one) => tag(one, "handled") === "no");
          const [value] = entry(crash, "exception").values;
          assert.equal(value.mechanism.handled, false);
          assert.equal(value.value, "card was refused");
          assert.equal(tag(crash, "level"), "fatal");
        });

        it("a session that ended well and one that crashed", async () => {
          const counts = await until("both sessions", async () => {
            const found = await sessions(slug);
            return found.crashed >= 1 && found.healthy + found.errored >= 1 && found;
          });
          assert.equal(counts.crashed, 1);
        });

        it("an attachment comes back byte for byte", async () => {
          await event(slug, ids.attached);
          const path = `projects/acme/${slug}/events/${ids.attached}/attachments/`;
          const [attachment] = await until("the attachment", async () => {
            const list = await get(path);
            return list.length > 0 && list;
          });
          assert.equal(attachment.name, "receipt.txt");
          assert.equal(attachment.mimetype, "text/plain");
          const answer = await fetch(`${gatehouse.url}/api/0/${path}${attachment.id}/?download=1`,
            { headers: { Authorization: `Bearer ${token}` } });
          assert.equal(await answer.text(), "two books");
        });

        it("a transaction has its child span", async () => {
          const { transaction } = flavour.streams
            ? run(slug, flavour.head, { OPTIONS: JSON.stringify({ traceLifecycle: "static" }) }) : ids;
          const stored = await event(slug, transaction);
          assert.equal(stored.type, "transaction");
          assert.equal(stored.title, "GET /checkout");
          assert.equal(stored.contexts.trace.op, "http.server");
          const [span] = entry(stored, "spans").filter((one) => one.op === "db");
          assert.equal(span.description, "SELECT books");
          assert.equal(span.parent_span_id, stored.contexts.trace.span_id);
        });

        it("a check-in makes its monitor", async () => {
          const monitor = await until("the monitor", () =>
            get(`organizations/acme/monitors/nightly-${slug}/`, null));
          assert.equal(monitor.config.schedule, "0 3 * * *");
        });

        if (flavour.streams) {
          it("streamed spans are kept with their parents", async () => {
            const spans = await items(slug, "span", 2);
            const find = (name) => spans.find((one) => one.payload.name === name)?.payload;
            assert.ok(find("GET /checkout"), JSON.stringify(spans));
            assert.equal(find("SELECT books").parent_span_id, find("GET /checkout").span_id);
          });
        }
        if (flavour.logs) {
          it("a log has its level and attributes", async () => {
            const [log] = await items(slug, "log");
            assert.equal(log.text, "stock is low");
            assert.equal(log.payload.level, "warn");
            assert.equal(log.payload.attributes.shelf.value, 3);
          });
        }
        if (flavour.feedback) {
          it("feedback names the error it is about", async () => {
            const said = await until("the feedback", async () =>
              (await items(slug, "feedback")).map((one) => one.payload.contexts.feedback)
                .find((one) => one.associated_event_id === ids.handled));
            assert.equal(said.message, "The till is slow");
            assert.equal(said.contact_email, "vera@shop.example");
          });
        }

        it("through the tunnel, with no key but the one in the envelope", async () => {
          const sent = run(slug, flavour.head,
            { OPTIONS: JSON.stringify({ tunnel: `${gatehouse.url}/tunnel` }) });
          const error = await event(slug, sent.handled);
          assert.equal(entry(error, "exception").values[0].value, "card was refused");
        });
      });
    }

    describe("@sentry/browser in Chromium, from another origin", () => {
      const slug = "web";
      let origin, options;
      before(async () => {
        create(slug, "javascript");
        const bundle = await build({ bundle: true, write: false, format: "iife", globalName: "Sentry",
          minify: true, stdin: { contents: `export * from "@sentry/browser";`,
            resolveDir: import.meta.dirname } });
        const text = bundle.outputFiles[0].text;
        site = await serve({
          "/": { type: "text/html", body: () => page(options) },
          "/sentry.js": { type: "text/javascript", body: () => text },
          "/shop.js": { type: "text/javascript", body: () => script },
        });
        origin = `http://127.0.0.1:${site.address().port}`;
      });

      async function visit(settings, deeds) {
        options = { dsn: project[slug].dsn, ...settings };
        const context = await browser.newContext();
        const window = await context.newPage();
        const blocked = [];
        window.on("requestfailed", (request) => blocked.push(request.url()));
        await window.goto(`${origin}/`);
        const result = await deeds(window);
        assert.equal(await window.evaluate(() => Sentry.flush(10000)), true);
        await context.close();
        assert.deepEqual(blocked, []);
        return result;
      }
      const withValue = (value) => until(value, async () =>
        (await get(`projects/acme/${slug}/events/?full=1`)).find((one) => one.title.includes(value)));

      it("an unhandled error has type, function, file and the click before it", async () => {
        await visit({}, async (window) => {
          await window.click("#pay");
          await window.waitForTimeout(300);
        });
        const error = await withValue("amount");
        const [value] = entry(error, "exception").values;
        assert.equal(value.type, "TypeError");
        assert.equal(value.mechanism.handled, false);
        const frame = value.stacktrace.frames.at(-1);
        assert.equal(frame.function, "addUp");
        assert.equal(frame.absPath, `${origin}/shop.js`);
        assert.equal(frame.lineNo, 2);
        const crumbs = entry(error, "breadcrumbs").values;
        assert.ok(crumbs.some((crumb) => crumb.category === "ui.click" && crumb.message.includes("#pay")));
        assert.equal(error.user.id, "8");
        assert.equal(tag(error, "till"), "web");
        assert.equal(tag(error, "environment"), environment);
        assert.equal(tag(error, "release"), release);
        assert.match(tag(error, "browser"), /Chrom/);
        assert.equal(entry(error, "request").url, `${origin}/`);
        const text = await shown(`/organizations/acme/issues/${error.groupID}/`);
        for (const part of ["TypeError", "addUp", "shop.js", release]) {
          assert.ok(text.includes(part), `no ${part} in ${text}`);
        }
      });

      it("a handled error, an attachment and feedback", async () => {
        const id = await visit({}, (window) => window.evaluate(() => {
          const id = window.handled();
          Sentry.withScope((scope) => {
            scope.addAttachment({ filename: "basket.json", data: "{}", contentType: "application/json" });
            window.attached = Sentry.captureMessage("basket kept");
          });
          Sentry.captureFeedback({ message: "Cannot pay", associatedEventId: id });
          return { handled: id, attached: window.attached };
        }));
        const error = await event(slug, id.handled);
        const [value] = entry(error, "exception").values;
        assert.equal(value.value, "too many books");
        assert.notEqual(value.mechanism?.handled, false);
        const [attachment] = await until("the attachment", async () => {
          const list = await get(`projects/acme/${slug}/events/${id.attached}/attachments/`);
          return list.length > 0 && list;
        });
        assert.equal(attachment.name, "basket.json");
        const [feedback] = await items(slug, "feedback");
        assert.equal(feedback.payload.contexts.feedback.message, "Cannot pay");
      });

      it("loading the page is a transaction with spans, and a session", async () => {
        const id = await visit({}, async (window) => {
          await window.waitForFunction(() => window.transaction, null, { timeout: 40_000 });
          return window.evaluate(() => window.transaction);
        });
        const stored = await event(slug, id);
        assert.equal(stored.contexts.trace.op, "pageload");
        assert.ok(entry(stored, "spans").length > 0);
        const counts = await until("the sessions", async () => {
          const found = await sessions(slug);
          return found.healthy >= 1 && found;
        });
        assert.ok(counts.healthy >= 1);
      });

      it("through the tunnel", async () => {
        const id = await visit({ tunnel: `${gatehouse.url}/tunnel` },
          (window) => window.evaluate(() => window.handled()));
        const error = await event(slug, id);
        assert.equal(entry(error, "exception").values[0].type, "RangeError");
      });
    });
  });
}
