// A browser as far as logging in needs one: cookies, forms with their CSRF token, one kept-alive
// connection per host.

import { Agent, request } from "node:http";

export class Browser {
  constructor(base) {
    this.base = base;
    this.cookies = new Map();
    this.agent = new Agent({ keepAlive: true, maxSockets: 1 });
  }

  send(method, target, form) {
    const url = new URL(target, this.base);
    const own = url.origin === this.base;
    const body = form === undefined ? undefined
      : typeof form === "string" ? form : new URLSearchParams(form).toString();
    const headers = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
    if (own && this.cookies.size) {
      headers.Cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    }
    if (body !== undefined) {
      headers["Content-Type"] = "application/x-www-form-urlencoded";
      headers["Content-Length"] = Buffer.byteLength(body);
      if (own) headers.Origin = this.base;
    }
    return new Promise((resolve, reject) => {
      const out = request(url, { method, headers, agent: this.agent }, (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("end", () => {
          if (own) this.keepCookies(answer.headers["set-cookie"]);
          resolve({ status: answer.statusCode, location: answer.headers.location, text: Buffer.concat(chunks).toString() });
        });
        answer.on("error", reject);
      });
      out.on("error", reject);
      out.end(body);
    });
  }

  keepCookies(lines = []) {
    for (const line of lines) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === "" || /max-age=0(;|$)/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }

  async get(target) { return this.send("GET", target); }

  async page(target) {
    const answer = await this.get(target);
    if (answer.status !== 200) throw new Error(`${target}: ${answer.status} ${answer.location ?? answer.text}`);
    this.csrf = /name="csrf" value="([^"]+)"/.exec(answer.text)?.[1];
    return answer;
  }

  async post(target, fields) { return this.send("POST", target, { csrf: this.csrf, ...fields }); }

  // From the page that leaves for the provider, through the provider's page, back to the callback.
  async throughProvider(answer, subject) {
    const link = /id="continue"[^>]*href="([^"]+)"/.exec(answer.text)?.[1];
    if (answer.status !== 200 || !link) throw new Error(`not on the way to the provider: ${answer.status} ${answer.location ?? answer.text}`);
    const [authorize, query] = link.replaceAll("&amp;", "&").split("?");
    const back = await this.send("POST", authorize, `${query}&user=${subject}`);
    if (back.status !== 303) throw new Error(`the provider: ${back.status} ${back.text}`);
    return this.get(back.location);
  }

  // A complete log-in of a person who is linked already. The page with the form was opened before.
  async logIn(path, subject) {
    this.cookies.delete("sid");
    const answer = await this.throughProvider(await this.post(path, { init: "1", next: "" }), subject);
    if (answer.status !== 302 || !this.cookies.has("sid")) {
      throw new Error(`log-in: ${answer.status} ${answer.location ?? answer.text}`);
    }
  }

  close() { this.agent.destroy(); }
}
