// The API of what projects send besides events: monitors, release health, feedback, items; every
// call checked against the description. `key` is a key of `project`, a slug.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { until } from "./described_events.mjs";

export async function callIntake(api, gatehouse, olivia, nina, project, key) {
  const acme = { organization: "acme" };
  const shop = { ...acme, project };
  const event = randomUUID().replaceAll("-", "");
  const item = (type, payload, more = {}) => {
    const text = typeof payload === "string" ? payload : JSON.stringify(payload);
    return `${JSON.stringify({ type, ...more, length: Buffer.byteLength(text) })}\n${text}\n`;
  };
  const now = new Date().toISOString();
  const body = `${JSON.stringify({ event_id: event })}\n` +
    item("event", { event_id: event, message: "with a file" }) +
    item("attachment", "hello", { filename: "a.txt", content_type: "text/plain" }) +
    item("session", { sid: randomUUID(), init: true, did: "ann", started: now, status: "exited",
                      duration: 3, attrs: { release: "described@1.0" } }) +
    item("check_in", { check_in_id: randomUUID(), monitor_slug: "nightly", status: "ok",
                       monitor_config: { schedule: { type: "crontab", value: "0 3 * * *" } } }) +
    item("log", { items: [{ timestamp: Date.now() / 1000, trace_id: event, level: "error",
                            body: "a line", attributes: { part: { type: "string", value: "x" } } }] },
         { item_count: 1, content_type: "application/vnd.sentry.items.log+json" });
  const sent = await fetch(
    `http://127.0.0.1:${gatehouse.port}/api/${key.dsn.public.split("/").at(-1)}/envelope/?sentry_key=${key.public}`,
    { method: "POST", body });
  assert.equal(sent.status, 200, await sent.text());

  const monitor = { ...acme, monitor: "nightly" };
  await until("the check-in", async () =>
    (await api.call(olivia, "listMonitors", 200, { params: acme })).length === 1);
  const shown = await api.call(olivia, "getMonitor", 200, { params: monitor });
  assert.equal(shown.environments[0].status, "ok");
  assert.equal((await api.call(olivia, "listCheckIns", 200, { params: monitor })).length, 1);
  const production = { ...monitor, environment: "production" };
  const muted = await api.call(olivia, "updateMonitorEnvironment", 200, {
    params: production, body: { isMuted: true } });
  assert.equal(muted.isMuted, true);
  await api.call(olivia, "updateMonitorEnvironment", 400, { params: production, body: {} });
  assert.equal((await api.call(olivia, "updateMonitor", 200, {
    params: monitor, body: { isMuted: true } })).isMuted, true);
  await api.call(olivia, "updateMonitorEnvironment", 404, {
    params: { ...monitor, environment: "nowhere" }, body: { isMuted: true } });
  await api.call(olivia, "deleteMonitorEnvironment", 202, { params: production });
  await api.call(olivia, "deleteMonitorEnvironment", 404, { params: production });
  const config = { schedule_type: "interval", schedule: [2, "hour"] };
  await api.call(olivia, "createMonitor", 201, {
    params: acme, body: { name: "Hourly", slug: "hourly", project, config } });
  await api.call(olivia, "createMonitor", 409, {
    params: acme, body: { name: "Hourly", slug: "hourly", project, config } });
  await api.call(olivia, "createMonitor", 400, {
    params: acme, body: { name: "Bad", project, config: { schedule_type: "crontab", schedule: "x" } } });
  const hourly = { ...acme, monitor: "hourly" };
  const changed = await api.call(olivia, "updateMonitor", 200, {
    params: hourly, body: { status: "disabled", name: "Every other hour" } });
  assert.equal(changed.status, "disabled");
  await api.call(olivia, "deleteMonitor", 202, { params: hourly });
  await api.call(olivia, "getMonitor", 404, { params: hourly });

  const health = await api.call(olivia, "getSessionStats", 200, { params: acme, query:
    [["field", "sum(session)"], ["field", "crash_free_rate(session)"],
     ["field", "p50(session.duration)"], ["field", "max(session.duration)"], ["groupBy", "release"], ["statsPeriod", "24h"]] });
  assert.equal(health.groups[0].by.release, "described@1.0");
  assert.equal(health.groups[0].totals["sum(session)"], 1);
  assert.ok(Math.abs(health.groups[0].totals["p50(session.duration)"] - 3000) < 300);
  assert.equal(health.groups[0].totals["max(session.duration)"], 3000);
  await api.call(olivia, "getSessionStats", 400, { params: acme });
  const stats = await api.call(olivia, "getOutcomeStats", 200, { params: acme, query:
    [["field", "sum(quantity)"], ["groupBy", "outcome"], ["groupBy", "category"], ["statsPeriod", "24h"]] });
  assert.ok(stats.groups.some((g) => g.by.outcome === "accepted" && g.by.category === "error"));
  await api.call(olivia, "getOutcomeStats", 400, { params: acme });

  await api.call(olivia, "getIntakeSettings", 200, { params: acme });
  const settings = await api.call(olivia, "updateIntakeSettings", 200, {
    params: acme, body: { quotas: { events_per_hour: 100000 } } });
  assert.equal(settings.quotas.events_per_hour, 100000);
  const kept = await api.call(olivia, "updateIntakeSettings", 200, { params: acme, body:
    { attachments: { store_crash_reports: 5 }, scrubbing: { sensitiveFields: ["iban"], scrubIpAddresses: false } } });
  assert.equal(kept.attachments.store_crash_reports, 5);
  assert.deepEqual(kept.scrubbing.sensitiveFields, ["iban"]);
  await api.call(olivia, "updateIntakeSettings", 400, {
    params: acme, body: { attachments: { store_crash_reports: 101 } } });
  await api.call(olivia, "updateIntakeSettings", 400, { params: acme, body: { quotas: { x: 1 } } });
  await api.call(nina, "updateIntakeSettings", 403, {
    params: acme, body: { quotas: { events_per_hour: 1 } } });

  const report = { event_id: event, name: "Ann", email: "ann@example.com", comments: "it broke" };
  const written = await api.call(olivia, "submitUserFeedback", 200, { params: shop, body: report });
  assert.ok(written.issue);
  const byDsn = await fetch(
    `http://127.0.0.1:${gatehouse.port}/api/0/projects/acme/${project}/user-feedback/`,
    { method: "POST", headers: { "Content-Type": "application/json",
                                 Authorization: `DSN http://${key.public}@127.0.0.1/${key.dsn.public.split("/").at(-1)}` },
      body: JSON.stringify({ ...report, comments: "it broke again" }) });
  assert.equal(byDsn.status, 200, await byDsn.text());
  const reports = await api.call(olivia, "listUserFeedback", 200, { params: shop });
  assert.equal(reports[0].comments, "it broke again");
  await api.call(olivia, "listUserReports", 200, { params: shop });
  assert.equal((await api.call(olivia, "listIssueUserReports", 200, {
    params: { ...acme, issue: written.issue.id } })).length, 1);

  const files = await api.call(olivia, "listEventAttachments", 200, { params: { ...shop, event } });
  assert.equal(files[0].name, "a.txt");
  const file = { ...shop, event, attachment: files[0].id };
  assert.equal((await api.call(olivia, "getEventAttachment", 200, { params: file })).size, 5);
  const holder = await api.call(olivia, "getEvent", 200, { params: { ...shop, event } });
  assert.equal(holder.attachments[0].id, files[0].id);
  await api.call(olivia, "deleteEventAttachment", 204, { params: file });
  await api.call(olivia, "deleteEventAttachment", 404, { params: file });
  const [log] = await api.call(olivia, "listItems", 200, {
    params: shop, query: [["type", "log"], ["query", "level:error"]] });
  assert.equal(log.payload.body, "a line");
  await api.call(olivia, "listItems", 400, { params: shop });
  await api.call(olivia, "getItem", 200, { params: { ...shop, type: "log", item: log.id } });
  const table = await api.call(olivia, "searchEvents", 200, { params: acme, query:
    [["dataset", "logs"], ["field", "timestamp"], ["field", "message"], ["field", "part"]] });
  assert.equal(table.data[0].part, "x");
  await api.call(olivia, "searchEvents", 400, { params: acme });
  const events = await api.call(olivia, "searchEvents", 200, { params: acme, query:
    [["dataset", "discover"], ["field", "id"], ["field", "title"], ["field", "level"],
     ["query", `id:${event}`], ["sort", "-timestamp"], ["per_page", "1"]] });
  assert.equal(events.data[0].id, event);
  assert.equal(events.meta.fields.title, "string");
  const refused = await api.call(olivia, "searchEvents", 400, { params: acme, query:
    [["dataset", "errors"], ["field", "count()"]] });
  assert.match(refused.detail, /count\(\)/);
}
