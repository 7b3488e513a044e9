// The cost of a log-in does not depend on the number of organizations: two installations, one with 10
// and one with 100,000, measured in turns.

import { statSync } from "node:fs";
import { join } from "node:path";

import { logInRound, openBrowsers, startAcme } from "./acme.mjs";
import { fillOrganizations } from "./fill.mjs";
import { describeMachine, median, rounds, spread, wrk } from "./process.mjs";

console.log(`machine: ${describeMachine()}`);
const cases = [];
for (const count of [10, 100_000]) {
  const acme = await startAcme();
  await acme.gatehouse.stop();
  const begin = performance.now();
  const organizations = fillOrganizations(acme.gatehouse, count - 1);
  const seconds = (performance.now() - begin) / 1000;
  const size = statSync(join(acme.gatehouse.data, "gatehouse.db")).size / 2 ** 20;
  const start = performance.now();
  await acme.gatehouse.start();
  console.log(`${organizations} organizations: ${size.toFixed(1)} MiB, filled in ${seconds.toFixed(1)} s, ` +
    `ready ${(performance.now() - start).toFixed(0)} ms after exec`);
  const browsers = await openBrowsers(acme.gatehouse, 32);
  await logInRound(acme, browsers, 500);
  const headers = { Cookie: `sid=${browsers[0].cookies.get("sid")}; bid=${browsers[0].cookies.get("bid")}` };
  cases.push({ acme, organizations, browsers, headers, cpu: [], check: [] });
}

for (let round = 0; round < rounds; ++round) {
  for (const one of round % 2 ? [...cases].reverse() : cases) {
    one.cpu.push((await logInRound(one.acme, one.browsers, 2000)).cpu);
    one.check.push((await wrk(one.acme.gatehouse, "/api/0/auth/validate/", one.headers, 1)).micros);
  }
}
for (const one of cases) {
  console.log(`${String(one.organizations).padStart(6)} organizations: log-in ${spread(one.cpu, 3)} ms CPU, ` +
    `session check ${spread(one.check)} us CPU`);
}
const ratio = median(cases[1].cpu) / median(cases[0].cpu);
console.log(`ratio ${ratio.toFixed(2)}; target at most 1.20: ${ratio <= 1.2 ? "met" : "MISSED"}`);
process.exit(0);
