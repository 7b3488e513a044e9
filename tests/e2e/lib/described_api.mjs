// The API as api/openapi.yaml describes it: every call is checked against the description, request
// and answer, and what was called is remembered.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const file = new URL("../../../api/openapi.yaml", import.meta.url);

// References of the document, made absolute, so that any part of it can be compiled alone.
function absolute(node) {
  if (Array.isArray(node)) return node.map(absolute);
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) =>
    [key, key === "$ref" ? `api${value}` : absolute(value)]));
}

export class DescribedApi {
  constructor() {
    this.document = absolute(parse(readFileSync(file, "utf8")));
    this.ajv = new Ajv2020({ allErrors: true, strictTypes: false });
    addFormats.default(this.ajv);
    this.ajv.addSchema({ $id: "api", components: this.document.components }, "api", false, false);
    this.ajv.addVocabulary(["components"]);
    this.validators = new Map();
    this.operations = new Map();
    for (const [path, item] of Object.entries(this.document.paths)) {
      for (const method of ["get", "post", "put", "delete", "patch"]) {
        if (!item[method]) continue;
        const operation = item[method];
        const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])]
          .map((p) => this.resolve(p));
        this.operations.set(operation.operationId, {
          id: operation.operationId, method: method.toUpperCase(), path, parameters,
          security: operation.security ?? this.document.security,
          requestBody: operation.requestBody,
          responses: operation.responses,
          seen: new Set(),
        });
      }
    }
  }

  resolve(node) {
    if (!node.$ref) return node;
    const steps = node.$ref.slice("api#/".length).split("/");
    return steps.reduce((at, step) => at[step], this.document);
  }

  validate(what, schema, value) {
    if (!this.validators.has(schema)) this.validators.set(schema, this.ajv.compile(schema));
    const validator = this.validators.get(schema);
    if (!validator(value)) {
      assert.fail(`${what} is not as described: ${this.ajv.errorsText(validator.errors)}\n` +
        JSON.stringify(value, null, 1));
    }
  }

  // Does it need somebody who is logged in, a session, a CSRF token?
  static needs(operation) {
    const open = operation.security.length === 0 ||
      operation.security.some((one) => !("session" in one) && !("token" in one) && !("basic" in one));
    return {
      caller: !open,
      session: !open && !operation.security.some((one) => "token" in one),
      csrf: operation.security.some((one) => "csrf" in one),
    };
  }

  pathOf(operation, params) {
    return operation.path.replace(/\{(\w+)\}/g, (_, name) => {
      assert.ok(name in params, `${operation.id} needs {${name}}`);
      return encodeURIComponent(params[name]);
    });
  }

  // `who` is an HttpClient; with `token`, it acts by that token alone. `raw` is a body that is sent
  // as it is, described or not. `csrf: false` leaves the CSRF token out.
  async call(who, id, status, { params = {}, query, body, raw, token, headers = {}, csrf = true } = {}) {
    const operation = this.operations.get(id);
    assert.ok(operation, `${id} is not described`);
    const described = operation.responses[String(status)];
    assert.ok(described, `${id} has no answer ${status} in the description`);
    const request = { headers: { ...headers } };
    if (token) Object.assign(request.headers, { Authorization: `Bearer ${token}`, Cookie: "" });
    if (!token && csrf && operation.method !== "GET") {
      request.headers["X-CSRF-Token"] = await who.csrf();
    }
    if (body !== undefined || raw !== undefined) {
      request.headers["Content-Type"] ??= "application/json";
      request.body = raw ?? JSON.stringify(body);
    }
    if (status < 300) this.checkRequest(operation, query ?? {}, body);
    const target = this.pathOf(operation, params) + (query ? `?${new URLSearchParams(query)}` : "");
    const answer = await who.request(operation.method, target, request);
    const what = `${id} ${operation.method} ${target}`;
    assert.equal(answer.status, status, `${what}: ${answer.status} ${answer.text}`);
    this.checkAnswer(what, this.resolve(described), answer);
    operation.seen.add(status);
    return answer.text && /json$/.test(answer.headers["content-type"] ?? "") ? answer.json() : answer;
  }

  checkRequest(operation, query, body) {
    const names = operation.parameters.filter((p) => p.in === "query").map((p) => p.name);
    for (const name of Array.isArray(query) ? query.map(([key]) => key) : Object.keys(query)) {
      assert.ok(names.includes(name), `${operation.id} has no parameter ${name} in the description`);
    }
    if (!operation.requestBody) {
      assert.equal(body, undefined, `${operation.id} has no body in the description`);
      return;
    }
    // Files are sent as they are.
    if (!operation.requestBody.content["application/json"]) return;
    assert.notEqual(body, undefined, `${operation.id} needs a body`);
    this.validate(`body of ${operation.id}`, operation.requestBody.content["application/json"].schema, body);
    // A name that the description lacks would be taken silently by the schema.
    const schema = this.resolve(operation.requestBody.content["application/json"].schema);
    for (const name of Object.keys(schema.additionalProperties ? {} : body)) {
      assert.ok(name in schema.properties, `${operation.id}: ${name} is not described`);
    }
  }

  checkAnswer(what, described, answer) {
    const type = (answer.headers["content-type"] ?? "").split(";")[0];
    if (!described.content) {
      assert.equal(answer.text, "", `${what}: a body where none is described`);
      return;
    }
    assert.ok(type in described.content, `${what}: ${type} is not described`);
    const { schema } = described.content[type];
    this.validate(what, schema, /json$/.test(type) ? answer.json() : answer.text);
    for (const name of Object.keys(described.headers ?? {})) {
      assert.ok(answer.headers[name.toLowerCase()], `${what}: header ${name} is missing`);
    }
  }
}
