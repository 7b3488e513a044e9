// An OpenID provider that says whatever a test tells it to say. There is no log-in page: the test
// answers the authorization request itself. Everything asked of the token endpoint is recorded.

import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createServer } from "node:http";

import { freePort } from "./gatehouse.mjs";

const base64url = (value) => Buffer.from(value).toString("base64url");

export class ScriptedProvider {
  static async start() {
    const it = new ScriptedProvider();
    it.port = await freePort();
    it.issuer = `http://127.0.0.1:${it.port}`;
    it.clientId = "gatehouse";
    it.clientSecret = `client-secret-${randomBytes(18).toString("base64url")}`;
    it.key = generateKeyPairSync("ec", { namedCurve: "P-256" });
    it.codes = new Map();
    it.tokenRequests = [];
    it.accessTokens = [];
    it.server = createServer((request, response) => it.answer(request, response));
    await new Promise((resolve) => it.server.listen(it.port, "127.0.0.1", resolve));
    return it;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  // What the provider's own page would send the browser back with.
  authorize(url, claims) {
    const code = `code-${randomBytes(18).toString("base64url")}`;
    const state = url.searchParams.get("state");
    this.codes.set(code, { ...claims, nonce: url.searchParams.get("nonce") });
    const back = new URL(url.searchParams.get("redirect_uri"));
    const query = new URLSearchParams({ code, state, iss: this.issuer });
    return { code, state, returnPath: `${back.pathname}?${query}`, query, path: back.pathname };
  }

  answer(request, response) {
    const reply = (body) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const path = new URL(request.url, this.issuer).pathname;
    if (path === "/.well-known/openid-configuration") {
      return reply({
        issuer: this.issuer,
        authorization_endpoint: `${this.issuer}/authorize`,
        token_endpoint: `${this.issuer}/token`,
        jwks_uri: `${this.issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["ES256"],
        token_endpoint_auth_methods_supported: ["client_secret_basic"],
        authorization_response_iss_parameter_supported: true,
      });
    }
    if (path === "/jwks") {
      const jwk = this.key.publicKey.export({ format: "jwk" });
      return reply({ keys: [{ ...jwk, kid: "k1", alg: "ES256", use: "sig" }] });
    }
    if (path === "/token" && this.down) {
      response.writeHead(503);
      return response.end("out of order");
    }
    if (path !== "/token") {
      response.writeHead(404);
      return response.end();
    }
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      this.tokenRequests.push(body);
      const claims = this.codes.get(new URLSearchParams(body).get("code"));
      if (!claims) {
        response.writeHead(400, { "Content-Type": "application/json" });
        return response.end('{"error":"invalid_grant"}');
      }
      const access = `access-${randomBytes(18).toString("base64url")}`;
      this.accessTokens.push(access);
      reply({ access_token: access, token_type: "Bearer", id_token: this.idToken(claims) });
    });
  }

  idToken(claims) {
    const now = Math.floor(Date.now() / 1000);
    const head = base64url(JSON.stringify({ alg: "ES256", typ: "JWT", kid: "k1" }));
    const payload = base64url(JSON.stringify({
      iss: this.issuer, aud: this.clientId, iat: now, exp: now + 300, email_verified: true, ...claims,
    }));
    const key = { key: this.key.privateKey, dsaEncoding: "ieee-p1363" };
    return `${head}.${payload}.${sign("sha256", Buffer.from(`${head}.${payload}`), key).toString("base64url")}`;
  }
}
