// The audit log against somebody who has the database: `gatehouse audit verify` proves the log, and
// names the first entry that is not as it was written.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { Gatehouse, engines, fillAcme } from "./lib/gatehouse.mjs";
import { HttpClient } from "./lib/http_client.mjs";

for (const engine of engines) {
  describe(`the audit log on ${engine}`, { timeout: 120_000 }, () => {
    let gatehouse, owner;
    before(async () => {
      gatehouse = await Gatehouse.start({ engine, fill: fillAcme });
      owner = new HttpClient(gatehouse);
      await owner.signIn("olivia@acme.example");
      for (const slug of ["one", "two", "three"]) {
        const made = await owner.post("/organizations/acme/teams/", { op: "create", slug, name: slug });
        assert.equal(made.status, 302, made.text);
      }
    });
    after(async () => { await gatehouse?.close(); });

    // What the command says, and its exit code.
    function verify(...args) {
      try {
        return { code: 0, ...gatehouse.run(["audit", "verify", ...args]) };
      } catch (error) {
        return { code: error.status, ...JSON.parse(error.stdout) };
      }
    }
    async function entries() {
      const answer = await owner.get("/api/0/organizations/acme/audit-logs/");
      return answer.json().rows.reverse();
    }

    it("is proven while the server runs", () => {
      const proof = verify();
      assert.equal(proof.code, 0);
      assert.equal(proof.intact, true);
      assert.equal(proof.organizations, 2);
      assert.deepEqual(proof.findings, []);
      assert.equal(verify("--organization", "acme").organizations, 1, "the longer name works, too");
    });

    it("is proven by the very command that the page names", async () => {
      const page = await owner.get("/organizations/acme/audit-log/");
      const [, words] = /gatehouse (audit verify [^<]+?)\s*</.exec(page.text);
      const proof = verify(...words.split(" ").slice(2));
      assert.equal(proof.code, 0);
      assert.equal(proof.organizations, 1, words);
    });

    it("an entry that was altered is named, the first of several", async () => {
      const [, second, , fourth] = await entries();
      const change = (id, label) =>
        gatehouse.execute(`UPDATE audit_log SET actor_label = ${label} WHERE id = ${id}`);
      for (const { id } of [fourth, second]) change(id, "actor_label || '!'");
      const proof = verify();
      assert.equal(proof.code, 1);
      assert.equal(proof.intact, false);
      const [first] = proof.findings;
      assert.equal(first.organization, "acme");
      assert.equal(first.what, "altered");
      assert.equal(first.seq, 2);
      assert.equal(String(first.entry_id), second.id);
      // The other organization has nothing to do with it.
      assert.equal(verify("--org", "other").code, 0);
      for (const { id } of [fourth, second]) {
        change(id, "substr(actor_label, 1, length(actor_label) - 1)");
      }
      assert.equal(verify().code, 0);
    });

    it("an entry that was deleted is missed", async () => {
      const third = (await entries())[2];
      gatehouse.execute(`DELETE FROM audit_log WHERE id = ${third.id}`);
      const proof = verify("--org", "acme");
      assert.equal(proof.code, 1);
      assert.deepEqual([proof.findings[0].seq, proof.findings[0].what], [3, "deleted"]);
    });

    it("the server says nothing of it to those who read the log, and goes on recording", async () => {
      const made = await owner.post("/organizations/acme/teams/", { op: "create", slug: "four", name: "four" });
      assert.equal(made.status, 302);
      assert.ok((await entries()).some((e) => e.event === "team.create" && e.data.slug === "four"));
    });
  });
}
