// Attacks on the front door, as the attacker would send them: one test per row of the catalogue of
// attacks (its id in a comment). No browser: a browser would refuse to send most of this.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { Gatehouse, fillAcme, password } from "./lib/gatehouse.mjs";
import { HttpClient, sendRaw, trustProxy } from "./lib/http_client.mjs";
import { ScriptedProvider } from "./lib/scripted_provider.mjs";

const isRedirect = (status) => status === 302 || status === 303;
const olivia = { sub: "olivia", email: "olivia@acme.example", name: "Olivia Owner" };
const nina = { sub: "nina", email: "nina@acme.example", name: "Nina Member" };

let gatehouse, provider, otherProvider;
let tokens;

before(async () => {
  provider = await ScriptedProvider.start();
  otherProvider = await ScriptedProvider.start();
  gatehouse = await Gatehouse.start({
    env: { GATEHOUSE_ALLOWED_ORIGINS: `${provider.issuer},${otherProvider.issuer}` },
    args: [...trustProxy, "--log-level", "debug", "--sso-starts-per-minute", "0"],
    fill: (g) => {
      fillAcme(g);
      tokens = {
        owner: g.createToken("olivia@acme.example", "org:read", "org:write", "member:read"),
        member: g.createToken("nina@acme.example", "org:read", "org:write", "member:read"),
        outsider: g.createToken("otto@other.example", "org:read", "org:write", "member:read"),
        narrow: g.createToken("olivia@acme.example", "project:read"),
      };
    },
  });
});
after(async () => {
  await gatehouse?.close();
  await provider?.close();
  await otherProvider?.close();
  // Nothing of all this was an error of the server's own, and it ended in order.
  assert.equal(gatehouse.child.exitCode, 0);
  // But for odd methods and the flood of log-ins.
  const lines = gatehouse.log.split("\n").filter((l) => !/"status":50[123]|"overloaded"/.test(l));
  assert.deepEqual(lines.filter((l) => /Sanitizer|runtime error|"level":"error"/.test(l)), []);
});

const visitor = () => new HttpClient(gatehouse);
async function signedIn(email) {
  const client = visitor();
  await client.signIn(email);
  return client;
}
function api(path, token, client = visitor()) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  return client.get(`/api/0${path}`, { headers });
}
async function audit(org, event, token = tokens.owner) {
  const answer = await api(`/organizations/${org}/audit-logs/?event=${event}`, token);
  assert.equal(answer.status, 200, answer.text);
  return answer.json().rows;
}
function assertRefused(answer, status, reason) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.reason(), reason);
}

// ---- the web ------------------------------------------------------------------------------------

const pages = [
  "/organizations/", "/organizations/acme/", "/organizations/acme/members/",
  "/organizations/acme/audit-log/", "/organizations/acme/sso-decisions/", "/settings/acme/auth/",
  "/organizations/acme/auth/configure/?provider=oidc", "/account/", "/account/security/",
  "/account/sessions/", "/account/tokens/", "/auth/logout/", "/account/confirm-email/none/",
  "/account/user-confirm/none/",
];
const openPages = ["/auth/login/", "/auth/login/acme/", "/account/recover/", "/nowhere/",
                   "/account/recover/confirm/none/", "/setup/none/"];
const changingPages = [
  "/auth/login/", "/auth/login/acme/", "/auth/link/acme/", "/auth/logout/", "/account/",
  "/account/security/", "/account/sessions/", "/account/tokens/", "/account/recover/",
  "/account/recover/confirm/none/", "/account/password/confirm/none/",
  "/account/confirm-email/none/", "/account/user-confirm/none/", "/organizations/new/",
  "/organizations/acme/auth/configure/", "/setup/none/",
];

