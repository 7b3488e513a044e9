// A real OpenID provider: the npm package oidc-provider, with its own log-in and consent pages. The
// subject is whatever is typed at its log-in page; its e-mail address follows from `people`.

import { createServer } from "node:http";
import { Provider } from "oidc-provider";

import { freePort } from "./gatehouse.mjs";

export const client = { id: "gatehouse", secret: "a-long-client-secret-of-this-test-run" };

export async function startProvider({ redirectUris, people = {}, clientOptions = {}, port, ...rest }) {
  port ??= await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: redirectUris,
        grant_types: ["authorization_code"],
        response_types: ["code"],
        ...clientOptions,
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    cookies: { keys: ["test"] },
    // Its own guard refuses loopback addresses, where our key set is in a test.
    fetch: (url, { method, headers, signal }) => globalThis.fetch(url, { method, headers, signal }),
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({ sub, email_verified: true, ...people[sub] }),
    }),
    ...rest,
  });
  provider.on("server_error", (_ctx, error) => console.error("provider:", error));
  const server = createServer(provider.callback());
  await new Promise((resolve) => server.listen(Number(port), "127.0.0.1", resolve));
  return { issuer, provider, close: () => new Promise((resolve) => server.close(resolve)) };
}

// Does `act` (a click that leads to the provider), goes through the provider's own pages as `subject`,
// and returns when the browser is back on a page of ours. The provider may know the browser already
// and ask nothing.
export async function throughProvider(page, issuer, subject, act) {
  await page.evaluate(() => { window.stillHere = true; });
  await act();
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    try {
      await page.waitForLoadState();
      // One question about one document: asked one by one, the page may change in between.
      const { href, still, leaving } = await page.evaluate(() => ({
        href: location.href,
        still: Boolean(window.stillHere),
        leaving: document.querySelector("#continue") !== null,
      }));
      if (href.startsWith(issuer)) {
        const login = page.locator('input[name="login"]');
        const consent = page.getByRole("button", { name: "Continue" });
        if (await login.count()) {
          await login.fill(subject);
          await page.locator('input[name="password"]').fill("anything");
          await page.locator('button[type="submit"]').click();
        } else if (await consent.count()) {
          await consent.click();
        }
      } else if (!still && !leaving) {
        return;
      }
    } catch (error) {
      // The page went away under the question: ask the next one.
      if (!/navigat|destroyed|detached/i.test(String(error))) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`still at ${page.url()}`);
}
