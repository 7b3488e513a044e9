// Processes under measurement: gatehouse, the test provider, nginx; and what the kernel says of them.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The product refuses GATEHOUSE_ variables that are not its options, so ours end here.
const { GATEHOUSE_BENCH_BINARY, GATEHOUSE_BENCH_ROUNDS = "5" } = process.env;
delete process.env.GATEHOUSE_BENCH_BINARY;
delete process.env.GATEHOUSE_BENCH_ROUNDS;
export const binary = GATEHOUSE_BENCH_BINARY;
export const rounds = Number(GATEHOUSE_BENCH_ROUNDS);
const ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const median = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
export const spread = (list, digits = 1) =>
  `${median(list).toFixed(digits)} (${Math.min(...list).toFixed(digits)} to ${Math.max(...list).toFixed(digits)})`;

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

// User and system time of processes since their start, in microseconds; children that still run are
// to be named, too.
export function cpuMicros(...pids) {
  let sum = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    sum += Number(fields[11]) + Number(fields[12]);
  }
  return (sum / ticks) * 1e6;
}

export function rssMiB(pid) {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
  return Number(kib) / 1024;
}

const cleanups = [];
export function onExit(cleanup) { cleanups.push(cleanup); }
let cleaned = false;
function clean() {
  if (cleaned) return;
  cleaned = true;
  for (const cleanup of cleanups.reverse()) {
    try { cleanup(); } catch { /* the others still have to go */ }
  }
}
process.on("exit", clean);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-bench-"));
  onExit(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function launch(command, args, env) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  child.output = "";
  const keep = (chunk) => { if (child.output.length < 1e5) child.output += chunk; };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.exited = new Promise((resolve) => child.once("exit", resolve));
  onExit(() => child.kill("SIGKILL"));
  return child;
}

async function waitFor(url, child, step = 5) {
  for (let i = 0; i * step < 30_000; ++i) {
    try {
      if ((await fetch(url)).status === 200) return;
    } catch { /* not listening yet */ }
    if (child.exitCode !== null) break;
    await sleep(step);
  }
  throw new Error(`no answer from ${url}:\n${child.output}`);
}

// Warnings only in the log: a line per request is the log reader's cost, and is measured apart.
export class Gatehouse {
  constructor({ data = scratchFolder(), port, env = {} }) {
    this.data = data;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.env = { GATEHOUSE_SSO_STARTS_PER_MINUTE: "0", ...env };
  }

  common() { return ["--data", this.data, "--base-url", this.url]; }

  async start() {
    this.child = launch(binary, ["serve", ...this.common(), "--listen", `127.0.0.1:${this.port}`], this.env);
    await waitFor(`${this.url}/health/ready`, this.child);
  }

  get pid() { return this.child.pid; }
  cpu() { return cpuMicros(this.pid); }

  async stop() {
    this.child.kill("SIGTERM");
    await this.child.exited;
  }

  run(args, input) {
    return JSON.parse(execFileSync(binary, [...args, ...this.common(), "--json"],
      { input, encoding: "utf8", env: { ...process.env, ...this.env } }));
  }
}

export async function startProvider(productUrl, port) {
  const listen = `127.0.0.1:${port}`;
  const child = launch(binary, ["idp", "--listen", listen, "--product-url", productUrl]);
  await waitFor(`http://${listen}/.well-known/openid-configuration`, child);
  return {
    issuer: `http://${listen}`,
    clientId: /client id\s+(\S+)/.exec(child.output)[1],
    clientSecret: /client secret\s+(\S+)/.exec(child.output)[1],
    cpu: () => cpuMicros(child.pid),
  };
}

// The yardstick: one nginx worker that answers everything with 200 and no body, without a log.
export async function startNginx() {
  const folder = scratchFolder();
  const port = await freePort();
  writeFileSync(join(folder, "nginx.conf"), `
worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http {
  access_log off; keepalive_requests 100000000;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${port}; location / { return 200; } }
}`);
  const child = launch("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")]);
  const url = `http://127.0.0.1:${port}`;
  await waitFor(url, child);
  const workers = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
  onExit(() => child.kill("SIGTERM"));
  for (const worker of workers) onExit(() => process.kill(Number(worker), "SIGKILL"));
  return { url, cpu: () => cpuMicros(child.pid, ...workers) };
}

// CPU of the server per request, in microseconds, over `seconds` of wrk on 32 connections.
export async function wrk(server, path, headers = {}, seconds = 3) {
  const args = ["-t1", "-c32", `-d${seconds}s`];
  for (const [name, value] of Object.entries(headers)) args.push("-H", `${name}: ${value}`);
  const before = server.cpu();
  const child = launch("wrk", [...args, server.url + path]);
  await child.exited;
  const used = server.cpu() - before;
  const requests = Number(/(\d+) requests in/.exec(child.output)?.[1]);
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(child.output)?.[1] ?? "0";
  if (!requests || bad !== "0" || /Socket errors/.test(child.output)) {
    throw new Error(`wrk ${path}:\n${child.output}`);
  }
  return { micros: used / requests, rate: requests / seconds };
}

export function describeMachine() {
  const cpu = existsSync("/proc/cpuinfo") &&
    /^model name\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1];
  const cores = execFileSync("nproc", { encoding: "utf8" }).trim();
  return `${cores} cores, ${cpu || "unknown CPU"}, load ${readFileSync("/proc/loadavg", "utf8").split(" ")[0]}`;
}
