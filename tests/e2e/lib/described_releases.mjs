// The routes of releases and uploads, each called in every way that succeeds. `project` is a slug.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";

const sha1 = (bytes) => createHash("sha1").update(bytes).digest("hex");

// A ZIP archive of stored members.
export function zip(members) {
  const local = [], central = [];
  let offset = 0;
  for (const [name, text] of Object.entries(members)) {
    const data = Buffer.from(text), path = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(path.length, 22);
    local.push(Buffer.from("PK\x03\x04"), fields, path, data);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), fields, rest, path);
    offset += 30 + path.length + data.length;
  }
  const directory = Buffer.concat(central), end = Buffer.alloc(18), count = Object.keys(members).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, Buffer.from("PK\x05\x06"), end]);
}

// A multipart body of one file and some fields.
function multipart(part, fileName, data, fields = {}) {
  const boundary = "described-4f1c";
  const head = (disposition) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`;
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`${head(`name="${name}"`)}${value}\r\n`));
  parts.push(Buffer.from(head(`name="${part}"; filename="${fileName}"`)), Buffer.from(data),
    Buffer.from(`\r\n--${boundary}--\r\n`));
  return { raw: Buffer.concat(parts), headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` } };
}

export async function callReleases(api, who, organization, project) {
  const org = { organization }, v1 = { organization, version: "v1" };
  const ofProject = { organization, project };

  // ---- releases
  const commits = [{ id: "c1", repository: "acme/shop", message: "pay", author_name: "Ann",
    author_email: "ann@acme.example", timestamp: "2026-11-20T10:00:00+02:00",
    patch_set: [{ path: "src/cart.ts", type: "M" }] }];
  const body = { version: "v1", projects: [project], ref: "main", commits };
  await api.call(who, "createRelease", 201, { params: org, body });
  await api.call(who, "createRelease", 208, { params: org, body: { version: "v1", projects: [project] } });
  await api.call(who, "createRelease", 400, { params: org, body: { version: "a/b", projects: [project] } });
  assert.equal((await api.call(who, "listReleases", 200, { params: org, query: { query: "v" } })).length, 1);
  await api.call(who, "listReleases", 400, { params: org, query: { sort: "bogus" } });
  const release = await api.call(who, "updateRelease", 200, {
    params: v1, body: { dateReleased: "2026-11-21T07:54:00Z", url: "https://ci.example/1" } });
  assert.equal(release.lastCommit.id, "c1");
  await api.call(who, "getRelease", 200, { params: v1 });
  const health = { health: "1", adoptionStages: "1", healthStatsPeriod: "14d" };
  const [healthy] = await api.call(who, "listReleases", 200, { params: org, query: health });
  assert.equal(healthy.projects[0].healthData.hasHealthData, false);
  await api.call(who, "getRelease", 200, { params: v1, query: health });
  await api.call(who, "getRelease", 400, { params: v1, query: { health: "1", healthStat: "x" } });
  await api.call(who, "listReleaseCommits", 200, { params: v1 });
  await api.call(who, "getPreviousRelease", 200, { params: v1 });
  await api.call(who, "createDeploy", 201, { params: v1, body: { environment: "production", name: "n" } });
  await api.call(who, "createDeploy", 400, { params: v1, body: { environment: "a/b" } });
  assert.equal((await api.call(who, "listDeploys", 200, { params: v1 })).length, 1);
  await api.call(who, "getReleaseMeta", 200, { params: v1 });
  assert.equal((await api.call(who, "listRepositories", 200, { params: org })).length, 1);
  await api.call(who, "createProjectRelease", 201, { params: ofProject, body: { version: "v2" } });
  await api.call(who, "createProjectRelease", 208, { params: ofProject, body: { version: "v2" } });
  await api.call(who, "listProjectReleases", 200, { params: ofProject });
  const v2 = { ...ofProject, version: "v2" };
  const previous = await api.call(who, "getPreviousRelease", 200, { params: v2 });
  assert.equal(previous.version, "v1");
  await api.call(who, "getProjectRelease", 200, { params: v2 });
  await api.call(who, "getProjectRelease", 400, {
    params: v2, query: { health: "1", summaryStatsPeriod: "x" } });
  await api.call(who, "listProjectReleaseCommits", 200, { params: v2 });
  await api.call(who, "uploadProjectReleaseFile", 201, {
    params: v2, ...multipart("file", "old.js", "alert(0)", { name: "~/old.js" }) });
  assert.equal((await api.call(who, "listProjectReleaseFiles", 200, { params: v2 })).length, 1);
  await api.call(who, "updateProjectRelease", 200, { params: v2, body: { status: "archived" } });
  await api.call(who, "deleteProjectRelease", 204, { params: v2 });
  await api.call(who, "createRelease", 201, { params: org, body: { version: "v3", projects: [project] } });
  await api.call(who, "deleteRelease", 204, { params: { ...org, version: "v3" } });

  // ---- files
  const file = await api.call(who, "uploadReleaseFile", 201, {
    params: v1, ...multipart("file", "app.js", "alert(1)", { name: "~/app.js", header: "Sourcemap: x.map" }) });
  await api.call(who, "uploadReleaseFile", 409, {
    params: v1, ...multipart("file", "app.js", "alert(2)", { name: "~/app.js" }) });
  await api.call(who, "listReleaseFiles", 200, { params: v1 });
  const one = { ...v1, file: file.id };
  await api.call(who, "getReleaseFile", 200, { params: one });
  await api.call(who, "updateReleaseFile", 200, { params: one, body: { name: "~/other.js" } });
  await api.call(who, "deleteReleaseFile", 204, { params: one });

  // ---- chunks
  await api.call(who, "getChunkUpload", 200, { params: org });
  const archive = zip({ "manifest.json": JSON.stringify({ files: { "a.js": { url: "~/a.js" } } }), "a.js": "x" });
  const sum = sha1(archive);
  await api.call(who, "uploadChunks", 400, { params: org, ...multipart("file", sum, "something else") });
  await api.call(who, "uploadChunks", 200, { params: org, ...multipart("file", sum, archive) });
  const wish = { checksum: sum, chunks: [sum], projects: [project] };
  await api.call(who, "assembleBundle", 400, { params: org, body: { ...wish, projects: [] } });
  const finished = async (id, request, pick) => {
    for (let tries = 0; tries < 100; ++tries) {
      const answer = pick(await api.call(who, id, 200, request));
      if (answer.state === "ok") return answer;
      assert.ok(["created", "assembling"].includes(answer.state), JSON.stringify(answer));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return assert.fail(`${id} does not end`);
  };
  await finished("assembleBundle", { params: org, body: wish }, (answer) => answer);
  await api.call(who, "assembleRelease", 200, { params: v1, body: { checksum: sum, chunks: [sum] } });
  const [bundle] = await api.call(who, "listArtifactBundles", 200, { params: ofProject });
  await api.call(who, "deleteArtifactBundle", 204, { params: { ...ofProject, bundle: bundle.id } });

  // ---- debug files
  const symbols = "MODULE Linux x86_64 C0DE00000000000000000000000000C00 shop\n";
  const symbolSum = sha1(symbols);
  await api.call(who, "uploadChunks", 200, { params: org, ...multipart("file", symbolSum, symbols) });
  const { dif } = await finished("assembleDebugFiles", {
    params: ofProject, body: { [symbolSum]: { name: "shop.sym", chunks: [symbolSum] } },
  }, (answers) => answers[symbolSum]);
  await api.call(who, "listDebugFiles", 200, { params: ofProject });
  await api.call(who, "findUnknownDebugFiles", 200, { params: ofProject, query: { checksums: symbolSum } });
  await api.call(who, "deleteDebugFile", 204, { params: ofProject, query: { id: dif.id } });
  await api.call(who, "uploadDebugFiles", 201, { params: ofProject, ...multipart("file", "shop.sym", symbols) });
  await api.call(who, "uploadDebugFiles", 400, { params: ofProject, ...multipart("file", "x", "just text") });
}