describe("cross-site requests", { timeout: 60_000 }, () => {
  // WEB-01
  it("a form without the token of this very session changes nothing", async () => {
    const client = await signedIn("olivia@acme.example");
    const other = await signedIn("marcus@acme.example");
    const old = await client.csrf();
    await client.signIn("olivia@acme.example");
    const fields = { op: "name", name: "Owned", slug: "owned", username: "olivia@acme.example",
                     password, current: password, days: "never", scope: "org:read" };
    const wrong = { none: "", "another user's": await other.csrf(), "an old session's": old,
                    garbage: "A".repeat(43) };
    for (const path of changingPages) {
      for (const [what, csrf] of Object.entries(wrong)) {
        const answer = await client.post(path, fields, { csrf });
        assert.equal(answer.status, 403, `${path}, ${what} token: ${answer.status}`);
        assert.equal(answer.reason(), "csrf", path);
        assert.deepEqual(answer.setCookies, [], path);
      }
    }
    const me = (await client.get("/api/0/users/me/")).json();
    assert.equal(me.name, "Olivia Owner");
    assert.equal((await client.get("/organizations/owned/")).status, 404);
  });

  // WEB-01
  it("a good token in the wrong place, twice, or in another kind of body is no token", async () => {
    const client = await signedIn("olivia@acme.example");
    const csrf = await client.csrf();
    const send = (path, body, type) =>
      client.request("POST", path, { body, headers: { "Content-Type": type } });
    const form = "application/x-www-form-urlencoded";
    const rename = "op=name&name=Owned";
    for (const answer of [
      await send(`/account/?csrf=${csrf}`, rename, form),
      await send("/account/", `${rename}&csrf=${csrf}`, "text/plain"),
      await send("/account/", `${rename}&csrf=${csrf}`, "multipart/form-data; boundary=x"),
      await send("/account/", JSON.stringify({ op: "name", name: "Owned", csrf }), "application/json"),
      await send("/account/", `${rename}&csrf=${csrf}&csrf=${csrf}`, form),
    ]) {
      assert.ok(answer.status === 403 || answer.status === 400, `${answer.status}`);
    }
    assert.equal((await client.get("/api/0/users/me/")).json().name, "Olivia Owner");
  });

  // WEB-01
  it("GET changes nothing", async () => {
    const client = await signedIn("olivia@acme.example");
    const csrf = await client.csrf();
    for (const path of ["/organizations/new/", "/auth/login/"]) {
      assert.ok([404, 405].includes((await client.request("DELETE", path)).status), path);
    }
    assert.equal((await client.get("/organizations/new/?name=Gamma&slug=gamma")).status, 404);
    await client.get(`/account/?op=name&name=Owned&csrf=${csrf}`);
    await client.get(`/auth/logout/?csrf=${csrf}`);
    await client.request("HEAD", `/auth/logout/?csrf=${csrf}`);
    assert.equal((await client.get("/api/0/users/me/")).json().name, "Olivia Owner");
  });

  // WEB-01
  it("the API takes no cookie for a change without the token in a header", async () => {
    const client = await signedIn("olivia@acme.example");
    const json = { "Content-Type": "application/json" };
    const login = JSON.stringify({ username: "olivia@acme.example", password });
    for (const answer of [
      await client.request("DELETE", "/api/0/auth/"),
      await client.request("DELETE", "/api/0/auth/", { headers: { "X-CSRF-Token": "A".repeat(43) } }),
      await client.request("POST", "/api/0/auth/login/", { body: login, headers: json }),
    ]) {
      assert.equal(answer.status, 403);
      assert.equal(answer.json().code, "csrf");
      assert.deepEqual(answer.setCookies, []);
    }
    assert.equal((await client.get("/api/0/users/me/")).status, 200);
    const csrf = await client.csrf();
    const foreign = { "X-CSRF-Token": csrf, Origin: "https://evil.example" };
    assert.equal((await client.request("DELETE", "/api/0/auth/", { headers: foreign })).status, 403);
    const own = { "X-CSRF-Token": csrf, Origin: gatehouse.url };
    assert.equal((await client.request("DELETE", "/api/0/auth/", { headers: own })).status, 204);
  });

  // WEB-02
  it("another site cannot log its visitor in as the attacker", async () => {
    const client = visitor();
    const csrf = await client.csrf();
    const fields = { op: "login", username: "otto@other.example", password };
    for (const headers of [
      { Origin: "https://evil.example" },
      { Origin: `http://localhost.evil.example:${gatehouse.port}` },
      { Origin: `https://localhost:${gatehouse.port}` },
      { Origin: "null", "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
    ]) {
      const answer = await client.post("/auth/login/", fields, { csrf, headers });
      assertRefused(answer, 403, "csrf");
      assert.equal(client.session, undefined);
    }
  });

  // WEB-04
  it("no origin is let in by CORS", async () => {
    for (const origin of ["https://evil.example", "null", `${gatehouse.url}.evil.example`]) {
      for (const [method, path] of [["GET", "/api/0/organizations/"], ["OPTIONS", "/api/0/auth/"],
                                    ["OPTIONS", "/api/0/auth/login/"], ["GET", "/auth/login/"]]) {
        const answer = await visitor().request(method, path, {
          headers: { Origin: origin, "Access-Control-Request-Method": "POST",
                     "Access-Control-Request-Headers": "authorization" },
        });
        const cors = Object.keys(answer.headers).filter((n) => n.startsWith("access-control-"));
        assert.deepEqual(cors, [], `${method} ${path}`);
        assert.ok(!JSON.stringify(answer.headers).includes("evil"));
      }
    }
  });
});

// Ways to another site that checks of `next` have let through elsewhere.
function redirectPayloads() {
  const evil = "evil.example";
  const starts = [
    "http://", "https://", "//", "///", "////", "/\\", "\\\\", "\\/", "/\\/", "\\/\\/", "/\\\\",
    "http:", "https:", "http:/", "https:/", "https:\\\\", "http:\\", "hTTps://", "ftp://",
    "/%09/", "/\t/", "\t//", " //", "\u00a0//", "/\n/", "/\r/", "\n//", "\r\n//", "/\0/", "%2f%2f",
    "/%2f/", "/%2f", "/%5c", "%5c%5c", "/%5c/", "/./\\", "/.//", "/..//", "/../\\", "//@", "/@",
    "@", ".", "/\u2215/", "/\uff0f", "\uff0f\uff0f", "\u3002", "javascript:", "java\tscript:",
    "jaVAscript://", "data:text/html,", "vbscript:", "file://", "about:", "blob:https://", "//\u0000",
    "https://localhost@", "//localhost@", "https://localhost%40", "//localhost\\@", "https:localhost@",
    "/auth/logout/../..//", "/;//", "/?//", "/#//", "?next=//", "#//", "http://[::1]@", "//[",
    "/organizations/\\..\\..\\\\", "/%252f%252f", "/%00//", "/%0d%0aLocation:%20https://",
    "/%E5%98%8A%E5%98%8Dhttps://", "/\u560a\u560dhttps://", "\u0085//", "\u2028//", "\ufeff//",
  ];
  const ends = ["", "/", "/%2f..", "?", "#", "\\", ":80/", "%00.localhost", "/organizations/"];
  return starts.flatMap((start) => ends.map((end) => start + evil + end));
}

describe("redirects", { timeout: 60_000 }, () => {
  function assertStays(answer, payload) {
    assert.ok(answer.status < 500, `${JSON.stringify(payload)}: ${answer.status}`);
    if (!answer.location) return;
    const where = JSON.stringify(payload) + " -> " + JSON.stringify(answer.location);
    assert.match(answer.location, /^(\/(?![/\\])|http:\/\/localhost:)[\x21-\x7e]*$/, where);
    assert.equal(new URL(answer.location, gatehouse.url).origin, gatehouse.url, where);
    // A decoder in front of the browser must not change that.
    assert.equal(new URL(decodeURI(answer.location.split("?")[0]), gatehouse.url).origin,
      gatehouse.url, where);
    assert.equal(answer.headers.refresh, undefined, where);
  }

  // WEB-05
  it("none leads to another site, whatever `next` says", async () => {
    const client = await signedIn("olivia@acme.example");
    const payloads = redirectPayloads();
    assert.ok(payloads.length > 600);
    const queue = [...payloads];
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (let payload = queue.pop(); payload !== undefined; payload = queue.pop()) {
        assertStays(await client.get(`/auth/login/?next=${encodeURIComponent(payload)}`), payload);
      }
    }));
    // The same text unescaped in the query, as far as HTTP carries it.
    for (const payload of payloads.filter((p) => /^[\x21-\x7e]+$/.test(p) && !p.includes("#"))) {
      assertStays(await client.get(`/auth/login/?next=${payload}`), payload);
    }
  });

  // WEB-05
  it("nor at log-in, log-out, the organization's log-in or under other names", async () => {
    for (const payload of ["//evil.example", "https://evil.example/", "/\\evil.example",
                           "/\t/evil.example", "javascript:alert(1)", "/%2f/../\\evil.example"]) {
      const client = visitor();
      const fields = { op: "login", username: "nina@acme.example", password, next: payload };
      const login = await client.post("/auth/login/", fields);
      assertStays(login, payload);
      assert.equal(login.location, "/organizations/");
      const name = encodeURIComponent(payload);
      assertStays(await client.get(`/auth/login/?RelayState=${name}&redirect=${name}&url=${name}`), payload);
      assertStays(await visitor().get(`/auth/login/nobody/?next=${name}`), payload);
      assertStays(await visitor().post("/auth/login/",
        { op: "sso", organization: payload, next: payload }), payload);
      assertStays(await client.post("/auth/logout/", { next: payload }), payload);
    }
    // A path of ours stays one.
    const client = await signedIn("nina@acme.example");
    const answer = await client.get("/auth/login/?next=%2Forganizations%2Facme%2F%3Fa%3Db");
    assert.equal(answer.location, "/organizations/acme/?a=b");
  });

  // WEB-05
  it("the canonical address is not built from the request", async () => {
    for (const target of ["//evil.example/auth/login/", "/\\evil.example", "/..//evil.example/",
                          "http://evil.example/auth/login/", "@evil.example/", ".evil.example/"]) {
      const answer = await sendRaw(gatehouse,
        `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${gatehouse.port}\r\nConnection: close\r\n\r\n`);
      const location = /^location: (.*)$/im.exec(answer.received)?.[1].trim();
      if (location) assert.equal(new URL(location, gatehouse.url).origin, gatehouse.url, target);
      assert.ok(answer.status >= 300 && answer.status < 500, `${target}: ${answer.status}`);
    }
  });

  // WEB-06
  it("no line break, NUL or odd byte reaches a header", async () => {
    const client = await signedIn("olivia@acme.example");
    for (const bad of ["%0d%0aX-Injected:%201", "%0aX-Injected:%201", "%0d%0a%0d%0a<b>", "%00",
                       "%e2%80%a8X-Injected", "%c4%8d%c4%8aX-Injected:1", "%ff%fe", "%7f", "%1b[31m"]) {
      for (const path of [`/auth/login/?next=/organizations/${bad}`, `/auth/login/${bad}/`,
                          `/organizations/?flash=${bad}`, `/auth/login/nobody/?next=/a${bad}`,
                          `/settings/${bad}/auth/`, `/organizations/${bad}/`, `/static/${bad}`,
                          `/auth/sso/${bad}/?state=${bad}`, `/api/0/organizations/${bad}/`]) {
        const answer = await client.get(path);
        assert.ok(answer.status < 500, `${path}: ${answer.status}`);
        assert.equal(answer.headers["x-injected"], undefined, path);
        for (const value of answer.rawHeaders) assert.match(value, /^[\x20-\x7e]*$/, path);
        assert.ok(!answer.text.includes("<b>\n"), path);
      }
    }
  });
});

