// A browser without a screen: cookies, CSRF tokens and nothing else. It follows no redirect, so that
// a test sees every answer, and sends any header, so that a test can lie.

import http from "node:http";
import net from "node:net";

import { password } from "./gatehouse.mjs";

let clients = 0;

// Every client comes from a network of its own (the server believes the proxy 127.0.0.1), so that one
// test does not use up the tries of the next.
export const trustProxy = ["--trusted-proxies", "127.0.0.1/32"];

export class HttpClient {
  constructor(gatehouse, { host } = {}) {
    this.port = gatehouse.port;
    this.host = host ?? `localhost:${gatehouse.port}`;
    clients += 1;
    this.ip = `10.${clients >> 8}.${clients & 255}.1`;
    this.cookies = new Map();
  }

  request(method, path, { body, headers = {}, host = this.host, keepCookies = true } = {}) {
    const all = { Host: host, "X-Forwarded-For": this.ip, ...headers };
    if (this.cookies.size > 0 && !("Cookie" in all)) {
      all.Cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    }
    if (body !== undefined) all["Content-Length"] = Buffer.byteLength(body);
    return new Promise((resolve, reject) => {
      const request = http.request(
        { host: "127.0.0.1", port: this.port, method, path, headers: all, agent: false },
        (response) => {
          const parts = [];
          response.on("data", (part) => parts.push(part));
          response.on("end", () => {
            const answer = {
              status: response.statusCode,
              headers: response.headers,
              rawHeaders: response.rawHeaders,
              text: Buffer.concat(parts).toString(),
              location: response.headers.location,
              setCookies: response.headers["set-cookie"] ?? [],
              json() { return JSON.parse(this.text); },
              reason() { return /<code>([a-z0-9_]+)<\/code>/.exec(this.text)?.[1]; },
            };
            if (keepCookies) this.keep(answer.setCookies);
            resolve(answer);
          });
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  }

  keep(setCookies) {
    for (const line of setCookies) {
      const [pair] = line.split(";");
      const name = pair.slice(0, pair.indexOf("="));
      if (/max-age=0\b/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, pair.slice(pair.indexOf("=") + 1));
    }
  }

  get session() { return this.cookies.get("sid") ?? this.cookies.get("__Host-sid"); }

  get(path, options) { return this.request("GET", path, options); }

  // A form of ours, sent as a browser would.
  async post(path, fields = {}, { csrf, headers = {}, ...options } = {}) {
    const form = fields instanceof URLSearchParams ? fields : new URLSearchParams(fields);
    csrf ??= await this.csrf();
    if (csrf !== "") form.set("csrf", csrf);
    return this.request("POST", path, {
      body: form.toString(),
      headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
      ...options,
    });
  }

  // The token that pages give this browser and session: the same on every page.
  async csrf() {
    const page = await this.get("/account/recover/");
    return /name="csrf" value="([^"]+)"/.exec(page.text)[1];
  }

  async signIn(email, secret = password) {
    const answer = await this.post("/auth/login/", { op: "login", username: email, password: secret });
    if (answer.status !== 303 && answer.status !== 302) {
      throw new Error(`log-in of ${email}: ${answer.status} ${answer.text}`);
    }
    return answer;
  }

  // The authorization request that the page on the way to the provider holds.
  static leaving(answer) {
    const found = /<a [^>]*href="(https?:[^"]+)"/.exec(answer.text);
    if (!found) throw new Error(`no way to the provider: ${answer.status} ${answer.text}`);
    return new URL(found[1].replaceAll("&amp;", "&"));
  }

  async beginSso(org, fields = {}, options = {}) {
    const { path = `/auth/login/${org}/`, ...rest } = options;
    return HttpClient.leaving(await this.post(path, { init: "1", ...fields }, rest));
  }

  // Through the provider and back: the answer of the return URL.
  async signInBySso(org, provider, claims, fields) {
    const url = await this.beginSso(org, fields);
    return this.get(provider.authorize(url, claims).returnPath);
  }

  beginSetup(org, provider, fields = {}) {
    return this.post(`/organizations/${org}/auth/configure/`, {
      init: "1",
      provider: "oidc",
      display_name: "Test ID",
      issuer: provider.issuer,
      client_id: provider.clientId,
      client_secret: provider.clientSecret,
      ...fields,
    });
  }

  // Everything up to the review page.
  async verifySetup(org, provider, claims) {
    const url = HttpClient.leaving(await this.beginSetup(org, provider));
    return this.get(provider.authorize(url, claims).returnPath);
  }

  finishSetup(org, fields = {}, options) {
    return this.post(`/organizations/${org}/auth/configure/`, { op: "finish", ...fields }, options);
  }
}

// Bytes as they are; everything that comes back until the server closes or is silent.
export function sendRaw(gatehouse, text, quietMs = 400) {
  return new Promise((resolve) => {
    let received = "";
    let closed = false;
    const socket = net.connect(gatehouse.port, "127.0.0.1", () => socket.write(text, "latin1"));
    const done = () => {
      socket.destroy();
      resolve({ received, closed, status: Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1] ?? 0),
                answers: (received.match(/^HTTP\/1\.1 \d+/gm) ?? []).length });
    };
    let timer = setTimeout(done, quietMs);
    socket.on("data", (part) => {
      received += part.toString("latin1");
      clearTimeout(timer);
      timer = setTimeout(done, quietMs);
    });
    socket.on("error", () => { closed = true; });
    socket.on("close", () => { closed = true; clearTimeout(timer); done(); });
  });
}
