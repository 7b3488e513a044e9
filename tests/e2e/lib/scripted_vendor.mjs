// A plain OAuth 2 provider (code flow, user endpoint, rotating refresh tokens) that says whatever a
// test tells it to say, and repeats in its errors every secret of the request, as a careless server
// would. Everything that it has been told or has handed out is remembered by name.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

import { freePort } from "./gatehouse.mjs";

export class ScriptedVendor {
  static async start() {
    const it = new ScriptedVendor();
    it.port = await freePort();
    it.origin = `http://127.0.0.1:${it.port}`;
    it.clientId = "gatehouse";
    it.known = new Map();  // secret -> what it is
    it.clientSecret = it.mark("client secret");
    it.codes = new Map();
    it.people = new Map();  // by refresh token
    it.owners = new Map();  // by access token
    it.trouble = "";
    it.grants = [];
    it.server = createServer((request, response) => it.answer(request, response));
    await new Promise((resolve) => it.server.listen(it.port, "127.0.0.1", resolve));
    return it;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  // A new secret of that name.
  mark(what) {
    const secret = `${what.replaceAll(" ", "")}-${randomBytes(18).toString("base64url")}`;
    this.known.set(secret, what);
    return secret;
  }

  settings(extra = {}) {
    return {
      client_id: this.clientId,
      client_secret: this.clientSecret,
      authorization_url: `${this.origin}/authorize`,
      token_url: `${this.origin}/token`,
      user_url: `${this.origin}/user`,
      scopes: "profile email",
      claim_verified: "email_verified",
      ...extra,
    };
  }

  // What its own page would send the browser back with.
  authorize(url, person) {
    const code = this.mark("authorization code");
    this.codes.set(code, person);
    const back = new URL(url.searchParams.get("redirect_uri"));
    const query = new URLSearchParams({ code, state: url.searchParams.get("state") });
    return { code, path: back.pathname, returnPath: `${back.pathname}?${query}` };
  }

  answer(request, response) {
    const reply = (status, body, type = "application/json") => {
      response.writeHead(status, { "Content-Type": type });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    const path = new URL(request.url, this.origin).pathname;
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      if (path === "/user") {
        const token = (request.headers.authorization ?? "").replace(/^Bearer /, "");
        if (this.trouble === "user") {
          return reply(500, `<html>no such user: ${token}</html>`, "text/html");
        }
        const person = this.owners.get(token);
        return person ? reply(200, person) : reply(401, { error: "invalid_token" });
      }
      if (path !== "/token") return reply(404, "");
      const form = new URLSearchParams(body);
      this.grants.push(form.get("grant_type"));
      for (const [name, what] of [["code_verifier", "PKCE verifier"], ["code", "authorization code"],
        ["refresh_token", "refresh token"]]) {
        if (form.get(name)) this.known.set(form.get(name), what);
      }
      const basic = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /, ""), "base64")
        .toString();
      const secret = decodeURIComponent(basic.slice(basic.indexOf(":") + 1));
      const said = [secret, ...["code", "code_verifier", "refresh_token"].map((n) => form.get(n))]
        .filter(Boolean).join(" ");
      const error = (status, name) =>
        reply(status, { error: name, error_description: `refused: ${said}` });
      if (secret !== this.clientSecret) return error(401, "invalid_client");
      if (this.trouble === "refused") return error(400, "invalid_grant");
      if (this.trouble === "garbage") {
        return reply(200, `<pre>${said}</pre>`, "text/html");
      }
      const person = this.codes.get(form.get("code")) ?? this.people.get(form.get("refresh_token"));
      if (!person) return error(400, "invalid_grant");
      this.codes.delete(form.get("code"));
      this.people.delete(form.get("refresh_token"));
      const access = this.mark("access token");
      const refresh = this.mark("refresh token");
      this.owners.set(access, person);
      this.people.set(refresh, person);
      // An ID token nobody asked for.
      reply(200, { access_token: access, refresh_token: refresh, id_token: this.mark("id token"),
        token_type: "Bearer", expires_in: 3600 });
    });
  }
}