describe("pages", { timeout: 60_000 }, () => {
  let secure;
  before(async () => {
    secure = await Gatehouse.start({
      baseUrl: "https://gate.test",
      args: trustProxy,
      fill: (g) => g.createUser("olivia@acme.example", "Olivia Owner"),
    });
  });
  after(async () => { await secure?.close(); });

  // WEB-08
  it("under https the cookies are locked to this host", async () => {
    const client = new HttpClient(secure, { host: "gate.test" });
    const first = await client.get("/auth/login/");
    const login = await client.signIn("olivia@acme.example");
    const cookies = [...first.setCookies, ...login.setCookies];
    assert.deepEqual(cookies.map((c) => c.split("=")[0]).sort(), ["__Host-bid", "__Host-sid"]);
    for (const cookie of cookies) {
      assert.match(cookie, /; Secure(;|$)/i);
      assert.match(cookie, /; HttpOnly(;|$)/i);
      assert.match(cookie, /; SameSite=Lax(;|$)/i);
      assert.match(cookie, /; Path=\/(;|$)/i);
      assert.doesNotMatch(cookie, /domain=/i);
    }
    // A cookie without the prefix, as a neighbour could plant it, is no session.
    const token = client.session;
    for (const planted of [`sid=${token}`, `__host-sid=${token}`, `\u00a0__Host-sid=${token}`,
                           `__Host-sid\u0085=${token}`, `__Host-sid=${token}; __Host-sid=${token}`]) {
      const answer = await client.get("/api/0/users/me/", { headers: { Cookie: planted } });
      assert.equal(answer.status, 401, planted);
    }
  });

  // WEB-19
  it("under https every answer asks for https, and pages of other names go there once", async () => {
    const client = new HttpClient(secure, { host: "gate.test" });
    for (const path of ["/auth/login/", "/nowhere/", "/static/gatehouse.css", "/robots.txt", "/api/0/auth/",
                        "/api/0/", "/api/0/nowhere/", "/health/live", "/health/ready", "/api/1/envelope/"]) {
      const { headers } = await client.get(path);
      const age = /max-age=(\d+)/.exec(headers["strict-transport-security"]);
      assert.ok(Number(age?.[1]) >= 31536000, path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
    }
    const local = `localhost:${secure.port}`;
    const page = await client.get("/auth/login/?next=/account/", { host: local });
    assert.equal(page.location, "https://gate.test/auth/login/?next=/account/");
    assert.deepEqual(page.setCookies, []);
    // A program that sent its token to the wrong place hears so, and is not sent on.
    const call = await client.get("/api/0/organizations/", { host: local });
    assert.ok(call.status >= 400, `${call.status}`);
    assert.equal(call.location, undefined);
  });

  // WEB-10, WEB-11
  it("all carry a strict policy: no frames, no inline code, no base, no objects", async () => {
    const client = await signedIn("olivia@acme.example");
    const answers = [];
    for (const path of pages) answers.push([path, await client.get(path)]);
    for (const path of openPages) answers.push([path, await visitor().get(path)]);
    for (const [path, answer] of answers) {
      const policy = answer.headers["content-security-policy"] ?? "";
      for (const part of ["default-src 'none'", "frame-ancestors 'none'", "object-src 'none'",
                          "base-uri 'none'", "form-action 'self'", "script-src 'self'"]) {
        assert.ok(policy.includes(part), `${path}: ${part}`);
      }
      assert.doesNotMatch(policy, /unsafe|\*|http:/, path);
      assert.equal(answer.headers["x-content-type-options"], "nosniff", path);
      assert.match(answer.headers["referrer-policy"], /same-origin|no-referrer/, path);
      assert.doesNotMatch(answer.text, /<[^>]+\son[a-z]+\s*=/i, `${path}: inline handler`);
      assert.doesNotMatch(answer.text, /<script(?![^>]*\ssrc=)/i, `${path}: inline script`);
      assert.doesNotMatch(answer.text, /<style|\sstyle=/i, `${path}: inline style`);
      assert.doesNotMatch(answer.text, /(href|src|action)="\s*(javascript|data|vbscript):/i, path);
      assert.doesNotMatch(answer.text, /<(base|object|embed|iframe)\b/i, path);
    }
  });

  // WEB-11
  it("script in names, addresses and queries stays text", async () => {
    const client = await signedIn("marcus@acme.example");
    const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`;
    assert.ok(isRedirect((await client.post("/account/", { op: "name", name: evil })).status));
    const q = encodeURIComponent(evil);
    for (const path of ["/account/", "/organizations/acme/members/", "/organizations/acme/", "/auth/logout/",
                        `/auth/login/?next=/${q}`, `/account/recover/?email=${q}`, `/nowhere/${q}/`,
                        `/organizations/acme/sso-decisions/?id=${q}`, `/auth/sso/acme/?state=${q}`,
                        `/organizations/acme/audit-log/?event=${q}`, `/organizations/?flash=${q}`]) {
      const answer = await client.get(path);
      assert.ok(!answer.text.includes("<script>alert") && !answer.text.includes("<img src=x"), path);
    }
    const failed = await visitor().post("/auth/login/", { op: "login", username: evil, password: "x" });
    assert.ok(!failed.text.includes("<script>alert"));
    await client.post("/account/", { op: "name", name: "Marcus Manager" });
  });

  // WEB-13
  it("nothing that belongs to somebody is stored by a cache", async () => {
    const client = await signedIn("olivia@acme.example");
    const paths = [...pages, "/api/0/auth/", "/api/0/users/me/", "/api/0/auth/validate/",
                   "/api/0/organizations/", "/api/0/organizations/acme/",
                   "/api/0/organizations/acme/members/", "/api/0/organizations/acme/audit-logs/",
                   "/api/0/organizations/acme/auth-provider/",
                   "/api/0/organizations/acme/sso-decisions/"];
    const storable = [];
    const look = async (who, path) => {
      const answer = await who.get(path);
      assert.ok(answer.status < 400 || /none|nowhere|auth/.test(path), `${path}: ${answer.status}`);
      if (!/no-store/.test(answer.headers["cache-control"])) storable.push(`${answer.status} ${path}`);
    };
    for (const path of paths) await look(client, path);
    for (const path of [...openPages, "/api/0/auth/", "/api/0/auth/validate/"]) await look(visitor(), path);
    const csrf = { "X-CSRF-Token": await client.csrf() };
    const left = await client.request("DELETE", "/api/0/auth/", { headers: csrf });
    if (!/no-store/.test(left.headers["cache-control"])) storable.push("DELETE /api/0/auth/");
    assert.deepEqual(storable, []);
    const token = await visitor().get("/api/0/users/me/", {
      headers: { Authorization: `Bearer ${tokens.owner}` },
    });
    assert.match(token.headers["cache-control"], /no-store/);
  });

  // WEB-14
  it("a page under a name that looks like a file does not exist", async () => {
    const client = await signedIn("olivia@acme.example");
    for (const path of ["/account/x.css", "/account/tokens/x.js", "/account/security/a.png",
                        "/account;/x.css", "/account;x.css", "/account/;x.css/", "/account/%2e%2e/",
                        "/account%2fx.css", "/account/%3bx.css", "/static/..%2faccount%2f",
                        "/static/%2e%2e/account/", "/account/.css", "/organizations/acme/x.css",
                        "/organizations/acme/members/x.css", "/api/0/users/me/x.css",
                        "/account/%0a.css", "/account//x.css", "//account/", "/account/..%00/"]) {
      const answer = await client.get(path);
      assert.ok(!answer.text.includes("olivia@acme.example"), path);
      assert.ok(answer.status === 404 || answer.status === 400, `${path}: ${answer.status}`);
      assert.doesNotMatch(answer.headers["cache-control"] ?? "", /public|max-age=[1-9]/, path);
    }
  });

  // WEB-14
  it("headers that proxies add do not change what a page says", async () => {
    const lies = {
      "X-Forwarded-Host": "evil.example", "X-Host": "evil.example", "X-Forwarded-Server": "evil.example",
      "X-Original-URL": "/account/", "X-Rewrite-URL": "/account/", "X-Forwarded-Proto": "gopher",
      "X-Forwarded-Port": "1", "X-Forwarded-Prefix": "/evil.example", Forwarded: "host=evil.example",
      "X-HTTP-Method-Override": "POST", "X-Original-Host": "evil.example",
    };
    for (const path of ["/auth/login/", "/auth/login/acme/", "/account/recover/", "/organizations/"]) {
      const answer = await visitor().get(path, { headers: lies });
      assert.ok(!(answer.text + JSON.stringify(answer.rawHeaders)).includes("evil.example"), path);
      assert.ok(answer.status < 400, path);
    }
    const recovering = visitor();
    await recovering.post("/account/recover/", { email: "marcus@acme.example" }, { headers: lies });
    const [mail] = await gatehouse.mails((m) => m.to === "marcus@acme.example");
    assert.ok(mail.text.includes(`${gatehouse.url}/account/recover/confirm/`), mail.text);
    assert.ok(!JSON.stringify(mail).includes("evil.example"));
  });

  // WEB-16
  it("of errors say what to do and nothing about the inside", async () => {
    const client = await signedIn("olivia@acme.example");
    const answers = {
      "not found": await client.get("/nowhere/"),
      "bad escape": await client.get("/organizations/acme/?a=%zz"),
      "bad cursor": await client.get("/organizations/acme/members/?after=1%20OR%201=1"),
      "bad id": await client.get("/organizations/acme/audit-log/?before=%27"),
      "huge id": await client.get("/organizations/acme/members/?after=99999999999999999999"),
      method: await client.request("PUT", "/account/"),
      "api not found": await client.get("/api/0/nowhere/"),
      "api bad cursor": await client.get("/api/0/organizations/acme/members/?cursor=%27--"),
      "api huge id": await client.get("/api/0/organizations/99999999999999999999/"),
      "api actor": await client.get("/api/0/organizations/acme/audit-logs/?actor=x"),
      "bad json": await client.request("POST", "/api/0/auth/login/", {
        body: "{\"username\":", headers: { "X-CSRF-Token": await client.csrf() },
      }),
      state: await client.get("/auth/sso/acme/?state=none&code=x"),
      link: await client.get("/account/recover/confirm/none/"),
    };
    for (const [what, answer] of Object.entries(answers)) {
      assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status}`);
      assert.match(answer.headers["x-correlation-id"], /^[\w-]{8,}$/, what);
      assert.ok(answer.text.includes(answer.headers["x-correlation-id"]), `${what}: correlation id`);
      assert.doesNotMatch(answer.text, /sqlite|SELECT |postgres|\.cc\b|terminate|exception|0x[0-9a-f]{6}|\/tmp\/|\/src\//i, what);
      assert.doesNotMatch(answer.text + JSON.stringify(answer.rawHeaders), /beast|openssl|gatehouse\/\d/i, what);
      assert.equal(answer.headers.server, undefined, what);
    }
  });

  // WEB-17
  it("no file is served but the assets", async () => {
    for (const path of ["/static/../keys.txt", "/static/..%2fkeys.txt", "/static/%2e%2e%2fkeys.txt",
                        "/static/....//keys.txt", "/static/..%5ckeys.txt", "/static/%00gatehouse.css",
                        "/static/gatehouse.css%00.png", "/static/", "/static", "/static/.git", "/.git/config",
                        "/.env", "/static/gatehouse.js.map", "/static/gatehouse.css~", "/static/login.tpl",
                        "/keys.txt", "/gatehouse.db", "/mail/", "/static//etc/passwd", "/%2e%2e/keys.txt",
                        "/static/%252e%252e%252fkeys.txt", "/.well-known/security.txt", "/demo/mailbox/",
                        "/demo/idp/faults"]) {
      const answer = await visitor().get(path);
      assert.ok(answer.status === 404 || answer.status === 400, `${path}: ${answer.status}`);
    }
    assert.equal((await visitor().get("/static/gatehouse.css")).status, 200);
  });
});

describe("HTTP itself", { timeout: 60_000 }, () => {
  const host = () => `Host: localhost:${gatehouse.port}\r\n`;
  const hidden = () => `GET /health/live HTTP/1.1\r\n${host()}\r\n`;

  // OIDC-49 and the host laws
  it("an unknown host is answered 421, a missing or doubled one 400", async () => {
    for (const name of ["evil.example", `evil.example:${gatehouse.port}`, `localhost.evil.example`,
                        "localhost:1@evil.example", "[::1", "localhost:99999"]) {
      const answer = await visitor().get("/auth/login/", { host: name });
      assert.ok([400, 421].includes(answer.status), `${name}: ${answer.status}`);
      assert.ok(!answer.text.includes("evil"), name);
    }
    assert.equal((await visitor().get("/auth/login/", { host: "evil.example" })).status, 421);
    assert.equal((await visitor().get("/api/0/auth/", { host: "evil.example" })).status, 421);
    for (const fields of ["", `${host()}Host: evil.example\r\n`, `${host()}${host()}`]) {
      const answer = await sendRaw(gatehouse, `GET /auth/login/ HTTP/1.1\r\n${fields}\r\n`);
      assert.equal(answer.status, 400, JSON.stringify(fields));
    }
  });

  // Request smuggling
  const smuggling = {
    "length and chunks": (b) => `Content-Length: ${b.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${b}`,
    "chunks and length": (b) => `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${b}`,
    "two lengths": (b) => `Content-Length: 0\r\nContent-Length: ${b.length}\r\n\r\n${b}`,
    "a list of lengths": (b) => `Content-Length: 0, ${b.length}\r\n\r\n${b}`,
    "a signed length": (b) => `Content-Length: +0\r\n\r\n${b}`,
    "a hexadecimal length": (b) => `Content-Length: 0x0\r\n\r\n${b}`,
    "a negative length": (b) => `Content-Length: -1\r\n\r\n${b}`,
    "an endless length": (b) => `Content-Length: 99999999999999999999\r\n\r\n${b}`,
    "space before the colon": (b) => `Content-Length : 0\r\n\r\n${b}`,
    "space before the colon of chunks": (b) => `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${b}`,
    "unknown coding": (b) => `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${b}`,
    "two codings": (b) => `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${b}`,
    "chunked twice": (b) => `Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${b}`,
    "a folded field": (b) => `Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${b}`,
    "a vertical tab": (b) => `Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${b}`,
    "a bare line feed": (b) => `X: y\nContent-Length: 0\r\n\r\n${b}`,
    "a bare carriage return": (b) => `X: y\rTransfer-Encoding: chunked\r\n\r\n${b}`,
    "a NUL in a field": (b) => `X: a\x00b\r\n\r\n${b}`,
    "a bad chunk size": (b) => `Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${b}`,
    "an endless chunk size": (b) => `Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n${b}`,
    "a chunk without line end": (b) => `Transfer-Encoding: chunked\r\n\r\n1\r\nAA0\r\n\r\n${b}`,
    "a nameless field": (b) => `: value\r\n\r\n${b}`,
  };
  it("a request with two readings is refused and the connection closed", async () => {
    const results = await Promise.all(Object.entries(smuggling).map(async ([what, make]) => {
      const head = `POST /auth/login/ HTTP/1.1\r\n${host()}Content-Type: application/x-www-form-urlencoded\r\n`;
      return [what, await sendRaw(gatehouse, head + make(hidden()), 1500)];
    }));
    for (const [what, answer] of results) {
      assert.ok([400, 411, 413, 501].includes(answer.status), `${what}: ${answer.status}`);
      assert.equal(answer.answers, 1, `${what}: the hidden request was answered`);
      assert.ok(answer.closed, `${what}: the connection stays open`);
    }
  });

  it("heads without end, odd methods and odd versions are refused", async () => {
    const cases = {
      "long target": [`GET /${"a".repeat(9000)} HTTP/1.1\r\n${host()}\r\n`, [414]],
      "long field": [`GET / HTTP/1.1\r\n${host()}X: ${"a".repeat(17000)}\r\n\r\n`, [431]],
      "many fields": [`GET / HTTP/1.1\r\n${host()}${"X: y\r\n".repeat(150)}\r\n`, [431]],
      "unknown method": [`BREW / HTTP/1.1\r\n${host()}\r\n`, [405, 501]],
      trace: [`TRACE /auth/login/ HTTP/1.1\r\n${host()}\r\n`, [405, 501]],
      connect: [`CONNECT evil.example:443 HTTP/1.1\r\n${host()}\r\n`, [400, 404, 405, 501]],
      "old version": ["GET /\r\n\r\n", [400]],
      "odd version": [`GET / HTTP/9.9\r\n${host()}\r\n`, [400, 505]],
      "TLS on the plain port": ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [0, 400]],
      "big body": [`POST /auth/login/ HTTP/1.1\r\n${host()}Content-Length: 1000000000\r\n\r\n`, [413]],
      "pipelined after an error": [`GET /%zz HTTP/1.1\r\n${host()}\r\n`, [400, 404]],
    };
    for (const [what, [text, statuses]] of Object.entries(cases)) {
      const answer = await sendRaw(gatehouse, text, 800);
      assert.ok(statuses.includes(answer.status), `${what}: ${answer.status}`);
      assert.ok(answer.answers <= 1, what);
    }
  });
});

