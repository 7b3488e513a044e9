// Start, memory and size: exec to the first 200 of /health/ready on an existing data directory,
// resident memory after the start and after 1,000 requests, bytes of the stripped binary.

import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { connect } from "node:net";

import { loginPath, openBrowsers, logInRound, startAcme } from "./acme.mjs";
import { binary, describeMachine, median, onExit, rounds, rssMiB, sleep, spread } from "./process.mjs";

console.log(`machine: ${describeMachine()}`);
const acme = await startAcme();
const { gatehouse } = acme;
await logInRound(acme, await openBrowsers(gatehouse, 4), 200);
await gatehouse.stop();

// One try over a fresh connection: cheaper than a client library, so that the prober does not take
// the CPU that the server starts with.
function probe(port) {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`));
    socket.on("data", (chunk) => (text += chunk));
    socket.on("error", () => resolve(false));
    socket.on("close", () => resolve(text.startsWith("HTTP/1.1 200")));
  });
}

const starts = [], fresh = [], used = [], loggedIn = [];
for (let round = 0; round < 2 * rounds; ++round) {
  const begin = performance.now();
  const child = spawn(binary, ["serve", ...gatehouse.common(), "--listen", `127.0.0.1:${gatehouse.port}`],
    { env: { ...process.env, ...gatehouse.env }, stdio: "ignore" });
  onExit(() => child.kill("SIGKILL"));
  const exited = new Promise((resolve) => child.once("exit", resolve));
  while (!(await probe(gatehouse.port))) {
    if (child.exitCode !== null) throw new Error("gatehouse did not start");
    await sleep(2);
  }
  starts.push(performance.now() - begin);
  await sleep(300);
  fresh.push(rssMiB(child.pid));
  const [browser] = await openBrowsers(gatehouse, 1);
  for (let i = 0; i < 999; ++i) await browser.get(i % 2 ? loginPath : "/api/0/auth/validate/");
  used.push(rssMiB(child.pid));
  const browsers = await openBrowsers(gatehouse, 16);
  await logInRound({ gatehouse: { cpu: () => 0 }, provider: acme.provider }, browsers, 1000);
  loggedIn.push(rssMiB(child.pid));
  for (const each of [browser, ...browsers]) each.close();
  child.kill("SIGTERM");
  await exited;
}
const size = statSync(binary).size / 2 ** 20;
const verdict = (value, limit) => (value <= limit ? "met" : "MISSED");
console.log(`exec to ready:                   ${spread(starts, 0)} ms; target 300 ms: ${verdict(median(starts), 300)}`);
console.log(`memory after the start:          ${spread(fresh)} MiB; target 40 MiB: ${verdict(median(fresh), 40)}`);
console.log(`memory after 1,000 requests:     ${spread(used)} MiB; target 40 MiB: ${verdict(median(used), 40)}`);
console.log(`memory after 1,000 log-ins more: ${spread(loggedIn)} MiB`);
console.log(`binary:                          ${size.toFixed(1)} MiB; target 30 MiB: ${verdict(size, 30)}`);
process.exit(0);
