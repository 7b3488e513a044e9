// The API of projects, issues and events as it is described: one story from the first key to the last
// deletion, every call checked against the description.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

const acme = { organization: "acme" };

// Envelopes through the front door of intake; returns the ids.
export async function send(gatehouse, key, events) {
  const ids = [];
  for (const event of events) {
    const id = randomUUID().replaceAll("-", "");
    ids.push(id);
    const body = [{ event_id: id }, { type: "event" },
      { event_id: id, platform: "node", timestamp: Date.now() / 1000, ...event }]
      .map((line) => JSON.stringify(line)).join("\n");
    const answer = await fetch(
      `http://127.0.0.1:${gatehouse.port}/api/${key.dsn.public.split("/").at(-1)}/envelope/?sentry_key=${key.public}`,
      { method: "POST", body });
    assert.equal(answer.status, 200, await answer.text());
  }
  return ids;
}

export async function until(what, probe) {
  for (let tries = 0; tries < 100; ++tries) {
    const found = await probe();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`never: ${what}`);
}

const thrown = (type, more = {}) => ({
  exception: { values: [{ type, value: "boom", stacktrace: { frames: [
    { filename: "app.js", function: "pay", lineno: 3, context_line: "pay()", in_app: true }] } }] },
  ...more,
});

// What other suites may name: a project with an issue and a key.
export async function storyOfProjects(api, gatehouse, olivia) {
  await api.call(olivia, "getRoot", 200);
  await api.call(olivia, "listRegions", 200, { params: { user: "me" } });
  const team = { ...acme, team: "makers" };
  await api.call(olivia, "createTeam", 201, { params: acme, body: { slug: "makers" } });
  await api.call(olivia, "createTeam", 201, { params: acme, body: { slug: "others" } });
  await api.call(olivia, "createProject", 201, {
    params: team, body: { name: "Shop", slug: "web-shop", platform: "node" } });
  await api.call(olivia, "createProject", 409, { params: team, body: { name: "Shop", slug: "web-shop" } });
  await api.call(olivia, "createProject", 400, { params: team, body: { name: "Shop", platform: "No De" } });
  const old = { ...acme, project: "web-shop" };
  const params = { ...acme, project: "bookshop" };
  await api.call(olivia, "updateProject", 200, { params: old, body: { slug: "bookshop", name: "Books" } });
  const moved = await api.call(olivia, "getProject", 302, { params: old });
  assert.equal(moved.slug, "bookshop");
  const project = await api.call(olivia, "getProject", 200, { params });
  assert.equal(project.teams[0].slug, "makers");
  assert.equal((await api.call(olivia, "listProjects", 200)).at(-1).organization.slug, "acme");
  await api.call(olivia, "listOrganizationProjects", 200, { params: acme, query: { query: "book" } });
  await api.call(olivia, "addProjectTeam", 201, { params: { ...params, team: "others" } });
  assert.equal((await api.call(olivia, "listProjectTeams", 200, { params })).length, 2);
  await api.call(olivia, "removeProjectTeam", 200, { params: { ...params, team: "others" } });

  const [first] = await api.call(olivia, "listKeys", 200, { params });
  const key = await api.call(olivia, "createKey", 201, {
    params, body: { name: "Second", rateLimit: { count: 1000, window: 60 } } });
  assert.match(key.dsn.public, new RegExp(`${key.public}@.*/${project.id}$`));
  await api.call(olivia, "createKey", 400, { params, body: { rateLimit: { count: -1, window: 60 } } });
  await api.call(olivia, "createKey", 409, { params, body: { public: key.public } });
  await api.call(olivia, "getReprocessing", 200, { params });
  await api.call(olivia, "reprocess", 200, { params });
  const people = await api.call(olivia, "listOrganizationUsers", 200, { params: acme });
  assert.ok(people.every((one) => Array.isArray(one.projects)));
  await api.call(olivia, "updateKey", 200, { params: { ...params, key: first.id }, body: { isActive: false } });
  await api.call(olivia, "getKey", 200, { params: { ...params, key: first.id } });
  await api.call(olivia, "deleteKey", 204, { params: { ...params, key: first.id } });
  await api.call(olivia, "getKey", 404, { params: { ...params, key: first.id } });

  const ids = await send(gatehouse, key, [
    thrown("Paid", { environment: "production", release: "shop@1.0", user: { id: "7" },
                     tags: { browser: "Firefox" } }),
    thrown("Paid", { level: "fatal" }), thrown("Lost"), thrown("Merged"), thrown("Gone"),
    thrown("Unwanted")]);
  await until("all issues", async () =>
    (await api.call(olivia, "listProjectIssues", 200, { params, query: { query: "" } })).length === 5);
  return { params, project, key, ids };
}