// ---- passwords, sessions, tokens ----------------------------------------------------------------

describe("sessions", { timeout: 60_000 }, () => {
  // AUTH-22
  it("a session id known before the log-in is worthless after it", async () => {
    const client = await signedIn("nina@acme.example");
    const before = client.session;
    await client.signIn("nina@acme.example");
    assert.notEqual(client.session, before);
    const stolen = { Cookie: `sid=${before}` };
    assert.equal((await visitor().get("/api/0/users/me/", { headers: stolen })).status, 401);

    // An id that the attacker made up is never adopted.
    const planted = "A".repeat(43);
    const victim = visitor();
    victim.cookies.set("sid", planted);
    await victim.signIn("nina@acme.example");
    assert.notEqual(victim.session, planted);
    const answer = await visitor().get("/api/0/users/me/", { headers: { Cookie: `sid=${planted}` } });
    assert.equal(answer.status, 401);
  });

  // AUTH-22
  it("a browser id planted before a log-in gives its planter nothing", async () => {
    const attacker = visitor();
    await attacker.get("/auth/login/");
    const victim = visitor();
    victim.cookies.set("bid", attacker.cookies.get("bid"));
    await victim.signIn("nina@acme.example");
    assert.equal((await attacker.get("/api/0/users/me/")).status, 401);
    // The victim's forms are bound to the session: the planted id yields no token for them.
    const answer = await victim.post("/account/", { op: "name", name: "Owned" },
      { csrf: await attacker.csrf() });
    assertRefused(answer, 403, "csrf");
  });

  // AUTH-23
  it("a cookie is dead after log-out, by page and by API", async () => {
    for (const leave of [
      (c) => c.post("/auth/logout/"),
      async (c) => c.request("DELETE", "/api/0/auth/", { headers: { "X-CSRF-Token": await c.csrf() } }),
    ]) {
      const client = await signedIn("nina@acme.example");
      const stolen = { Cookie: `sid=${client.session}` };
      assert.equal((await visitor().get("/api/0/users/me/", { headers: stolen })).status, 200);
      assert.ok((await leave(client)).status < 400);
      assert.equal(client.session, undefined);
      assert.equal((await visitor().get("/api/0/users/me/", { headers: stolen })).status, 401);
      const page = await visitor().get("/organizations/", { headers: stolen });
      assert.match(page.location, /^\/auth\/login\//);
    }
  });

  // AUTH-26
  it("a session id is taken from the cookie only", async () => {
    const client = await signedIn("nina@acme.example");
    const sid = client.session;
    for (const [path, headers] of [
      [`/api/0/users/me/?sid=${sid}`, {}],
      [`/api/0/users/me/;sid=${sid}`, {}],
      ["/api/0/users/me/", { "X-Session": sid }],
      ["/api/0/users/me/", { Authorization: `Bearer ${sid}` }],
      ["/api/0/users/me/", { Authorization: `Basic ${Buffer.from(`sid:${sid}`).toString("base64")}` }],
      ["/api/0/users/me/", { Referer: `${gatehouse.url}/?sid=${sid}` }],
    ]) {
      const answer = await visitor().get(path, { headers });
      assert.ok([401, 404].includes(answer.status), `${path}: ${answer.status}`);
    }
    // Two Cookie fields could mean two people.
    const twice = await sendRaw(gatehouse, `GET /api/0/users/me/ HTTP/1.1\r\nHost: localhost:${gatehouse.port}\r\n` +
      `Cookie: sid=${sid}\r\nCookie: sid=${sid}\r\n\r\n`);
    assert.equal(twice.status, 401);
  });

  // AUTH-27
  it("a password mail goes to the stored address and to nobody else", async () => {
    const client = visitor();
    const csrf = await client.csrf();
    const odd = [
      new URLSearchParams([["email", "olivia@acme.example"], ["email", "evil@evil.example"]]),
      new URLSearchParams([["email[]", "olivia@acme.example"], ["email[]", "evil@evil.example"]]),
      { email: "olivia@acme.example,evil@evil.example" },
      { email: "olivia@acme.example\r\nBcc: evil@evil.example" },
      { email: "olivia@acme.example\0evil@evil.example" },
    ];
    for (const fields of odd) {
      client.ip = visitor().ip;
      const answer = await client.post("/account/recover/", fields, { csrf });
      // An address nobody can have may be told apart; one that might exist must not be.
      assert.ok([200, 400].includes(answer.status), `${answer.status}`);
    }
    const json = await client.request("POST", "/account/recover/", {
      body: JSON.stringify({ csrf, email: ["olivia@acme.example", "evil@evil.example"] }),
      headers: { "Content-Type": "application/json" },
    });
    assert.equal(json.status, 403);
    // In capitals it is the same mailbox to us: the mail goes to the address as stored.
    client.ip = visitor().ip;
    await client.post("/account/recover/", { email: "NINA@Acme.Example" });
    const [mail] = await gatehouse.mails((m) => m.to.toLowerCase() === "nina@acme.example");
    assert.equal(mail.to, "nina@acme.example");
    assert.deepEqual(await gatehouse.mails((m) => JSON.stringify(m).includes("evil@"), 0), []);
    assert.deepEqual(await gatehouse.mails((m) => m.to === "olivia@acme.example", 0), []);
  });

  // AUTH-30
  it("known and unknown accounts and organizations get the same answer", async () => {
    const client = visitor();
    const csrf = await client.csrf();
    const attempt = async (username) => {
      client.ip = visitor().ip;
      const started = performance.now();
      const answer = await client.post("/auth/login/", { op: "login", username, password: "wrong-password-here" }, { csrf });
      return { elapsed: performance.now() - started, status: answer.status,
               text: answer.text.replaceAll(username, "NAME").replaceAll(answer.headers["x-correlation-id"], "ID") };
    };
    const known = ["olivia@acme.example", "marcus@acme.example", "nina@acme.example"];
    const unknown = (i) => ["ophelia", "nobody", "nina.n"][i % 3] + (i < 3 ? "" : i) + ["@acme.example", "@nowhere.example", ""][i % 3];
    const times = { known: [], unknown: [] };
    for (let i = 0; i < 36; i += 1) {
      // In turns, and who comes first changes: whatever else the machine does meets both.
      const pair = [["known", known[i % 3]], ["unknown", unknown(i)]];
      const answers = {};
      for (const [who, name] of i % 2 ? pair : pair.reverse()) {
        const { elapsed, ...answer } = await attempt(name);
        answers[who] = answer;
        times[who].push(elapsed);
      }
      assert.deepEqual(answers.known, answers.unknown);
      assert.equal(answers.known.status, 401);
      // An account takes five failures; a log-in gives them back.
      if (i % 12 === 11) for (const email of known) await signedIn(email);
    }
    const median = (list) => list.toSorted((x, y) => x - y)[list.length >> 1];
    for (const [what, of] of [["fastest", (list) => Math.min(...list)], ["median", median]]) {
      const ratio = of(times.known) / of(times.unknown);
      assert.ok(ratio > 2 / 3 && ratio < 1.5, `${what}: known / unknown: ${ratio}`);
    }

    const recover = async (email) => {
      client.ip = visitor().ip;
      const answer = await client.post("/account/recover/", { email }, { csrf });
      return [answer.status, answer.text];
    };
    assert.deepEqual(await recover("marcus@acme.example"), await recover("nobody@nowhere.example"));

    const lookUp = async (organization) => {
      const answer = await client.post("/auth/login/", { op: "sso", organization }, { csrf });
      return [answer.status, answer.location, answer.text];
    };
    assert.deepEqual(await lookUp("acme"), await lookUp("no-such-organization"));

    const apiLogin = async (username) => {
      client.ip = visitor().ip;
      const answer = await client.request("POST", "/api/0/auth/login/", {
        body: JSON.stringify({ username, password: "wrong-password-here" }),
        headers: { "X-CSRF-Token": csrf, "Content-Type": "application/json" },
      });
      return [answer.status, answer.text];
    };
    assert.deepEqual(await apiLogin("otto@other.example"), await apiLogin("nobody@nowhere.example"));
  });

  // AUTH-31
  it("a weak or huge password is refused, and the account keeps its own", async () => {
    const weak = ["short12", "fourteen-chars", "aaaaaaaaaaaaaaaaaaaa", "passwordpassword", "qwertyuiopasdfgh",
                  "otto@other.example", "otto.outsider.otto", "gatehousegatehouse", "123456789012345678",
                  "abcabcabcabcabcabc"];
    const client = await signedIn("otto@other.example");
    const recovering = visitor();
    await recovering.post("/account/recover/", { email: "otto@other.example" });
    const [mail] = await gatehouse.mails((m) => m.to === "otto@other.example");
    const link = new URL(/http\S+\/account\/recover\/confirm\/\S+/.exec(mail.text)[0]).pathname;
    for (const fresh of weak) {
      const answer = await recovering.post(link, { password: fresh });
      assert.equal(answer.status, 400, fresh);
      assert.ok(!answer.text.includes(`value="${fresh}"`) || fresh.includes("@"), "sent back");
    }
    const refused = await client.post("/account/security/", { current: password, password: weak[1] });
    assert.equal(refused.status, 400);
    for (const huge of ["x1-".repeat(400), "x1-".repeat(350_000)]) {
      const started = performance.now();
      const answer = await recovering.post(link, { password: huge });
      assert.ok([400, 413].includes(answer.status), `${huge.length}: ${answer.status}`);
      assert.ok(performance.now() - started < 1000);
    }
    // Nothing happened: the session lives, and the old password is the password.
    assert.equal((await client.get("/api/0/users/me/")).status, 200);
    await signedIn("otto@other.example");
  });

  // AUTH-33
  it("200 log-ins at once neither exhaust the memory nor the patience", async () => {
    const peak = () => Number(/VmHWM:\s+(\d+) kB/.exec(
      readFileSync(`/proc/${gatehouse.child.pid}/status`, "utf8"))[1]) / 1024;
    const client = visitor();
    const csrf = await client.csrf();
    const earlier = peak();
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) =>
      client.post("/auth/login/", { op: "login", username: `u${i}@flood.example`, password: "some-long-password" },
        { csrf, headers: { "X-Forwarded-For": `172.16.${i}.1` } })));
    const counts = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    assert.deepEqual(Object.keys(counts).filter((s) => !["401", "503"].includes(s)), [], JSON.stringify(counts));
    assert.ok(counts[401] > 0);
    assert.ok(peak() - earlier < 400, `${Math.round(peak() - earlier)} MiB more`);
    assert.ok(performance.now() - started < 30_000);
    await signedIn("nina@acme.example");
  });

  // AUTH-34
  it("a token's value is shown once and found nowhere afterwards", async () => {
    const client = await signedIn("nina@acme.example");
    const made = await client.post("/account/tokens/", { name: "export", scope: "org:read", days: "30" });
    const token = /<code id="token">(ghp_[^<]+)</.exec(made.text)[1];
    for (const path of pages) assert.ok(!(await client.get(path)).text.includes(token.slice(4)), path);
    for (const path of ["/api-tokens/", "/users/me/", "/auth/", "/users/me/tokens/", "/organizations/acme/"]) {
      assert.ok(!(await api(path, token)).text.includes("ghp_"), path);
    }
    assert.equal((await api("/organizations/acme/", token)).status, 200);
  });
});

