// CPU of gatehouse per error event of 2.8 kB, beside nginx answering "200" to the same requests:
// rejected, acknowledged (durable in the stream), and processed until it can be searched. Then
// latency at half load, memory and disk.
//
//   intake.mjs [rejected|load|latency|memory]   one part alone; the disk is told after any

import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { cpuMicros, describeMachine, freePort, Gatehouse, median, rounds, rssMiB, scratchFolder, sleep, spread,
  startNginx } from "./process.mjs";

const { GATEHOUSE_BENCH_LOAD: loadBinary } = process.env;
delete process.env.GATEHOUSE_BENCH_LOAD;
const only = process.argv[2];
const wanted = (part) => !only || only === part;
const ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
const verdict = (ok) => (ok ? "met" : "MISSED");

function load(options) {
  return new Promise((resolve, reject) => {
    const child = spawn(loadBinary, Object.entries(options).flatMap(([name, value]) =>
      (value === true ? [`--${name}`] : [`--${name}`, String(value)])), { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk) => (text += chunk));
    child.on("exit", (code) => (code === 0 ? resolve(JSON.parse(text)) : reject(new Error("the generator failed"))));
  });
}

// CPU of the threads that intake runs on: network threads, which have the name of the program, and
// the stream's writer. The rest of the process works through what has been acknowledged.
function intakeMicros(pid) {
  const program = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    if (name !== program && name !== "stream-write") continue;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    sum += Number(fields[11]) + Number(fields[12]);
  }
  return (sum / ticks) * 1e6;
}

function peakMiB(pid) {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

function bytesIn(folder) {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    sum += entry.isDirectory() ? bytesIn(path) : statSync(path).blocks * 512;
  }
  return sum;
}

console.log(`machine: ${describeMachine()}`);
const gatehouse = new Gatehouse({ port: await freePort(), data: scratchFolder() });
gatehouse.run(["user", "create", "--email", "olivia@acme.example", "--name", "Olivia", "--password-stdin"],
  "teapot-lantern-42-orbit\n");
gatehouse.run(["org", "create", "--slug", "acme", "--name", "Acme", "--owner", "olivia@acme.example"]);
const project = gatehouse.run(["project", "create", "--org", "acme", "--slug", "shop", "--platform", "node"]);
const key = /\/\/([0-9a-f]{32})@/.exec(project.dsn)[1];
await gatehouse.start();
const nginx = await startNginx();
const target = { port: gatehouse.port, project: project.id, key };
const yardstick = { ...target, port: new URL(nginx.url).port };

const db = new DatabaseSync(join(gatehouse.data, "gatehouse.db"), { readOnly: true });
// In both lanes: what waits too long in the first goes to the second.
const position = db.prepare("SELECT COALESCE(SUM(position), 0) AS position FROM intake_positions");
let sent = 0;

// Sends, and waits until everything has been processed. CPU per event in microseconds.
async function sendAll(options) {
  const before = [cpuMicros(gatehouse.pid), intakeMicros(gatehouse.pid), performance.now()];
  const report = await load({ ...target, ...options });
  const accepted = report.statuses["200"] ?? 0;
  const intake = intakeMicros(gatehouse.pid) - before[1];
  sent += accepted;
  for (let idle = 0, last = 0; idle < 3;) {
    await sleep(100);
    const now = cpuMicros(gatehouse.pid);
    idle = (position.get()?.position ?? 0) >= sent && now - last <= 1e4 ? idle + 1 : 0;
    last = now;
  }
  const seconds = (performance.now() - before[2]) / 1000 - 0.3;
  return { ...report, accepted, intake: intake / accepted,
    all: (cpuMicros(gatehouse.pid) - before[0]) / accepted, rate: accepted / seconds };
}

async function perRequest(server, options, status) {
  const before = server.cpu();
  const report = await load(options);
  if (Object.keys(report.statuses).join() !== String(status)) {
    throw new Error(`expected ${status}: ${JSON.stringify(report.statuses)}`);
  }
  return (server.cpu() - before) / report.answers;
}

// A dictionary is made from the first events of a project.
await sendAll({ count: 3000 });