export async function storyOfIssues(api, olivia, { params, ids }) {
  const find = async (text) =>
    (await api.call(olivia, "listIssues", 200, { params: acme, query: { query: text, per_page: "10" } }));
  const [paid] = await find("Paid");
  assert.equal(paid.count, "2");
  assert.equal(paid.stats["24h"].length, 24);
  assert.equal((await find("browser:Firefox"))[0].id, paid.id);
  await api.call(olivia, "listIssues", 400, { params: acme, query: { query: "level:loud" } });
  await api.call(olivia, "listIssues", 400, { params: acme, query: { cursor: "x" } });
  const [hit] = await api.call(olivia, "listProjectIssues", 200, { params, query: { query: ids[0] } });
  assert.equal(hit.matchingEventId, ids[0]);

  const issue = { ...acme, issue: paid.shortId };
  const detail = await api.call(olivia, "getIssue", 200, { params: issue });
  assert.equal(detail.firstRelease.version, "shop@1.0");
  const byId = { ...acme, issue: paid.id };
  const changed = await api.call(olivia, "updateIssue", 200, {
    params: byId, body: { status: "resolved", statusDetails: { inNextRelease: true }, hasSeen: true } });
  assert.equal(changed.statusDetails.inNextRelease, true);
  await api.call(olivia, "updateIssue", 400, { params: byId, body: { assignedTo: "nobody@nowhere.example" } });
  const delta = await api.call(olivia, "updateIssues", 200, {
    params: acme, query: { id: paid.id }, body: { status: "ignored", statusDetails: { ignoreCount: 5 } } });
  assert.equal(delta.statusDetails.ignoreCount, 5);
  await api.call(olivia, "updateIssues", 204, { params: acme, query: { id: "1" }, body: { status: "resolved" } });
  await api.call(olivia, "updateProjectIssues", 204, { params, query: { id: "1" }, body: { hasSeen: true } });
  const [lost] = await find("Lost");
  const [other] = await find("Merged");
  const merged = await api.call(olivia, "updateProjectIssues", 200, {
    params, query: { status: "unresolved", query: "x" }, body: { isBookmarked: true } });
  assert.equal(merged.isBookmarked, true);
  // Two ids in one query need a query string of one's own.
  await api.call(olivia, "updateIssues", 200, {
    params: acme, query: [["id", lost.id], ["id", other.id]], body: { merge: true } });

  await api.call(olivia, "listActivities", 200, { params: issue });
  const note = await api.call(olivia, "createNote", 201, { params: issue, body: { text: "look here" } });
  await api.call(olivia, "createNote", 400, { params: issue, body: { text: " " } });
  const one = { ...issue, note: note.id };
  await api.call(olivia, "updateNote", 200, { params: one, body: { text: "look there" } });
  assert.equal((await api.call(olivia, "listNotes", 200, { params: issue }))[0].data.text, "look there");
  await api.call(olivia, "deleteNote", 204, { params: one });
  const hashes = await api.call(olivia, "listHashes", 200, { params: issue });
  await api.call(olivia, "removeHashes", 202, { params: issue, query: { id: hashes.at(-1).id } });
  await api.call(olivia, "removeHashes", 400, { params: issue });
  const tags = await api.call(olivia, "listIssueTags", 200, { params: issue });
  assert.ok(tags.some((tag) => tag.key === "browser"));
  await api.call(olivia, "getIssueTag", 200, { params: { ...issue, key: "browser" } });
  await api.call(olivia, "getIssueTag", 404, { params: { ...issue, key: "colour" } });
  await api.call(olivia, "listIssueTagValues", 200, { params: { ...issue, key: "user" } });
  await api.call(olivia, "listProjectTags", 200, { params });
  await api.call(olivia, "listProjectTagValues", 200, { params: { ...params, key: "browser" } });
  await api.call(olivia, "findShortId", 200, { params: { ...acme, short_id: paid.shortId } });
  return paid;
}