describe("guessing", { timeout: 60_000 }, () => {
  let plain;
  before(async () => { plain = await Gatehouse.start({ fill: fillAcme }); });
  after(async () => { await plain?.close(); });
  const guess = (client, username, csrf, headers) =>
    client.post("/auth/login/", { op: "login", username, password: "a-wrong-guess-again" }, { csrf, headers });

  it("is limited per account, in parallel and in other spellings, and only for that account", async () => {
    const client = new HttpClient(plain);
    const csrf = await client.csrf();
    const spellings = ["nina@acme.example", "NINA@acme.example", " nina@ACME.example "];
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => guess(client, spellings[i % 3], csrf)));
    assert.equal(answers.filter((a) => a.status === 401).length, 5);
    assert.equal(answers.filter((a) => a.status === 429).length, 7);
    await assert.rejects(client.signIn("nina@acme.example"), /429/);
    await client.signIn("marcus@acme.example");
  });

  it("is limited per network, whatever X-Forwarded-For a stranger sends", async () => {
    const client = new HttpClient(plain);
    const csrf = await client.csrf();
    const statuses = [];
    for (let i = 0; i < 36; i += 1) {
      const headers = { "X-Forwarded-For": `203.0.${i}.1`, "X-Real-IP": `203.0.${i}.1`, Forwarded: `for=203.0.${i}.1` };
      statuses.push((await guess(client, `guess${i}@acme.example`, csrf, headers)).status);
    }
    assert.ok(statuses.filter((s) => s === 401).length <= 30, statuses.join());
    assert.equal(statuses.at(-1), 429);
  });

  it("a link of one purpose opens nothing else", async () => {
    const client = new HttpClient(plain);
    await client.post("/account/recover/", { email: "olivia@acme.example" });
    const [mail] = await plain.mails((m) => m.to === "olivia@acme.example");
    const token = /recover\/confirm\/([^/]+)\//.exec(mail.text)[1];
    const fields = { name: "Eve", email: "eve@evil.example", password: "a-quite-long-secret-9", organization: "Evil", slug: "evil" };
    for (const path of [`/setup/${token}/`, `/account/confirm-email/${token}/`, `/account/user-confirm/${token}/`]) {
      const answer = await client.post(path, fields);
      assert.ok(answer.status >= 400 || /^\/auth\/login\//.test(answer.location), `${path}: ${answer.status}`);
      assert.equal(client.session, undefined, path);
    }
    // Nor does half of it, or it with something behind.
    for (const wrong of [token.slice(0, -1), `${token}A`, token.toLowerCase(), "%00", token.replace(/.$/, "*")]) {
      assert.equal((await client.get(`/account/recover/confirm/${wrong}/`)).status, 404, wrong);
    }
    // Of eight at once one wins.
    const csrf = await client.csrf();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) =>
      client.post(`/account/recover/confirm/${token}/`, { password: `grand-piano-${i}-walnut` }, { csrf, keepCookies: false })));
    assert.equal(answers.filter((a) => isRedirect(a.status)).length, 1, answers.map((a) => a.status).join());
  });
});

