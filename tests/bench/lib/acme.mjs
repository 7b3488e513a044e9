// An installation with one organization that logs in through the test provider, set up by the same
// requests that a browser makes; and rounds of log-ins against it.

import { Browser } from "./browser.mjs";
import { Gatehouse, freePort, startProvider } from "./process.mjs";

const password = "teapot-lantern-42-orbit";
const people = ["olivia", "marcus", "nina"];
export const subjects = people.map((name) => `demo-${name}`);
export const loginPath = "/auth/login/acme/";

async function expect(answer, status) {
  if (answer.status !== status) throw new Error(`${answer.status} ${answer.location ?? answer.text}`);
  return answer;
}

async function signIn(browser, email) {
  await browser.page("/auth/login/");
  await expect(await browser.post("/auth/login/", { op: "login", username: email, password, next: "" }), 302);
  return browser;
}

export async function startAcme() {
  const providerPort = await freePort();
  const gatehouse = new Gatehouse({
    port: await freePort(),
    env: { GATEHOUSE_ALLOWED_ORIGINS: `http://127.0.0.1:${providerPort}` },
  });
  for (const name of people) {
    gatehouse.run(["user", "create", "--email", `${name}@acme.example`, "--name", name, "--password-stdin"], `${password}\n`);
  }
  gatehouse.run(["org", "create", "--slug", "acme", "--name", "Acme", "--owner", "olivia@acme.example"]);
  for (const name of people.slice(1)) {
    gatehouse.run(["member", "add", "--org", "acme", "--email", `${name}@acme.example`]);
  }
  const provider = await startProvider(gatehouse.url, providerPort);
  await gatehouse.start();

  const configure = "/organizations/acme/auth/configure/";
  const owner = await signIn(new Browser(gatehouse.url), "olivia@acme.example");
  await owner.page("/settings/acme/auth/");
  const leaving = await owner.post(configure, {
    init: "1", provider: "oidc", display_name: "Bench", issuer: provider.issuer,
    client_id: provider.clientId, client_secret: provider.clientSecret,
  });
  await expect(await owner.throughProvider(leaving, "demo-olivia"), 302);
  await owner.page(`${configure}?review=1`);
  await expect(await owner.post(configure, { op: "finish" }), 302);
  owner.close();

  for (const name of people.slice(1)) {
    const member = await signIn(new Browser(gatehouse.url), `${name}@acme.example`);
    await member.page(loginPath);
    const answer = await member.throughProvider(await member.post(loginPath, { init: "1", next: "" }), `demo-${name}`);
    await member.page((await expect(answer, 302)).location);
    await expect(await member.post(loginPath, { op: "confirm" }), 302);
    member.close();
  }
  return { gatehouse, provider };
}

export async function openBrowsers(gatehouse, count) {
  return Promise.all(Array.from({ length: count }, async () => {
    const browser = new Browser(gatehouse.url);
    await browser.page(loginPath);
    return browser;
  }));
}

// `total` log-ins spread over the browsers; CPU per log-in in milliseconds.
export async function logInRound({ gatehouse, provider }, browsers, total) {
  let left = total, turn = 0;
  const before = [gatehouse.cpu(), provider.cpu(), performance.now()];
  await Promise.all(browsers.map(async (browser) => {
    while (left-- > 0) await browser.logIn(loginPath, subjects[turn++ % subjects.length]);
  }));
  const after = [gatehouse.cpu(), provider.cpu(), performance.now()];
  return {
    cpu: (after[0] - before[0]) / total / 1000,
    provider: (after[1] - before[1]) / total / 1000,
    rate: total / ((after[2] - before[2]) / 1000),
  };
}
