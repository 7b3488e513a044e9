// Second factors in software: the code of an authenticator app, and a security key that answers
// WebAuthn calls without a browser.

import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";

// RFC 6238. `shift` counts steps of 30 seconds: a code is good once, so tests that need several
// take neighbours.
export function totp(secret, shift = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const c of secret.replace(/[^A-Z2-7]/g, "")) bits += alphabet.indexOf(c).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + shift));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const text = (value) => Buffer.concat([Buffer.from([0x60 | value.length]), Buffer.from(value)]);
function bytes(value) {
  const head = value.length < 24 ? [0x40 | value.length]
    : value.length < 256 ? [0x58, value.length] : [0x59, value.length >> 8, value.length & 255];
  return Buffer.concat([Buffer.from(head), value]);
}

// Options come as the API hands them out: JSON in base64. Answers are the JSON text of
// PublicKeyCredential. One ES256 key; user presence and verification are always given.
export class SoftwareKey {
  constructor(origin) {
    this.origin = origin;
    this.id = randomBytes(32);
    this.pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.counter = 0;
  }

  create(options) {
    const { challenge, rp } = SoftwareKey.read(options);
    const { x, y } = this.pair.publicKey.export({ format: "jwk" });
    const cose = Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]), bytes(Buffer.from(x, "base64url")),
      Buffer.from([0x22]), bytes(Buffer.from(y, "base64url")),
    ]);
    const data = Buffer.concat([
      this.authenticatorData(rp.id, 0x45), Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, cose,
    ]);
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]), text("fmt"), text("none"), text("attStmt"), Buffer.from([0xa0]),
      text("authData"), bytes(data),
    ]);
    return this.credential({
      clientDataJSON: this.clientData("webauthn.create", challenge), attestationObject,
    });
  }

  get(options) {
    const { challenge, rpId } = SoftwareKey.read(options);
    const clientDataJSON = this.clientData("webauthn.get", challenge);
    const authenticatorData = this.authenticatorData(rpId, 0x05);
    const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(clientDataJSON)]),
      this.pair.privateKey);
    return this.credential({ clientDataJSON, authenticatorData, signature });
  }

  static read(options) {
    const all = JSON.parse(Buffer.from(options, "base64").toString());
    return all.publicKey ?? all;
  }

  clientData(type, challenge) {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.origin }));
  }

  authenticatorData(rpId, flags) {
    this.counter += 1;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), counter]);
  }

  credential(response) {
    const id = this.id.toString("base64url");
    return JSON.stringify({
      id, rawId: id, type: "public-key", clientExtensionResults: {},
      response: Object.fromEntries(
        Object.entries(response).map(([name, value]) => [name, value.toString("base64url")])),
    });
  }
}