describe("the API", { timeout: 60_000 }, () => {
  const orgRoutes = {
    "": "org:read", "members/": "member:read", "auth-provider/": "org:read",
    "auth-providers/": "org:read", "audit-logs/": "org:write", "sso-decisions/": "org:write",
  };

  it("tells strangers nothing", async () => {
    for (const path of ["/users/me/", "/organizations/",
                        ...Object.keys(orgRoutes).map((r) => `/organizations/acme/${r}`)]) {
      for (const bad of [undefined, "ghp_", "x", `ghp_${"A".repeat(49)}`, tokens.owner.slice(0, -1),
                         `${tokens.owner}A`, tokens.owner.toUpperCase()]) {
        const answer = await api(path, bad);
        assert.equal(answer.status, 401, `${path} ${bad}`);
        assert.ok(!answer.text.toLowerCase().includes("acme") || answer.text.includes("loginUrl"));
      }
    }
    assert.equal((await api("/auth/")).status, 400);
    assert.equal((await api("/auth/validate/")).status, 403);
    assert.equal((await api("/auth/validate/", "ghp_x")).status, 403);
    assert.equal((await visitor().request("DELETE", "/api/0/auth/")).status, 401);
    const login = await visitor().request("POST", "/api/0/auth/login/", {
      body: JSON.stringify({ username: "nina@acme.example", password }),
    });
    assert.equal(login.status, 403);
  });

  it("an existing organization looks like a missing one to outsiders", async () => {
    const id = (await api("/organizations/acme/", tokens.owner)).json().id;
    const session = await signedIn("otto@other.example");
    for (const route of Object.keys(orgRoutes)) {
      const strip = (answer) => [answer.status, { ...answer.json(), correlationId: "" }];
      const missing = strip(await api(`/organizations/none/${route}`, tokens.outsider));
      assert.equal(missing[0], 404, route);
      for (const name of ["acme", id]) {
        assert.deepEqual(strip(await api(`/organizations/${name}/${route}`, tokens.outsider)), missing, route);
        assert.deepEqual(strip(await session.get(`/api/0/organizations/${name}/${route}`)), missing, route);
      }
    }
    const own = (await api("/organizations/", tokens.outsider)).json();
    assert.deepEqual(own.map((o) => o.slug), ["other"]);
  });

  it("a role or a scope that is missing is missing", async () => {
    const member = await signedIn("nina@acme.example");
    for (const [route, scope] of Object.entries(orgRoutes)) {
      const path = `/organizations/acme/${route}`;
      const allowed = scope === "org:write" ? 403 : [200, 204];
      const check = (answer, expected, who) =>
        assert.ok([expected].flat().includes(answer.status), `${who} ${path}: ${answer.status}`);
      check(await api(path, tokens.narrow), 403, "a token without the scope");
      check(await api(path, tokens.member), allowed, "a member's token with every scope");
      check(await member.get(`/api/0${path}`), allowed, "a member");
      check(await api(path, tokens.owner), [200, 204], "the owner");
    }
  });

  it("two credentials at once are none", async () => {
    const session = await signedIn("olivia@acme.example");
    // A token that is refused does not fall back to the cookie.
    const both = await session.get("/api/0/users/me/", { headers: { Authorization: "Bearer ghp_wrong" } });
    assert.equal(both.status, 401);
    const twice = await sendRaw(gatehouse, `GET /api/0/users/me/ HTTP/1.1\r\nHost: localhost:${gatehouse.port}\r\n` +
      `Authorization: Bearer ${tokens.owner}\r\nAuthorization: Bearer ${tokens.owner}\r\n\r\n`);
    assert.ok([400, 401].includes(twice.status), `${twice.status}`);
    assert.equal((await visitor().get(`/api/0/users/me/?access_token=${tokens.owner}`)).status, 401);
  });
});

// ---- single sign-on -----------------------------------------------------------------------------

