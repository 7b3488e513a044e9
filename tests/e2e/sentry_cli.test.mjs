// sentry-cli against the real server: every command of a build, and a minified application whose
// errors show the source that was written.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";

import { build } from "esbuild";

import { HttpClient, trustProxy } from "./lib/http_client.mjs";
import { Gatehouse, engines, fillAcme } from "./lib/gatehouse.mjs";

const here = import.meta.dirname;
const cli = join(here, "node_modules/@sentry/cli-linux-x64/bin/sentry-cli");

const source = `import * as Sentry from "@sentry/node";

interface Cart { books: number }

function payForCart(cart: Cart): never {
  const total = cart.books * 20;
  throw new TypeError("card was refused for " + total); // the line to be found
}

class Checkout {
  finishOrder(cart: Cart) { return payForCart(cart); }
}

Sentry.init({ dsn: process.env.DSN, release: process.env.RELEASE });
try {
  new Checkout().finishOrder({ books: 2 });
} catch (error) {
  Sentry.captureException(error);
}
if (!(await Sentry.flush(10000))) process.exit(1);
`;

function run(file, args, options) {
  return new Promise((resolve) => {
    execFile(file, args, { encoding: "utf8", timeout: 60_000, ...options }, (error, stdout, stderr) =>
      resolve({ status: error ? error.code ?? 1 : 0, text: stdout + stderr }));
  });
}

