// Starts the real binary on an empty installation, on SQLite or PostgreSQL, and fills it through its
// own command line.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const binary = process.env.GATEHOUSE_TEST_BINARY;
if (!binary) throw new Error("GATEHOUSE_TEST_BINARY is not set: run ./dev test");

export const password = "teapot-lantern-42-orbit";

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// "sqlite" always; "postgres" when the test run started one.
export const engines = process.env.GATEHOUSE_TEST_POSTGRES ? ["sqlite", "postgres"] : ["sqlite"];

function createPostgresDatabase() {
  const name = `gatehouse_e2e_${process.pid}_${Date.now()}_${Math.floor(Math.random() * 1e6)}`;
  const url = process.env.GATEHOUSE_TEST_POSTGRES;
  execFileSync("psql", ["-q", "-d", url, "-c", `CREATE DATABASE ${name}`]);
  return {
    url: url.replace(/\/[^/?]*(\?|$)/, `/${name}$1`),
    drop: () =>
      execFileSync("psql", ["-q", "-d", url, "-c", `DROP DATABASE ${name} WITH (FORCE)`]),
  };
}

export class Gatehouse {
  static async start({ engine = "sqlite", env = {}, args = [], baseUrl, fill } = {}) {
    const it = new Gatehouse();
    it.data = mkdtempSync(join(tmpdir(), "gatehouse-e2e-"));
    it.port = await freePort();
    it.url = `http://localhost:${it.port}`;
    it.common = ["--data", it.data, "--base-url", baseUrl ?? it.url];
    if (engine === "postgres") {
      it.postgres = createPostgresDatabase();
      it.common.push("--database", it.postgres.url);
    }
    it.env = { ...process.env, ...env };
    delete it.env.GATEHOUSE_TEST_BINARY;
    if (fill) fill(it);
    it.args = args;
    await it.launch();
    return it;
  }

  async launch() {
    this.log = "";
    this.child = spawn(
      binary,
      ["serve", ...this.common, "--listen", `127.0.0.1:${this.port}`, ...this.args],
      { env: this.env, stdio: ["ignore", "pipe", "pipe"] },
    );
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on("data", (chunk) => (this.log += chunk));
    }
    this.exited = new Promise((resolve) => this.child.once("exit", resolve));
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      try {
        if ((await fetch(`${this.url}/health/ready`)).status === 200) return;
      } catch {
        // not listening yet
      }
      if (this.child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`gatehouse did not start:\n${this.log}`);
  }

  // One sub-command; its JSON answer.
  run(args, input) {
    const out = execFileSync(binary, [...args, ...this.common, "--json"], {
      env: this.env,
      input,
      encoding: "utf8",
    });
    return JSON.parse(out);
  }

  createUser(email, name) {
    return this.run(["user", "create", "--email", email, "--name", name, "--password-stdin"],
      `${password}\n`);
  }

  createOrg(slug, name, owner) {
    return this.run(["org", "create", "--slug", slug, "--name", name, "--owner", owner]);
  }

  addMember(org, email, role) {
    return this.run(["member", "add", "--org", org, "--email", email, "--role", role]);
  }

  createToken(user, ...scopes) {
    const flags = scopes.flatMap((scope) => ["--scope", scope]);
    return this.run(["token", "create", "--user", user, ...flags]).token;
  }

  // Mails written so far, oldest first; waits until there are `count` that match.
  async mails(match, count = 1) {
    const deadline = Date.now() + 10_000;
    for (;;) {
      let found = [];
      try {
        found = readdirSync(join(this.data, "mail"))
          .filter((name) => name.endsWith(".json"))
          .map((name) => JSON.parse(readFileSync(join(this.data, "mail", name), "utf8")))
          .filter(match);
      } catch {
        // no mail folder yet
      }
      if (found.length >= count || Date.now() > deadline) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  // Straight into the database, as somebody would who has its file or its password: for time that
  // passes, and for hands that should not be there.
  execute(statement) {
    if (this.postgres) {
      execFileSync("psql", ["-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", this.postgres.url, "-c",
        `BEGIN; SET LOCAL gatehouse.tenant = '*'; ${statement}; COMMIT`]);
      return;
    }
    const database = new DatabaseSync(join(this.data, "gatehouse.db"), { timeout: 5000 });
    try {
      database.exec(statement);
    } finally {
      database.close();
    }
  }

  // The rows of a query, of all tenants. Numbers beyond 2^53 lose their last digits.
  query(select) {
    if (this.postgres) {
      const out = execFileSync("psql", ["-q", "-X", "-A", "-t", "-d", this.postgres.url, "-c",
        `BEGIN; SET LOCAL gatehouse.tenant = '*'; SELECT json_agg(t) FROM (${select}) t; COMMIT`],
      { encoding: "utf8" });
      return JSON.parse(out.trim() || "null") ?? [];
    }
    const database = new DatabaseSync(join(this.data, "gatehouse.db"), { timeout: 5000 });
    try {
      const prepared = database.prepare(select);
      prepared.setReadBigInts(true);
      return prepared.all().map((row) => Object.fromEntries(Object.entries(row).map(
        ([name, value]) => [name, typeof value === "bigint" ? Number(value) : value])));
    } finally {
      database.close();
    }
  }

  async stop(signal = "SIGTERM") {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.exited;
  }

  async close() {
    await this.stop();
    this.postgres?.drop();
    rmSync(this.data, { recursive: true, force: true });
  }
}

// "acme" with an owner, a manager and a member; "other" with an outsider.
export function fillAcme(gatehouse) {
  gatehouse.createUser("olivia@acme.example", "Olivia Owner");
  gatehouse.createUser("marcus@acme.example", "Marcus Manager");
  gatehouse.createUser("nina@acme.example", "Nina Member");
  gatehouse.createUser("otto@other.example", "Otto Outsider");
  gatehouse.createOrg("acme", "Acme", "olivia@acme.example");
  gatehouse.addMember("acme", "marcus@acme.example", "manager");
  gatehouse.addMember("acme", "nina@acme.example", "member");
  gatehouse.createOrg("other", "Other", "otto@other.example");
}