describe("setting up single sign-on", { timeout: 60_000 }, () => {
  let owner;
  const noProvider = async (org = "acme") =>
    assert.equal((await api(`/organizations/${org}/auth-provider/`, tokens.owner)).status, 204);

  before(async () => {
    owner = await signedIn("olivia@acme.example");
    const made = await owner.post("/organizations/new/", { slug: "beta", name: "Beta" });
    assert.ok(isRedirect(made.status), made.text);
  });

  // SETUP-10
  it("members can neither open nor post the pages", async () => {
    const member = await signedIn("nina@acme.example");
    assertRefused(await member.get("/settings/acme/auth/"), 403, "forbidden");
    assertRefused(await member.get("/organizations/acme/auth/configure/?provider=oidc"), 403, "forbidden");
    for (const op of ["finish", "cancel", "settings", "disable", "rotate-secret", "reinvite"]) {
      assertRefused(await member.post("/organizations/acme/auth/configure/", { op, confirm: "1" }), 403, "forbidden");
    }
    assertRefused(await member.beginSetup("acme", provider), 403, "forbidden");
    const outsider = await signedIn("otto@other.example");
    assert.equal((await outsider.beginSetup("acme", provider)).status, 404);
    await noProvider();
  });

  // SETUP-01
  it("finishing without being logged in leads to the log-in and does nothing", async () => {
    const client = await signedIn("olivia@acme.example");
    await client.verifySetup("acme", provider, olivia);
    client.cookies.delete("sid");
    const answer = await client.finishSetup("acme");
    assert.ok(isRedirect(answer.status), `${answer.status}`);
    assert.match(answer.location, /^\/(auth\/login|settings)\//);
    await noProvider();
  });

  // SETUP-02
  it("finishing as somebody else than the one who began is refused and recorded", async () => {
    const client = await signedIn("olivia@acme.example");
    await client.verifySetup("acme", provider, olivia);
    client.cookies.delete("sid");
    await client.signIn("marcus@acme.example");
    assertRefused(await client.finishSetup("acme"), 403, "uid_mismatch");
    await noProvider();
    const rows = await audit("acme", "sso.setup-refused");
    assert.equal(rows.filter((r) => r.data.reason === "uid_mismatch").length, 1);
  });

  // SETUP-05
  it("a set-up of one organization does not finish in another", async () => {
    const client = await signedIn("olivia@acme.example");
    await client.verifySetup("acme", provider, olivia);
    assertRefused(await client.finishSetup("beta"), 400, "sso_state_invalid");
    await noProvider("beta");
    // Nor does the provider's answer arrive at the other's return URL.
    const begun = await client.beginSetup("acme", provider);
    const back = provider.authorize(HttpClient.leaving(begun), olivia);
    const before = provider.tokenRequests.length;
    assertRefused(await client.get(`/auth/sso/beta/?${back.query}`), 400, "sso_state_invalid");
    assert.equal(provider.tokenRequests.length, before);
    await noProvider();
  });

  // SETUP-06
  it("the last step without the provider, with an identity in the form, is refused", async () => {
    const client = await signedIn("olivia@acme.example");
    const fields = { sub: "olivia", subject: "olivia", email: "olivia@acme.example", step: "2", step_index: "2",
                     identity: JSON.stringify(olivia), id_token: provider.idToken(olivia), assertion: "{}" };
    assertRefused(await client.finishSetup("acme", fields), 400, "sso_state_invalid");
    await client.beginSetup("acme", provider);
    assertRefused(await client.finishSetup("acme", fields), 400, "sso_state_invalid");
    assertRefused(await client.get("/organizations/acme/auth/configure/?review=1"), 400, "sso_state_invalid");
    await noProvider();
  });

  // SETUP-07
  it("16 clicks on the last button set up one provider once", async () => {
    await owner.verifySetup("acme", provider, olivia);
    const csrf = await owner.csrf();
    const cookie = { Cookie: [...owner.cookies].map(([n, v]) => `${n}=${v}`).join("; ") };
    const answers = await Promise.all(Array.from({ length: 16 }, () =>
      owner.finishSetup("acme", { email: "marcus@acme.example", sub: "marcus" }, { csrf, headers: cookie, keepCookies: false })));
    for (const answer of answers) {
      assert.ok([302, 303, 400, 401, 409].includes(answer.status), `${answer.status} ${answer.text}`);
    }
    const winners = answers.filter((a) => a.setCookies.some((c) => /^sid=[^;]/.test(c)));
    assert.equal(winners.length, 1);
    owner.keep(winners[0].setCookies);
    const enabled = await audit("acme", "sso.enable");
    assert.equal(enabled.length, 1);
    assert.ok(!JSON.stringify(enabled).includes(provider.clientSecret));
    assert.equal((await audit("acme", "sso-identity.link")).length, 1);
    const again = await owner.finishSetup("acme");
    assert.ok(isRedirect(again.status) || again.status === 409, `${again.status}`);
    assert.equal((await audit("acme", "sso.enable")).length, 1);
    const live = (await api("/organizations/acme/auth-provider/", tokens.owner)).json();
    assert.equal(live.config.issuer, provider.issuer);
    assert.equal(live.require_link, true);
  });

  // SETUP-34
  it("an unlinked member is kept out of this organization only", async () => {
    const member = await signedIn("nina@acme.example");
    for (const answer of [await member.get("/api/0/organizations/acme/"),
                          await api("/organizations/acme/", tokens.member)]) {
      assert.equal(answer.status, 401);
      assert.equal(answer.json().detail.code, "sso-required");
    }
    for (const path of ["/organizations/acme/", "/organizations/acme/members/"]) {
      assert.match((await member.get(path)).location, /^\/auth\/login\/acme\//, path);
    }
    for (const route of ["members/", "auth-provider/", "auth-providers/"]) {
      assert.equal((await api(`/organizations/acme/${route}`, tokens.member)).status, 401, route);
    }
    const outsider = await signedIn("otto@other.example");
    assert.equal((await outsider.get("/api/0/organizations/other/")).status, 200);
    assert.equal((await owner.get("/api/0/organizations/beta/")).status, 200);
    assert.equal((await member.get("/api/0/users/me/")).status, 200);
  });
});

describe("logging in through a provider", { timeout: 60_000 }, () => {
  const stateless = async (client, path, before = provider.tokenRequests.length) => {
    assertRefused(await client.get(path), 400, "sso_state_invalid");
    assert.equal(provider.tokenRequests.length, before, "a token request was made");
    assert.equal(client.session, undefined);
  };

  // OIDC-20
  it("a state that is missing, wrong, used or another browser's starts nothing", async () => {
    const victim = visitor();
    const attacker = visitor();
    const back = provider.authorize(await attacker.beginSso("acme"), olivia);
    await stateless(victim, "/auth/sso/acme/?code=x");
    await stateless(victim, "/auth/sso/acme/");
    await stateless(victim, `/auth/sso/acme/?code=x&state=${"A".repeat(43)}`);
    await stateless(victim, back.returnPath);  // the attacker's log-in in the victim's browser
    await victim.beginSso("acme");
    await stateless(victim, back.returnPath);
    await stateless(attacker, back.returnPath.replace(back.state, back.state.slice(1)));
    const good = await attacker.get(back.returnPath);
    assert.ok(isRedirect(good.status) && attacker.session, good.text);
    attacker.cookies.delete("sid");
    await stateless(attacker, back.returnPath);
  });

  // OIDC-22
  it("16 copies of one answer make one token request and one session", async () => {
    const client = visitor();
    const back = provider.authorize(await client.beginSso("acme"), olivia);
    const before = provider.tokenRequests.length;
    const answers = await Promise.all(Array.from({ length: 16 }, () =>
      client.get(back.returnPath, { keepCookies: false })));
    assert.equal(provider.tokenRequests.length - before, 1);
    const sessions = answers.flatMap((a) => a.setCookies).filter((c) => /^sid=[^;]/.test(c));
    assert.equal(sessions.length, 1);
    assert.equal(answers.filter((a) => a.status === 400).length, 15);
  });

  // OIDC-38
  it("an answer with an error is refused, and its text is only text", async () => {
    const client = visitor();
    const back = provider.authorize(await client.beginSso("acme"), olivia);
    const before = provider.tokenRequests.length;
    back.query.set("error", "access_denied");
    back.query.set("error_description", "<script>alert(1)</script>\r\nX-Injected: 1");
    back.query.set("error_uri", "javascript:alert(1)");
    const answer = await client.get(`${back.path}?${back.query}`);
    assertRefused(answer, 400, "sso_failed");
    assert.ok(!answer.text.includes("<script>alert") && !answer.text.includes("javascript:"));
    assert.equal(answer.headers["x-injected"], undefined);
    assert.equal(provider.tokenRequests.length, before);
    assert.equal(client.session, undefined);
    // The administrators' page shows it, as text.
    const owner = visitor();
    await owner.signInBySso("acme", provider, olivia);
    const decisions = await owner.get("/organizations/acme/sso-decisions/");
    assert.equal(decisions.status, 200);
    assert.ok(!decisions.text.includes("<script>alert"));
  });

  // OIDC-39
  it("a parameter that comes twice is refused", async () => {
    const client = visitor();
    const back = provider.authorize(await client.beginSso("acme"), olivia);
    const before = provider.tokenRequests.length;
    for (const extra of [`code=${back.code}`, `state=${back.state}`, "iss=https://evil.example",
                         `stat%65=${back.state}`]) {
      assertRefused(await client.get(`${back.returnPath}&${extra}`), 400, "bad_request");
    }
    const posted = await client.post(`/auth/sso/acme/?${back.query}`, Object.fromEntries(back.query));
    assert.equal(posted.status, 405);
    assert.equal(provider.tokenRequests.length, before);
    assert.equal(client.session, undefined);
  });

  // OIDC-47: certificates are the business of the HTTP client's own tests
  it("a provider that does not answer refuses nobody and lets nobody in", async () => {
    const client = visitor();
    const back = provider.authorize(await client.beginSso("acme"), olivia);
    provider.down = true;
    const answer = await client.get(back.returnPath);
    provider.down = false;
    assertRefused(answer, 502, "idp_unavailable");
    assert.ok(!answer.text.includes("out of order") && !answer.text.includes(provider.issuer));
    assert.equal(client.session, undefined);
    // The answer is used up; the next log-in works.
    assertRefused(await client.get(back.returnPath), 400, "sso_state_invalid");
    assert.ok(isRedirect((await client.signInBySso("acme", provider, olivia)).status));
  });

  // OIDC-49
  it("the return URL comes from the configuration, not from the request", async () => {
    const lies = { "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", Forwarded: "host=evil.example" };
    const url = await visitor().beginSso("acme", {}, { headers: lies });
    assert.equal(url.searchParams.get("redirect_uri"), `${gatehouse.url}/auth/sso/acme/`);
    const client = visitor();
    const csrf = await client.csrf();
    const other = await client.post("/auth/login/acme/", { init: "1" }, { csrf, host: "evil.example" });
    assert.equal(other.status, 421);
    const local = await client.post("/auth/login/acme/", { init: "1" }, { csrf, host: `127.0.0.1:${gatehouse.port}` });
    if (local.status === 200) {
      assert.equal(HttpClient.leaving(local).searchParams.get("redirect_uri"), `${gatehouse.url}/auth/sso/acme/`);
    }
  });

  // OIDC-51
  it("nothing in the request changes the parameters sent to the provider", async () => {
    const evil = {
      client_id: "evil", redirect_uri: "https://evil.example/", scope: "openid evil", state: "evil",
      nonce: "evil", response_type: "token", login_hint: "a&client_id=evil", prompt: "none&scope=evil",
      code_challenge: "evil", code_challenge_method: "plain", issuer: "https://evil.example",
      next: "/organizations/acme/?client_id=evil&redirect_uri=https://evil.example/",
    };
    const client = visitor();
    const url = await client.beginSso("acme", evil, { path: `/auth/login/acme/?${new URLSearchParams(evil)}` });
    assert.equal(url.origin, provider.issuer);
    const names = [...url.searchParams.keys()];
    assert.equal(new Set(names).size, names.length, names.join());
    const get = (name) => url.searchParams.get(name);
    assert.equal(get("client_id"), provider.clientId);
    assert.equal(get("redirect_uri"), `${gatehouse.url}/auth/sso/acme/`);
    assert.equal(get("response_type"), "code");
    assert.equal(get("code_challenge_method"), "S256");
    assert.ok(get("scope").split(" ").includes("openid"));
    assert.ok(!url.search.includes("evil"), url.search);
    assert.ok(get("state").length >= 43 && get("nonce").length >= 43 && get("code_challenge").length === 43);
  });

  // AUTH-22
  it("a session id known before is worthless after the provider's answer", async () => {
    const client = await signedIn("olivia@acme.example");
    const before = client.session;
    const answer = await client.signInBySso("acme", provider, olivia);
    assert.ok(isRedirect(answer.status), answer.text);
    assert.notEqual(client.session, before);
    const stolen = { Cookie: `sid=${before}` };
    assert.equal((await visitor().get("/api/0/users/me/", { headers: stolen })).status, 401);
    assert.equal((await client.get("/api/0/organizations/acme/")).status, 200);
  });

  // SETUP-18
  it("a session born by one organization's provider opens that organization only", async () => {
    const client = visitor();
    await client.signInBySso("acme", provider, olivia);
    assert.equal((await client.get("/api/0/organizations/acme/")).status, 200);
    const beta = await client.get("/api/0/organizations/beta/");
    assert.equal(beta.status, 401);
    assert.equal(beta.json().detail.code, "reauth-required");
    assert.deepEqual((await client.get("/api/0/organizations/")).json().map((o) => o.slug), ["acme"]);
    for (const path of ["/organizations/beta/", "/organizations/beta/members/", "/settings/beta/auth/",
                        "/organizations/beta/auth/configure/", "/account/", "/account/security/",
                        "/account/sessions/", "/account/tokens/"]) {
      const answer = await client.get(path);
      assert.match(answer.location ?? `${answer.status}`, /^\/auth\/login\/\?.*reason=reauth_required/, path);
    }
    for (const [path, fields] of [["/account/", { op: "name", name: "Owned" }],
                                  ["/account/security/", { current: password, password: "an-entirely-new-secret-77" }],
                                  ["/account/tokens/", { name: "x", scope: "org:read", days: "never" }],
                                  ["/account/sessions/", { op: "end-others" }],
                                  ["/organizations/new/", { slug: "gamma", name: "Gamma" }]]) {
      const answer = await client.post(path, fields);
      assert.match(answer.location ?? `${answer.status}`, /reason=reauth_required/, path);
    }
    assert.ok(!(await client.get("/organizations/")).text.includes("Beta"));
    // The own password opens the rest.
    await client.signIn("olivia@acme.example");
    assert.equal((await client.get("/api/0/organizations/beta/")).status, 200);
  });

  // SETUP-19
  it("another site cannot confirm a link for its visitor", async () => {
    const victim = await signedIn("nina@acme.example");
    const answer = await victim.signInBySso("acme", provider, { sub: "attacker", email: "attacker@evil.example" });
    assert.match(answer.location, /flow=1/);
    const csrf = await victim.csrf();
    for (const op of ["confirm", "newuser", "login"]) {
      const fields = { op, username: "nina@acme.example", password };
      assertRefused(await victim.post("/auth/login/acme/", fields, { csrf: "" }), 403, "csrf");
      assertRefused(await victim.post("/auth/login/acme/", fields, { csrf, headers: { Origin: "https://evil.example" } }), 403, "csrf");
      assert.equal((await victim.post("/auth/sso/acme/", fields, { csrf })).status, 405);
      const got = await victim.get(`/auth/sso/acme/?op=${op}`);
      assertRefused(got, 400, "sso_state_invalid");
      await victim.get(`/auth/login/acme/?flow=1&op=${op}&csrf=${csrf}`);
    }
    const members = (await api("/organizations/acme/members/", tokens.owner)).json();
    assert.equal(members.find((m) => m.email === nina.email).flags["sso:linked"], false);
    assert.equal(members.length, 3);
  });

  // SETUP-22
  it("what the page is sent about the identity is not believed", async () => {
    const client = visitor();
    await client.signInBySso("acme", provider, { sub: "newcomer", email: "newcomer@acme.example", name: "New Comer" });
    const lies = { op: "newuser", email: "olivia@acme.example", sub: "olivia", name: "Olivia Owner",
                   role: "owner", user: "1", email_verified: "true", organization: "other" };
    const answer = await client.post("/auth/login/acme/", lies);
    assert.ok(isRedirect(answer.status), answer.text);
    const me = (await client.get("/api/0/users/me/")).json();
    assert.equal(me.email, "newcomer@acme.example");
    assert.equal(me.name, "New Comer");
    const members = (await api("/organizations/acme/members/", tokens.owner)).json();
    assert.equal(members.find((m) => m.email === "newcomer@acme.example").role, "member");
  });

  // SETUP-16
  it("a hostile owner's provider that asserts a stranger's address gets no account", async () => {
    const attacker = await signedIn("otto@other.example");
    await attacker.verifySetup("other", otherProvider, { sub: "otto", email: "otto@other.example" });
    const finished = await attacker.finishSetup("other");
    assert.ok(isRedirect(finished.status), finished.text);

    const before = (await gatehouse.mails((m) => m.to === nina.email, 0)).length;
    const client = visitor();
    for (const claims of [nina, { sub: "olivia", email: "olivia@acme.example" },
                          { sub: "x", email: "NINA@acme.example" }]) {
      const answer = await client.signInBySso("other", otherProvider, claims);
      assert.match(answer.location, /^\/auth\/login\/other\/\?flow=1/);
      assert.equal(client.session, undefined);
      const page = await client.get(answer.location);
      assert.equal(page.status, 200);
      const confirm = await client.post("/auth/login/other/", { op: "confirm" });
      assert.ok(confirm.status >= 300, `${confirm.status}`);
      assert.equal(client.session, undefined);
      assert.equal((await client.get("/api/0/users/me/")).status, 401);
    }
    const members = (await api("/organizations/other/members/", tokens.outsider)).json();
    assert.deepEqual(members.map((m) => m.email), ["otto@other.example"]);
    // The same subject at the hostile provider is another identity than at Acme's.
    await client.signInBySso("other", otherProvider, olivia);
    assert.equal(client.session, undefined);
    await api("/organizations/other/", tokens.outsider);
    assert.equal((await gatehouse.mails((m) => m.to === nina.email, 0)).length, before);
  });
});

// ---- secrets ------------------------------------------------------------------------------------

describe("secrets", { timeout: 60_000 }, () => {
  // AUDIT-06, AUTH-26
  it("are in no log, no audit entry, no decision, no database file and no process table", async () => {
    const client = await signedIn("olivia@acme.example");
    const ownSession = client.session;
    const browserId = client.cookies.get("bid");
    const csrf = await client.csrf();
    const wrong = "a-mistyped-password-of-olivia";
    await visitor().post("/auth/login/", { op: "login", username: "olivia@acme.example", password: wrong });
    const made = await client.post("/account/tokens/", { name: "seed", scope: "org:read", days: "30" });
    const token = /<code id="token">(ghp_[^<]+)</.exec(made.text)[1];
    await api("/organizations/acme/", token);
    await api("/organizations/acme/", `${token}x`);

    const back = provider.authorize(await client.beginSso("acme"), olivia);
    await client.get(back.returnPath);
    const ssoSession = client.session;
    const stale = provider.authorize(await client.beginSso("acme"), olivia);
    await visitor().get(stale.returnPath);  // refused, and logged
    const form = new URLSearchParams(provider.tokenRequests.at(-1));

    // A recovery link that is opened, fails once and stays usable.
    const recovering = visitor();
    await recovering.post("/account/recover/", { email: "newcomer@acme.example" });
    const [mail] = await gatehouse.mails((m) => m.to === "newcomer@acme.example" && /recover\/confirm/.test(m.text));
    const link = new URL(/http\S+\/account\/recover\/confirm\/\S+/.exec(mail.text)[0]).pathname;
    assert.equal((await recovering.get(link)).status, 200);
    assert.equal((await recovering.post(link, { password: "short" })).status, 400);

    const secrets = {
      "the password": password, "a mistyped password": wrong, "the client secret": provider.clientSecret,
      "a session": ownSession, "a session of single sign-on": ssoSession, "a browser id": browserId,
      "a CSRF token": csrf, "an API token": token.slice(4), "a token of the command line": tokens.owner.slice(4),
      "an authorization code": back.code, "an unused authorization code": stale.code, "a state": back.state,
      "a PKCE verifier": form.get("code_verifier"), "an access token": provider.accessTokens.at(-1),
    };
    const linkToken = link.split("/").at(-2);
    await new Promise((resolve) => setTimeout(resolve, 200));  // the log's pipe is emptied
    const owner = tokens.owner;
    const texts = {
      log: gatehouse.log,
      audit: (await api("/organizations/acme/audit-logs/", owner)).text,
      decisions: (await api("/organizations/acme/sso-decisions/", owner)).text,
      metrics: await (await fetch(`${gatehouse.url}/metrics`)).text(),
      arguments: readFileSync(`/proc/${gatehouse.child.pid}/cmdline`, "latin1"),
    };
    assert.ok(texts.log.length > 1000 && texts.decisions.includes("known_identity"));
    assert.match(texts.metrics, /gatehouse_http_requests/);
    for (const name of readdirSync(gatehouse.data)) {
      if (!name.startsWith("gatehouse.db")) continue;
      texts[name] = readFileSync(join(gatehouse.data, name), "latin1");
    }
    assert.ok(texts["gatehouse.db"]);
    const found = [];
    for (const [where, text] of Object.entries(texts)) {
      for (const [what, secret] of Object.entries(secrets)) {
        assert.ok(secret && secret.length >= 15, what);
        if (text.includes(secret)) found.push(`${what} in ${where}`);
      }
    }
    if (texts.log.includes(linkToken)) {
      const levels = texts.log.split("\n").filter((l) => l.includes(linkToken)).map((l) => {
        const line = JSON.parse(l);
        return `${line.level} ${line.event}`;
      });
      found.push(`a live recovery link in log (${[...new Set(levels)].sort().join(", ")})`);
    }
    assert.deepEqual(found, []);
  });
});