for (const engine of engines) {
  describe(`sentry-cli on ${engine}`, { timeout: 240_000 }, () => {
    let gatehouse, project, token, folder, client;

    before(async () => {
      gatehouse = await Gatehouse.start({ engine, args: trustProxy, fill: (g) => {
        fillAcme(g);
        project = g.run(["project", "create", "--org", "acme", "--slug", "shop", "--platform", "node"]);
        token = g.createToken("olivia@acme.example", "org:read", "project:read", "project:releases",
          "event:read", "event:write", "alerts:read");
      } });
      client = new HttpClient(gatehouse);
      folder = mkdtempSync(join(tmpdir(), "gatehouse-cli-"));
      writeFileSync(join(folder, "shop.ts"), source);
    });
    after(async () => {
      await gatehouse?.close();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    async function sentry(...args) {
      const done = await run(cli, args, { cwd: folder, env: {
        HOME: folder, PATH: process.env.PATH, SENTRY_URL: `http://localhost:${gatehouse.port}/`,
        SENTRY_AUTH_TOKEN: token, SENTRY_ORG: "acme", SENTRY_PROJECT: "shop", SENTRY_DSN: project.dsn,
        SENTRY_DISABLE_UPDATE_CHECK: "1",
      } });
      assert.equal(done.status, 0, `sentry-cli ${args.join(" ")}: ${done.text}`);
      return done.text;
    }
    async function api(path, status = 200) {
      const answer = await client.request("GET", `/api/0/${path}`, {
        headers: { Authorization: `Bearer ${token}`, Cookie: "" } });
      assert.equal(answer.status, status, answer.text);
      return answer.json();
    }
    // Bundled and minified as a build does; returns the script.
    async function buildApplication(name) {
      const file = join(folder, name, `shop-${name}-${engine}-${process.pid}.mjs`);
      await build({
        entryPoints: [join(folder, "shop.ts")], outfile: file, bundle: true, minify: true,
        sourcemap: true, format: "esm", platform: "node", packages: "external", logLevel: "error",
      });
      return file;
    }
    // Beside the tests, where the SDK is found.
    async function runApplication(file, release) {
      const beside = join(here, basename(file));
      writeFileSync(beside, readFileSync(file));
      try {
        const done = await run(process.execPath, [beside], {
          env: { PATH: process.env.PATH, DSN: project.dsn, RELEASE: release } });
        assert.equal(done.status, 0, done.text);
      } finally {
        rmSync(beside);
      }
    }
    function assertShowsTheSource(event) {
      const [value] = event.exception.values;
      const text = JSON.stringify({ value, errors: event.errors }, null, 1);
      const frame = value.stacktrace.frames.at(-1);
      assert.equal(frame.function, "payForCart", text);
      assert.match(frame.filename, /shop\.ts$/);
      assert.equal(frame.lineno, 7);
      assert.match(frame.context_line, /the line to be found/);
      assert.equal(value.stacktrace.frames.at(-2).function, "Checkout.finishOrder", text);
      assert.notEqual(value.raw_stacktrace.frames.at(-1).function, "payForCart");
      assert.deepEqual((event.errors ?? []).filter((e) => e.type.startsWith("js_")), [], text);
    }
    async function eventOf(release) {
      for (let tries = 0; tries < 100; ++tries) {
        const events = await api("projects/acme/shop/events/?full=1");
        for (const one of events) {
          const event = await api(`projects/acme/shop/events/${one.eventID}/json/`);
          if (event.release === release) return event;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return assert.fail(`no event of ${release}`);
    }

    it("info and the lists of organizations and projects", async () => {
      assert.match(await sentry("info"), /olivia@acme\.example/);
      assert.match(await sentry("organizations", "list"), /acme/);
      assert.match(await sentry("projects", "list"), /shop/);
    });

    it("a wrong token is told so", async () => {
      const good = token;
      token = `ghp_${"0".repeat(40)}`;
      await assert.rejects(sentry("releases", "list"), /401/);
      token = good;
    });

    it("a release from its first to its last command", async () => {
      await sentry("releases", "new", "shop@1.0.0", "--url", "https://ci.example/1");
      await run("git", ["init", "-q", "."], { cwd: folder });
      await run("git", ["-c", "user.name=Ann", "-c", "user.email=ann@acme.example", "commit", "-q",
        "--allow-empty", "-m", "Pay with cards"], { cwd: folder });
      await sentry("releases", "set-commits", "shop@1.0.0", "--local");
      await sentry("releases", "finalize", "shop@1.0.0");
      await sentry("deploys", "new", "--release", "shop@1.0.0", "-e", "production", "-n", "first");
      assert.match(await sentry("deploys", "list", "--release", "shop@1.0.0"), /production/);
      assert.match(await sentry("releases", "list"), /shop@1\.0\.0/);
      assert.match(await sentry("releases", "info", "shop@1.0.0", "--show-commits"), /shop@1\.0\.0/);
      const release = await api("organizations/acme/releases/shop%401.0.0/");
      assert.ok(release.dateReleased);
      assert.equal(release.lastCommit.message.trim(), "Pay with cards");
      assert.equal(release.lastDeploy.environment, "production");
      assert.match(release.userAgent, /^sentry-cli\//);
      await sentry("releases", "archive", "shop@1.0.0");
      assert.equal((await api("organizations/acme/releases/shop%401.0.0/")).status, "archived");
      await sentry("releases", "restore", "shop@1.0.0");
      await sentry("releases", "new", "passing");
      await sentry("releases", "delete", "passing");
      await api("organizations/acme/releases/passing/", 404);
      assert.match(await sentry("repos", "list"), /organization-|\w/);
    });

    it("a minified application's error shows the source, by debug id", async () => {
      const file = await buildApplication("by-debug-id");
      await sentry("sourcemaps", "inject", join(folder, "by-debug-id"));
      const uploaded = await sentry("sourcemaps", "upload", "--wait", join(folder, "by-debug-id"));
      assert.match(uploaded, /Upload|upload/);
      await runApplication(file, "shop@2.0.0");
      const event = await eventOf("shop@2.0.0");
      assertShowsTheSource(event);
    });

    it("and by release and path, without debug ids", async () => {
      const file = await buildApplication("by-release");
      await sentry("sourcemaps", "upload", "--wait", "--release", "shop@3.0.0", "--url-prefix",
        `~${here}/`, join(folder, "by-release"));
      const [bundle] = await api("projects/acme/shop/files/artifact-bundles/");
      assert.equal(bundle.associations[0].release, "shop@3.0.0");
      await runApplication(file, "shop@3.0.0");
      assertShowsTheSource(await eventOf("shop@3.0.0"));
    });

    it("debug files, events and envelopes are sent", async () => {
      writeFileSync(join(folder, "shop.sym"),
        "MODULE Linux x86_64 C0DE00000000000000000000000000C00 shop\nFILE 0 a.c\nFUNC 1000 10 0 main\n");
      await sentry("debug-files", "upload", "--wait", join(folder, "shop.sym"));
      const [file] = await api("projects/acme/shop/files/dsyms/");
      assert.equal(file.symbolType, "breakpad");
      await sentry("send-event", "-m", "sent by hand", "-r", "shop@4.0.0");
      const event = await eventOf("shop@4.0.0");
      assert.equal(event.logentry.formatted ?? event.logentry.message, "sent by hand");
      const envelope = join(folder, "envelope");
      const body = JSON.stringify({ message: "in an envelope", release: "shop@5.0.0" });
      writeFileSync(envelope, `{"event_id":"${"ab".repeat(16)}"}\n{"type":"event"}\n${body}\n`);
      await sentry("send-envelope", envelope);
      await eventOf("shop@5.0.0");
    });

    it("issues are listed, muted, opened and resolved; events, logs and monitors are listed", async () => {
      await sentry("send-event", "-m", "to be muted", "-r", "shop@6.0.0", "-E", "environment:production");
      await eventOf("shop@6.0.0");
      const [issue] = await api("projects/acme/shop/issues/?query=%22to%20be%20muted%22");
      const listed = await sentry("issues", "list");
      assert.match(listed, new RegExp(issue.id));
      assert.match(listed, /to be muted/);
      const status = async () => (await api(`organizations/acme/issues/${issue.id}/`)).status;
      await sentry("issues", "mute", "-i", issue.id);
      assert.equal(await status(), "ignored");
      await sentry("issues", "unresolve", "-i", issue.id);
      assert.equal(await status(), "unresolved");
      await sentry("issues", "resolve", "-i", issue.id);
      assert.equal(await status(), "resolved");
      await sentry("issues", "unresolve", "-i", issue.id);
      await sentry("issues", "resolve", "--next-release", "-i", issue.id);
      const resolved = await api(`organizations/acme/issues/${issue.id}/`);
      assert.equal(resolved.statusDetails.inNextRelease, true);
      assert.match(await sentry("issues", "list", "--query", "is:resolved"), /to be muted/);
      const events = await sentry("events", "list", "--show-user", "--show-tags");
      assert.match(events, /to be muted/);
      assert.match(await sentry("logs", "list"), /No logs|Timestamp/i);
      await sentry("monitors", "list");
    });

    it("what needs a person explains itself, and the hook for shells is there", async () => {
      assert.match(await sentry("login", "--help"), /login/i);
      assert.match(await sentry("bash-hook"), /_SENTRY_TRACEBACK_FILE|trap/);
    });
  });
}
