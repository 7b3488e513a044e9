// CPU of gatehouse for a session check, GET /api/0/auth/validate/, beside nginx answering "200".

import { loginPath, openBrowsers, startAcme, subjects } from "./acme.mjs";
import { describeMachine, median, rounds, spread, startNginx, wrk } from "./process.mjs";

console.log(`machine: ${describeMachine()}`);
const { gatehouse } = await startAcme();
const token = gatehouse.run(["token", "create", "--user", "olivia@acme.example"]).token;
const [browser] = await openBrowsers(gatehouse, 1);
await browser.logIn(loginPath, subjects[0]);
const nginx = await startNginx();

const cases = [
  ["cookie", { Cookie: `sid=${browser.cookies.get("sid")}; bid=${browser.cookies.get("bid")}` }],
  ["token", { Authorization: `Bearer ${token}` }],
];
const path = "/api/0/auth/validate/";
for (const [, headers] of cases) await wrk(gatehouse, path, headers, 1);
await wrk(nginx, "/", {}, 1);

const results = { cookie: [], token: [] }, rates = { cookie: [], token: [] }, live = [], yardstick = [];
for (let round = 0; round < rounds; ++round) {
  for (const [name, headers] of cases) {
    const { micros, rate } = await wrk(gatehouse, path, headers, 2);
    results[name].push(micros);
    rates[name].push(rate);
  }
  live.push((await wrk(gatehouse, "/health/live", {}, 2)).micros);
  yardstick.push((await wrk(nginx, "/", {}, 2)).micros);
}
const base = median(yardstick);
console.log(`nginx "return 200": ${spread(yardstick)} us CPU per request`);
console.log(`/health/live:       ${spread(live)} us CPU, ${(median(live) / base).toFixed(1)} x nginx`);
for (const [name] of cases) {
  const list = results[name];
  console.log(`validate, ${name}: ${name === "token" ? " " : ""}  ${spread(list)} us CPU, ` +
    `${(median(list) / base).toFixed(1)} x nginx, ${median(rates[name]).toFixed(0)} per second; ` +
    `target 25 us: ${median(list) <= 25 ? "met" : "MISSED"}`);
}
process.exit(0);
