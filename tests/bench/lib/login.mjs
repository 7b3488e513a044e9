// CPU of gatehouse for one complete log-in of a linked person: POST /auth/login/{slug}/, the page
// that leaves for the provider, its token request, the callback, the redirect with the session
// cookie; on the durable SQLite store. The provider is another process and not counted.

import { logInRound, openBrowsers, startAcme } from "./acme.mjs";
import { describeMachine, median, rounds, spread, startNginx, wrk } from "./process.mjs";

console.log(`machine: ${describeMachine()}`);
const acme = await startAcme();
const nginx = await startNginx();
// So many at once on a Monday morning, in a usual hour, and alone.
const sizes = [128, 32, 1];
const browsers = Object.fromEntries(
  await Promise.all(sizes.map(async (n) => [n, await openBrowsers(acme.gatehouse, n)])));
for (const n of sizes) await logInRound(acme, browsers[n], 200);

const results = Object.fromEntries(sizes.map((n) => [n, []]));
const pages = [], yardstick = [];
for (let round = 0; round < rounds; ++round) {
  for (const n of sizes) results[n].push(await logInRound(acme, browsers[n], n === 1 ? 500 : 2000));
  pages.push((await wrk(acme.gatehouse, "/auth/login/acme/", {}, 2)).micros);
  yardstick.push((await wrk(nginx, "/", {}, 2)).micros);
}
const base = median(yardstick);
console.log(`nginx "return 200":   ${spread(yardstick)} us CPU per request`);
for (const n of sizes) {
  const cpu = results[n].map((r) => r.cpu);
  console.log(`log-in, ${String(n).padStart(3)} browsers: ${spread(cpu, 3)} ms CPU, ` +
    `${((median(cpu) * 1000) / base).toFixed(0)} x nginx, ` +
    `${median(results[n].map((r) => r.rate)).toFixed(0)} per second ` +
    `(provider: ${median(results[n].map((r) => r.provider)).toFixed(3)} ms)`);
}
console.log(`log-in page (GET):    ${spread(pages)} us CPU, ${(median(pages) / base).toFixed(1)} x nginx`);
for (const n of [128, 32]) {
  const cpu = median(results[n].map((r) => r.cpu));
  console.log(`target 0.45 ms, ${n} browsers: ${cpu <= 0.45 ? "met" : "MISSED"}`);
}
process.exit(0);
