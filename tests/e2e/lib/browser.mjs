// Debian's Chromium, driven like a person would: by labels and button texts.

import { chromium } from "playwright-core";
import { existsSync } from "node:fs";

import { password } from "./gatehouse.mjs";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);

export async function launchBrowser() {
  if (!executablePath) throw new Error("chromium is not installed");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

// A browser window of its own: cookies are not shared with others. Fails the test on a page error, a
// CSP violation or a 5xx.
export async function openWindow(browser, gatehouse) {
  const context = await browser.newContext({ baseURL: gatehouse.url });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) page.problems.push(message.text());
  });
  page.on("response", (response) => {
    if (response.status() >= 500 && response.url().startsWith(gatehouse.url)) {
      page.problems.push(`${response.status()} ${response.url()}`);
    }
  });
  return page;
}

export async function signIn(page, email, next = "/organizations/") {
  await page.goto(`/auth/login/?next=${encodeURIComponent(next)}`);
  await page.getByLabel("E-mail or user name").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**${next}`);
}

// Waits for a page of ours; a failure says which page is there instead.
export async function arriveAt(page, url) {
  try {
    await page.waitForURL(url);
  } catch (error) {
    const text = await page.locator("body").innerText().catch(() => "");
    throw new Error(`${error.message}\n${page.url()} shows:\n${text.slice(0, 2000)}`);
  }
}

// Opens the page again and again until its text has this in it.
export async function waitForText(page, path, text, tries = 50) {
  for (; tries > 0; --tries) {
    await page.goto(path);
    if ((await page.textContent("main")).includes(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`${path} never showed ${text}: ${await page.textContent("main")}`);
}
