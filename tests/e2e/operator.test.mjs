// What the person at the host's shell meets: every sub-command as text and as JSON, refusals of wrong
// options, the first start, signals.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { Gatehouse, fillAcme, freePort, password } from "./lib/gatehouse.mjs";
import { HttpClient } from "./lib/http_client.mjs";
import { ScriptedProvider } from "./lib/scripted_provider.mjs";

const binary = process.env.GATEHOUSE_TEST_BINARY;
const cleanEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("GATEHOUSE_")));

const folders = [];
function folder() {
  const path = mkdtempSync(join(tmpdir(), "gatehouse-operator-"));
  folders.push(path);
  return path;
}
after(() => { for (const path of folders) rmSync(path, { recursive: true, force: true }); });

function run(args, { env = {}, input = "", cwd } = {}) {
  const { status, stdout, stderr } = spawnSync(binary, args, {
    env: { ...cleanEnv, ...env }, input, cwd, encoding: "utf8", timeout: 5_000,
  });
  return { status, stdout, stderr };
}

describe("sub-commands", { timeout: 60_000 }, () => {
  const data = folder();
  const here = ["--data", data];
  const both = (args, input) => {
    const [first, second] = args;
    const text = run([...first, ...here], { input });
    assert.equal(text.status, 0, text.stderr);
    assert.equal(text.stderr, "");
    const json = run([...second, ...here, "--json"], { input });
    assert.equal(json.status, 0, json.stderr);
    assert.equal(json.stderr, "");
    assert.ok(json.stdout.endsWith("\n") && json.stdout.trim().split("\n").length === 1);
    return [text.stdout, JSON.parse(json.stdout)];
  };

  it("migrate creates the schema, and a second time changes nothing", () => {
    const [text, json] = both([["migrate"], ["migrate"]]);
    assert.match(text, /^control: \d+$/m);
    assert.match(text, /^region: \d+$/m);
    assert.ok(json.control >= 1 && json.region >= 1);
    assert.equal(statSync(join(data, "gatehouse.db")).mode & 0o077, 0, "readable by others");
  });

  it("user create", () => {
    const make = (email) => ["user", "create", "--email", email, "--name", "Ada", "--password-stdin"];
    const [text, json] = both([make("ada@acme.example"), make("bea@acme.example")], `${password}\n`);
    assert.match(text, /^email: ada@acme\.example$/m);
    assert.equal(json.email, "bea@acme.example");
    assert.match(json.id, /^\d+$/);
    assert.equal(statSync(data).mode & 0o777, 0o700);
    assert.equal(statSync(join(data, "keys.txt")).mode & 0o077, 0);
    assert.equal(statSync(join(data, "gatehouse.db")).mode & 0o077, 0);
  });

  it("org create, member add, token create", () => {
    const org = (slug) => ["org", "create", "--slug", slug, "--name", "Acme", "--owner", "ada@acme.example"];
    const [orgText, orgJson] = both([org("acme"), org("acme-2")]);
    assert.match(orgText, /^slug: acme$/m);
    assert.equal(orgJson.owner, "ada@acme.example");
    const add = (slug) => ["member", "add", "--org", slug, "--email", "bea@acme.example", "--role", "manager"];
    const [memberText, memberJson] = both([add("acme"), add("acme-2")]);
    assert.match(memberText, /^role: manager$/m);
    assert.equal(memberJson.org, "acme-2");
    const token = ["token", "create", "--user", "bea@acme.example", "--scope", "org:read", "--scope", "member:read", "--days", "7"];
    const [tokenText, tokenJson] = both([token, token]);
    assert.match(tokenText, /^token: ghp_\S{40,}$/m);
    assert.match(tokenJson.token, /^ghp_\S{40,}$/);
    assert.deepEqual(tokenJson.scopes, ["org:read", "member:read"]);
    assert.notEqual(/ghp_\S+/.exec(tokenText)[0], tokenJson.token);
  });

  it("what cannot be done exits with 1 and says why, as text or JSON", () => {
    const cases = [
      [["user", "create", "--email", "cy@acme.example", "--name", "Cy", "--password-stdin"], "password_policy", "short\n"],
      [["user", "create", "--email", "not-an-address", "--name", "Cy"], "email_invalid"],
      [["org", "create", "--slug", "acme", "--name", "Again", "--owner", "ada@acme.example"], "slug_taken"],
      [["org", "create", "--slug", "No Slug", "--name", "Bad", "--owner", "ada@acme.example"], "slug_invalid"],
      [["org", "create", "--slug", "lost", "--name", "Lost", "--owner", "nobody@acme.example"], "user_not_found"],
      [["user", "reset-factors", "--email", "ada@acme.example"], "no_factor"],
      [["user", "reset-factors", "--email", "nobody@acme.example"], "user_not_found"],
      [["member", "add", "--org", "nowhere", "--email", "bea@acme.example"], "organization_not_found"],
      [["member", "add", "--org", "acme", "--email", "bea@acme.example", "--role", "king"], "role_unknown"],
      [["token", "create", "--user", "bea@acme.example", "--scope", "all:power"], "scope_unknown"],
      [["sso", "unlock", "--org", "acme"], "sso_not_configured"],
    ];
    for (const [args, reason, input] of cases) {
      const text = run([...args, ...here], { input });
      assert.equal(text.status, 1, args.join(" "));
      assert.equal(text.stdout, "");
      const [said, code] = text.stderr.split("\n");
      assert.match(said, /^gatehouse: [A-Z].{10,}\.$/, "a sentence");
      assert.ok(code.startsWith(`  ${reason}`), text.stderr);
      const json = run([...args, ...here, "--json"], { input });
      assert.equal(json.status, 1);
      assert.equal(JSON.parse(json.stderr).error, reason);
      assert.equal(`gatehouse: ${JSON.parse(json.stderr).message}`, said);
    }
  });

  it("member add says when somebody is a member already, and changes no role", () => {
    const add = (role) => ["member", "add", "--org", "acme", "--email", "bea@acme.example", "--role", role];
    const [, same] = both([add("manager"), add("manager")]);
    assert.equal(same.already_member, true);
    const other = run([...add("member"), ...here, "--json"]);
    assert.equal(other.status, 1, other.stdout);
    const refusal = JSON.parse(other.stderr);
    assert.equal(refusal.error, "already_member");
    assert.match(refusal.detail, /manager/);
    assert.equal(both([add("manager"), add("manager")])[1].role, "manager");
  });

  it("routes and keys new print JSON, too", () => {
    const routes = JSON.parse(run(["routes", "--json"]).stdout);
    assert.ok(routes.some((r) => r.path === "/api/0/auth/" && r.method === "GET" && r.who));
    const { line } = JSON.parse(run(["keys", "new", "--json"]).stdout);
    assert.match(line, /^key [a-z0-9]{1,16} \S{43}$/);
  });

  it("wrong usage and a wrong configuration exit with 2, as text or JSON", () => {
    const unknown = run(["nosuch"]);
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /nosuch/);
    assert.match(run(["user", "nosuch"]).stderr, /nosuch/);
    for (const args of [["nosuch"], ["user"], ["user", "create"], ["user", "create", "--nosuch"], ["routes", "more"]]) {
      assert.equal(run(args).status, 2, args.join(" "));
      const answer = run([...args, "--json"]);
      assert.equal(answer.status, 2, args.join(" "));
      const { error, message, detail } = JSON.parse(answer.stderr);
      assert.equal(error, "wrong_usage");
      assert.ok(message && detail, answer.stderr);
    }
    assert.equal(JSON.parse(run(["nosuch", "--json"]).stderr).detail, "no such command: nosuch");
    for (const command of [["serve"], ["doctor"], ["migrate"], ["keys", "list"], ["audit", "verify"]]) {
      const answer = run([...command, "--config", join(data, "missing.toml"), "--json"]);
      assert.equal(answer.status, 2, command.join(" "));
      assert.equal(JSON.parse(answer.stderr).error, "config_unreadable_file");
      assert.equal(run([...command, ...here, "--base-url", "ftp://gate.example"]).status,
        command[0] === "doctor" ? 1 : 2, command.join(" "));
    }
  });

  it("doctor is content with a good installation", () => {
    const [text, json] = both([["doctor"], ["doctor"]]);
    assert.match(text, /^ok +keys/m);
    assert.doesNotMatch(text, /^error/m);
    assert.ok(json.every((f) => ["ok", "warning"].includes(f.level)));
    assert.ok(json.some((f) => f.name === "schema control" && f.level === "ok"));
  });

  it("doctor complains about what is wrong", () => {
    const failing = (args, name, options) => {
      const text = run(["doctor", ...args], options);
      assert.equal(text.status, 1, text.stdout);
      assert.match(text.stdout + text.stderr, new RegExp(`^error +${name}`, "m"));
      const json = run(["doctor", ...args, "--json"], options);
      assert.equal(json.status, 1);
      assert.ok(JSON.parse(json.stdout).some((f) => f.level === "error" && f.name === name), json.stdout);
    };
    const keys = join(data, "keys.txt");
    chmodSync(keys, 0o644);
    failing(here, "key file");
    // Nor does the server start with it.
    const started = run(["serve", ...here, "--listen", "127.0.0.1:1"]);
    assert.equal(started.status, 1, started.stderr);
    assert.match(started.stderr, /key/);
    chmodSync(keys, 0o600);
    chmodSync(data, 0o755);
    failing(here, "data directory");
    chmodSync(data, 0o700);
    failing([...here, "--base-url", "http://gate.example"], "base_url");
    const broken = folder();
    chmodSync(broken, 0o700);
    writeFileSync(join(broken, "keys.txt"), "not a key\n", { mode: 0o600 });
    failing(["--data", broken], "keys");
    writeFileSync(join(broken, "gatehouse.db"), "not a database, but long enough to look at".repeat(40));
    failing(["--data", broken], "database");
    failing([...here, "--database", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2"], "database");
  });

  it("options documents every option, and the example file is a valid one", () => {
    const page = run(["options"]);
    assert.equal(page.status, 0);
    assert.equal(page.stdout.trim(),
      readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8").trim());
    const listed = JSON.parse(run(["options", "--json"]).stdout);
    assert.ok(listed.some((option) => option.name === "base_url" && !option.secret));
    assert.ok(listed.some((option) => option.name === "smtp_password" && option.secret));
    const example = run(["options", "--example"]);
    const file = join(folder(), "gatehouse.toml");
    writeFileSync(file, example.stdout);
    const doctor = run(["doctor", "--config", file, "--data", data, "--json"]);
    assert.ok(Array.isArray(JSON.parse(doctor.stdout)), doctor.stderr);
  });

  it("--version and --help answer", () => {
    assert.match(run(["--version"]).stdout, /^\d+\.\d+/);
    const help = run(["--help"]);
    assert.equal(help.status, 0);
    for (const name of ["serve", "migrate", "doctor", "user", "org", "member", "token", "sso", "idp", "options"]) {
      assert.match(help.stdout, new RegExp(`^ +${name}\\b`, "m"));
    }
    assert.notEqual(run([]).status, 0);
    assert.notEqual(run(["user"]).status, 0);
  });

  it("idp prints the issuer it serves", async () => {
    const port = await freePort();
    const child = spawn(binary, ["idp", "--listen", `127.0.0.1:${port}`], { env: cleanEnv });
    try {
      let out = "";
      child.stdout.on("data", (part) => (out += part));
      const deadline = Date.now() + 10_000;
      while (!out.includes("ALLOWED_ORIGINS") && Date.now() < deadline) await new Promise((r) => setTimeout(r, 25));
      const issuer = /issuer +(\S+)/.exec(out)[1];
      assert.equal(issuer, `http://127.0.0.1:${port}`);
      assert.match(out, /client secret +\S{20,}/);
      const discovery = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
      assert.equal(discovery.issuer, issuer);
      const stopped = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      assert.equal(await stopped, 0);
    } finally {
      child.kill("SIGKILL");
    }
    assert.equal(run(["idp", "--listen", "nonsense"]).status, 2);
  });

  it("idp stays on this machine, and takes its secret from a file or standard input", async () => {
    const port = await freePort();
    const open = run(["idp", "--listen", `0.0.0.0:${port}`, "--json"]);
    assert.equal(open.status, 2, open.stderr);
    assert.match(JSON.parse(open.stderr).detail, /--expose/);
    assert.equal(run(["idp", "--client-secret", "in-everybodys-sight"]).status, 2);
    assert.equal(run(["idp", "--client-secret-file", join(data, "missing")]).status, 2);
    const listening = (args, input) => {
      const answer = spawnSync(binary, ["idp", "--listen", `127.0.0.1:${port}`, "--json", ...args], {
        env: cleanEnv, input, encoding: "utf8", timeout: 3_000,
      });
      return JSON.parse(answer.stdout).client_secret;
    };
    const file = join(folder(), "secret");
    writeFileSync(file, "a-secret-of-a-file\n", { mode: 0o600 });
    assert.equal(listening(["--client-secret-file", file]), "a-secret-of-a-file");
    assert.equal(listening(["--client-secret-file", "-"], "a-secret-of-stdin\n"), "a-secret-of-stdin");
    assert.match(listening(["--expose"]), /^\S{20,}$/);
  });
});

describe("wrong options", { timeout: 60_000 }, () => {
  const data = folder();
  let unused;
  before(async () => { unused = await freePort(); });
  const refused = (args, options, ...texts) => {
    const listen = args.includes("--listen") ? [] : ["--listen", `127.0.0.1:${unused}`];
    const answer = run(["serve", "--data", data, ...listen, ...args], options);
    assert.notEqual(answer.status, 0);
    assert.notEqual(answer.status, null, "it started");
    for (const text of texts) {
      assert.ok((answer.stdout + answer.stderr).includes(text), `${text} is not in: ${answer.stdout}${answer.stderr}`);
    }
    assert.doesNotMatch(answer.stderr, /Sanitizer|terminate/);
  };
  const toml = (text) => {
    const file = join(folder(), "gatehouse.toml");
    writeFileSync(file, text);
    return file;
  };

  it("an unknown flag, variable or key stops the start and is named", () => {
    refused(["--lisen", "127.0.0.1:0"], {}, "--lisen");
    refused(["serve"], {}, "serve");
    refused([], { env: { GATEHOUSE_LISEN: "127.0.0.1:0" } }, "GATEHOUSE_LISEN", "GATEHOUSE_LISTEN");
    refused([], { env: { GATEHOUSE_Listen: "127.0.0.1:0" } }, "GATEHOUSE_Listen");
    const file = toml('lisen = "127.0.0.1:0"\n');
    refused(["--config", file], {}, file, "line 1", "lisen", "listen");
    refused(["--config", toml("[section]\nlisten = 1\n")], {}, "line");
  });

  it("a bad value stops the start and is named", () => {
    refused(["--threads", "many"], {}, "--threads");
    refused(["--threads", "65"], {}, "--threads");
    refused(["--session-lifetime", "5y"], {}, "--session-lifetime");
    refused(["--listen", "nowhere"], {}, "listen");
    refused(["--listen", "127.0.0.1:70000"], {}, "listen");
    refused(["--base-url", "ftp://gate.example"], {}, "base_url");
    refused(["--base-url", "https://gate.example/path"], {}, "base_url");
    refused(["--base-url", "https://user:secret@gate.example"], {}, "base_url");
    refused(["--mail-from", "not an address"], {}, "mail_from");
    refused(["--log-level", "chatty"], {}, "log");
    refused(["--log-format", "xml"], {}, "log");
    refused(["--config", join(data, "missing.toml")], {}, "missing.toml");
    refused(["--config", toml("listen = \n")], {}, "line 1");
    refused(["--config", toml("threads = \"2\"\n")], {}, "threads");
    refused(["--config", toml("demo = 1\n")], {}, "demo");
    refused([], { env: { GATEHOUSE_THREADS: "-1" } }, "GATEHOUSE_THREADS");
  });

  it("a list with a bad entry stops the start, and the option is named", () => {
    refused(["--trusted-proxies", "everybody"], {}, "everybody", "trusted_proxies");
  });

  it("an origin that is none stops the start", () => {
    refused(["--allowed-origins", "nonsense"], {}, "allowed_origins");
  });

  it("a file that is not there stops the start", () => {
    refused(["--ca-file", join(data, "missing.pem")], {}, "ca_file");
  });

  it("a mail server that is no URL stops the start", () => {
    refused(["--smtp-url", "nonsense"], {}, "smtp_url");
  });

  // AUDIT-09
  it("a key file that is gone, open to others or of another installation stops the start", () => {
    const used = folder();
    assert.equal(run(["user", "create", "--email", "ada@acme.example", "--name", "Ada", "--password-stdin",
                      "--data", used], { input: `${password}\n` }).status, 0);
    const keyFile = join(used, "keys.txt");
    const kept = readFileSync(keyFile, "utf8");
    const start = (text, reason, mode = 0o600) => {
      rmSync(keyFile, { force: true });
      if (text) writeFileSync(keyFile, text);
      if (text) chmodSync(keyFile, mode);
      const answer = run(["serve", "--data", used, "--listen", `127.0.0.1:${unused}`]);
      assert.notEqual(answer.status, 0, reason);
      assert.notEqual(answer.status, null, "it started");
      assert.ok((answer.stdout + answer.stderr).includes(reason), answer.stdout + answer.stderr);
      assert.ok(!(answer.stdout + answer.stderr).includes(kept.trim().split(" ").at(-1)), "the key is shown");
    };
    start("", "key_file_missing");
    assert.ok(!existsSync(keyFile), "no fresh key is made for a database that is in use");
    const foreign = folder();
    run(["user", "create", "--email", "eve@else.example", "--name", "Eve", "--password-stdin", "--data", foreign],
      { input: `${password}\n` });
    start(readFileSync(join(foreign, "keys.txt"), "utf8"), "key_file_foreign");
    start("nonsense\n", "key_file_invalid");
    start(kept, "key_file_permissions", 0o640);
  });

  it("a secret is not taken from the command line, and no refusal repeats one", () => {
    refused(["--smtp-password", "hunter2-hunter2"], {}, "smtp-password");
    const file = toml('smtp_password = "hunter2-hunter2"\nlisen = "x"\n');
    const answer = run(["serve", "--data", data, "--config", file]);
    assert.ok(!answer.stderr.includes("hunter2-hunter2"), answer.stderr);
    refused([], { env: { GATEHOUSE_SMTP_PASSWORD_FILE: join(data, "missing") } }, "missing");
  });
});

describe("the first start", { timeout: 60_000 }, () => {
  let gatehouse, link;
  const fields = {
    name: "Olivia Owner", email: "olivia@acme.example", password, organization: "Acme", slug: "acme",
  };
  before(async () => {
    gatehouse = await Gatehouse.start();
    const deadline = Date.now() + 5000;
    while (!/\/setup\//.test(gatehouse.log) && Date.now() < deadline) await new Promise((r) => setTimeout(r, 20));
    link = new RegExp(`${gatehouse.url}(/setup/\\S+/)`).exec(gatehouse.log)?.[1];
  });
  after(async () => { await gatehouse?.close(); });

  it("prints a one-time link, and pages say so", async () => {
    assert.ok(link, gatehouse.log);
    const page = await new HttpClient(gatehouse).get("/auth/login/");
    assert.match(page.text, /Not set up yet/);
    assert.equal((await new HttpClient(gatehouse).get(link)).status, 200);
    assert.equal((await new HttpClient(gatehouse).get("/setup/guessed/")).status, 404);
  });

  it("a mistake is explained and does not use the link up", async () => {
    for (const [change, status] of [[{ password: "short" }, 400], [{ email: "nowhere" }, 400],
                                    [{ slug: "-" }, 400], [{ organization: "" }, 400],
                                    [{ name: "Eve\nil" }, 400]]) {
      const answer = await new HttpClient(gatehouse).post(link, { ...fields, ...change });
      assert.equal(answer.status, status, `${JSON.stringify(change)}: ${answer.status}`);
      assert.match(answer.text, /role="alert"/);
      assert.ok(!answer.text.includes(password));
    }
  });

  it("creates one account and one organization, however often it is sent", async () => {
    const clients = Array.from({ length: 4 }, () => new HttpClient(gatehouse));
    const tokens = await Promise.all(clients.map((c) => c.csrf()));
    const answers = await Promise.all(clients.map((c, i) =>
      c.post(link, { ...fields, email: `olivia${i}@acme.example` }, { csrf: tokens[i] })));
    const winners = answers.filter((a) => a.location?.startsWith("/organizations/acme/"));
    assert.equal(winners.length, 1, answers.map((a) => a.status).join());
    assert.ok(answers.every((a) => a.status < 500));
    const winner = clients[answers.indexOf(winners[0])];
    assert.equal((await winner.get("/api/0/organizations/acme/")).json().role, "owner");
    assert.equal(clients.filter((c) => c.session).length, 1);
    // Used up, for everybody and for ever.
    for (const client of [winner, new HttpClient(gatehouse)]) {
      assert.equal((await client.get(link)).status, 404);
      const again = await client.post(link, { ...fields, email: "eve@evil.example", slug: "evil" });
      assert.ok(again.status >= 400, `${again.status}`);
    }
    assert.doesNotMatch((await new HttpClient(gatehouse).get("/auth/login/")).text, /Not set up yet/);
  });

  it("a person without a name is not set up", async () => {
    const fresh = await Gatehouse.start();
    try {
      const path = new RegExp(`${fresh.url}(/setup/\\S+/)`).exec(fresh.log)[1];
      assert.equal((await new HttpClient(fresh).post(path, { ...fields, name: "" })).status, 400);
    } finally {
      await fresh.close();
    }
  });

  it("the next start prints none", async () => {
    await gatehouse.stop();
    await gatehouse.launch();
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.doesNotMatch(gatehouse.log, /setup/);
  });
});

describe("the running server", { timeout: 60_000 }, () => {
  it("ends in order at SIGTERM and SIGINT, with exit code 0", async () => {
    const gatehouse = await Gatehouse.start();
    for (const signal of ["SIGTERM", "SIGINT"]) {
      const started = Date.now();
      gatehouse.child.kill(signal);
      assert.equal(await gatehouse.exited, 0, gatehouse.log);
      assert.ok(Date.now() - started < 5000);
      const last = JSON.parse(gatehouse.log.trim().split("\n").at(-1));
      assert.equal(last.message ?? last.msg ?? last.event, "stopped");
      await gatehouse.launch();
    }
    await gatehouse.close();
  });

  it("a second one on the same port fails and says so", async () => {
    const gatehouse = await Gatehouse.start();
    try {
      const second = run(["serve", "--data", folder(), "--listen", `127.0.0.1:${gatehouse.port}`]);
      assert.equal(second.status, 1, second.stderr);
      assert.match(second.stderr, /listen_failed/);
      assert.match(second.stderr, new RegExp(String(gatehouse.port)));
      assert.equal((await fetch(`${gatehouse.url}/health/live`)).status, 200);
    } finally {
      await gatehouse.close();
    }
  });

  it("reads file, environment and flags, the strongest last", async () => {
    const port = await freePort();
    const data = folder();
    const file = join(folder(), "gatehouse.toml");
    writeFileSync(file, `data = "${data}"\nlisten = "127.0.0.1:1"\nbase_url = "http://a.example"\nlog_format = "text"\n`);
    const child = spawn(binary, ["serve", "--listen", `127.0.0.1:${port}`], {
      env: { ...cleanEnv, GATEHOUSE_CONFIG: file, GATEHOUSE_BASE_URL: `http://localhost:${port}` },
    });
    try {
      let log = "";
      child.stderr.on("data", (part) => (log += part));
      const deadline = Date.now() + 10_000;
      while (!/\/setup\//.test(log) && Date.now() < deadline) await new Promise((r) => setTimeout(r, 25));
      assert.ok(log.includes(`http://localhost:${port}/setup/`), log);
      assert.ok(!log.trimStart().startsWith("{"), "log_format");
    } finally {
      child.kill("SIGTERM");
      await new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve) : resolve()));
    }
  });

  // AUDIT-06
  it("a crash leaves no core dump, unless the operator asks for one", async () => {
    const coreLimits = (pid) =>
      /^Max core file size +(\S+) +(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, "utf8")).slice(1);
    for (const allowed of [false, true]) {
      const [data, cwd] = [folder(), folder()];
      const port = await freePort();
      const child = spawn("sh", ["-c", 'ulimit -S -c "$(ulimit -H -c)"; exec "$0" "$@"', binary, "serve",
        "--data", data, "--listen", `127.0.0.1:${port}`, ...(allowed ? ["--allow-core-dumps"] : [])],
      { env: cleanEnv, cwd, stdio: "ignore" });
      const gone = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
      const deadline = Date.now() + 20_000;
      while (Date.now() < deadline && child.exitCode === null) {
        if (await fetch(`http://127.0.0.1:${port}/health/live`).then((r) => r.ok, () => false)) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const [soft, hard] = coreLimits(child.pid);
      assert.equal(soft, allowed ? hard : "0");
      child.kill(allowed ? "SIGTERM" : "SIGABRT");
      if (allowed) {
        await gone;
        continue;
      }
      assert.equal(await gone, "SIGABRT");
      assert.deepEqual(readdirSync(cwd), []);
      assert.deepEqual(readdirSync(data).filter((name) => name.startsWith("core")), []);
    }
    const doctor = run(["doctor", "--data", folder(), "--allow-core-dumps"]);
    assert.match(doctor.stdout, /^warning +core dumps/m);
  });

  it("sso unlock lets members in without single sign-on while the server runs, and is audited", async () => {
    const provider = await ScriptedProvider.start();
    const gatehouse = await Gatehouse.start({
      env: { GATEHOUSE_ALLOWED_ORIGINS: provider.issuer }, fill: fillAcme,
    });
    try {
      const owner = new HttpClient(gatehouse);
      await owner.signIn("olivia@acme.example");
      await owner.verifySetup("acme", provider, { sub: "olivia", email: "olivia@acme.example" });
      await owner.finishSetup("acme");
      const nina = new HttpClient(gatehouse);
      await nina.signIn("nina@acme.example");
      assert.equal((await nina.get("/api/0/organizations/acme/")).status, 401);

      assert.deepEqual(gatehouse.run(["sso", "unlock", "--org", "acme"]), { org: "acme", require_link: false });
      const deadline = Date.now() + 3000;
      let status;
      do {
        status = (await nina.get("/api/0/organizations/acme/")).status;
      } while (status !== 200 && Date.now() < deadline);
      assert.equal(status, 200);
      assert.equal((await owner.get("/api/0/organizations/acme/auth-provider/")).json().require_link, false);
      const rows = (await owner.get("/api/0/organizations/acme/audit-logs/?event=sso.unlock")).json().rows;
      assert.equal(rows.length, 1);
      assert.match(rows[0].actor.name, /^host operator \(.+\)$/);

      const text = run(["sso", "unlock", ...gatehouse.common, "--org", "acme"]);
      assert.equal(text.status, 0, text.stderr);
      assert.match(text.stdout, /^org: acme$/m);
    } finally {
      await gatehouse.close();
      await provider.close();
    }
  });
});