if (wanted("rejected")) {
  const unknown = [], unsigned = [], base = [];
  for (let round = 0; round < rounds; ++round) {
    unknown.push(await perRequest(gatehouse, { ...target, key: "a".repeat(32), seconds: 2 }, 403));
    unsigned.push(await perRequest(gatehouse, { ...target, key: "short", seconds: 2 }, 400));
    base.push(await perRequest(nginx, { ...yardstick, seconds: 2 }, 200));
  }
  console.log(`nginx "return 200":     ${spread(base)} us CPU per request of 2.8 kB`);
  console.log(`rejected, unknown key:  ${spread(unknown)} us, ${(median(unknown) / median(base)).toFixed(1)} x nginx; ` +
    `target 30 us: ${verdict(median(unknown) <= 30)}`);
  console.log(`rejected, no key:       ${spread(unsigned)} us; target 30 us: ${verdict(median(unsigned) <= 30)}`);
}

let rate = 2000;
if (wanted("load")) {
  const all = [], intake = [], rates = [], base = [];
  for (let round = 0; round < rounds; ++round) {
    const result = await sendAll({ seconds: 4, connections: 64 });
    if (result.accepted !== result.answers) throw new Error(JSON.stringify(result.statuses));
    all.push(result.all);
    intake.push(result.intake);
    rates.push(result.rate);
    base.push(await perRequest(nginx, { ...yardstick, seconds: 2, connections: 64 }, 200));
  }
  rate = median(rates);
  const perSecond = (list) => (1e6 / median(list)).toFixed(0);
  console.log(`nginx "return 200":     ${spread(base)} us CPU`);
  console.log(`acknowledged, durable:  ${spread(intake)} us CPU, ${(median(intake) / median(base)).toFixed(1)} x nginx, ` +
    `${perSecond(intake)} per CPU-second; target 10000: ${verdict(median(intake) <= 100)}`);
  console.log(`processed, searchable:  ${spread(all)} us CPU (intake included), ${perSecond(all)} per CPU-second; ` +
    `target 5000: ${verdict(median(all) <= 200)}`);
  console.log(`sustained:              ${spread(rates, 0)} events per second, the generator on the same machine`);
  console.log(`memory at the knee:     ${peakMiB(gatehouse.pid).toFixed(1)} MiB at most; target 128 MiB: ` +
    verdict(peakMiB(gatehouse.pid) <= 128));
}
if (wanted("latency")) {
  const p50 = [], p99 = [];
  for (let round = 0; round < rounds; ++round) {
    const report = await sendAll({ seconds: 5, rate: rate / 2, connections: 128 });
    p50.push(report.p50 / 1000);
    p99.push(report.p99 / 1000);
  }
  console.log(`answer at half load:    ${(rate / 2).toFixed(0)} per second, median ${spread(p50)} ms, p99 ${spread(p99)} ms; ` +
    `target p99 12 ms: ${verdict(median(p99) <= 12)}`);
}
if (wanted("memory")) {
  await gatehouse.stop();
  await gatehouse.start();
  await sendAll({ seconds: 20, rate: 400 });
  console.log(`memory at 400 per s:    ${peakMiB(gatehouse.pid).toFixed(1)} MiB at most, ` +
    `${rssMiB(gatehouse.pid).toFixed(1)} MiB then; target 64 MiB: ${verdict(peakMiB(gatehouse.pid) <= 64)}`);
}
await gatehouse.stop();
const kept = bytesIn(join(gatehouse.data, "events"));
const payload = readdirSync(join(gatehouse.data, "events")).filter((name) => name.endsWith(".payload"))
  .reduce((sum, name) => sum + statSync(join(gatehouse.data, "events", name)).size, 0);
const rows = statSync(join(gatehouse.data, "gatehouse.db")).size;
console.log(`disk, ${sent} events:    ${((kept + rows) / sent).toFixed(0)} bytes per event (store ${(kept / sent).toFixed(0)}, of it records ${(payload / sent).toFixed(0)}, ` +
  `database ${(rows / sent).toFixed(0)}); target 1000: ${verdict((kept + rows) / sent <= 1000)}; ` +
  `and the stream's bounded files, ${(bytesIn(join(gatehouse.data, "stream")) / 2 ** 20).toFixed(0)} MiB`);
process.exit(0);