export async function storyOfEvents(api, olivia, { params, ids }, paid) {
  const issue = { ...acme, issue: paid.id };
  assert.equal((await api.call(olivia, "listEvents", 200, { params, query: { full: "1" } })).length, 6);
  assert.equal((await api.call(olivia, "listIssueEvents", 200, { params: issue })).length, 2);
  await api.call(olivia, "listIssueAttachments", 200, { params: issue });
  await api.call(olivia, "getIssueById", 200, { params: { issue: paid.id } });
  await api.call(olivia, "getIssueById", 404, { params: { issue: paid.shortId } });
  assert.equal((await api.call(olivia, "listEventsOfIssueById", 200, { params: { issue: paid.id } })).length, 2);
  for (const event of ["latest", "oldest", "recommended", ids[0]]) {
    await api.call(olivia, "getIssueEvent", 200, { params: { ...issue, event } });
  }
  const event = { ...params, event: ids[0] };
  const shown = await api.call(olivia, "getEvent", 200, { params: event });
  const [exception] = shown.entries.filter((entry) => entry.type === "exception");
  assert.deepEqual(exception.data.values[0].stacktrace.frames[0].context, [[3, "pay()"]]);
  await api.call(olivia, "getEventJson", 200, { params: event });
  await api.call(olivia, "getGroupingInfo", 200, { params: event });
  await api.call(olivia, "findEventId", 200, { params: { ...acme, event: ids[0] } });
  await api.call(olivia, "findEventId", 400, { params: { ...acme, event: "x" } });
  await api.call(olivia, "getEvent", 404, { params: { ...params, event: "0".repeat(32) } });
  await api.call(olivia, "getProjectStats", 200, { params, query: { resolution: "1d" } });
  await api.call(olivia, "listEnvironments", 200, { params: acme });
  const [environment] = await api.call(olivia, "listProjectEnvironments", 200, { params });
  const named = { ...params, environment: environment.name };
  await api.call(olivia, "getProjectEnvironment", 200, { params: named });
  await api.call(olivia, "updateProjectEnvironment", 200, { params: named, body: { isHidden: true } });
  await api.call(olivia, "listEnvironments", 400, { params: acme, query: { visibility: "some" } });
}

export async function storyOfEnds(api, olivia, { params }) {
  const find = (text) => api.call(olivia, "listProjectIssues", 200, { params, query: { query: text } });
  const id = async (text) => (await find(text))[0].id;
  const unwanted = { ...acme, issue: await id("Unwanted") };
  await api.call(olivia, "updateIssue", 204, { params: unwanted, body: { discard: true } });
  await api.call(olivia, "deleteIssue", 202, { params: { ...acme, issue: await id("Gone") } });
  // Of two that were merged one is left.
  const [merged] = [...await find("Lost"), ...await find("Merged")];
  await api.call(olivia, "deleteIssues", 204, { params: acme, query: { id: merged.id } });
  await api.call(olivia, "deleteProjectIssues", 204, { params, query: { id: "1" } });
  const team = { ...acme, team: "makers" };
  await api.call(olivia, "createProject", 201, { params: team, body: { name: "Passing" } });
  await api.call(olivia, "deleteProject", 204, { params: { ...acme, project: "passing" } });
  await api.call(olivia, "getProject", 404, { params: { ...acme, project: "passing" } });
}
