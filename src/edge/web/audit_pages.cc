// The audit log of an organization, for those who manage it: read, filtered, exported.

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "core/audit/export.h"
#include "core/audit/recent.h"
#include "edge/access/access.h"
#include "edge/web/audit_values.h"
#include "edge/web/people.h"
#include "edge/web/site.h"
#include "platform/http/url.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kEntriesPerPage = 50;
constexpr std::size_t kChoices = 200;
constexpr std::size_t kMaxCorrelation = 100;

// The note without the data that stands below it line by line.
std::string Headline(const audit::Stored& entry) {
  if (entry.note.empty()) return std::string(audit::Info(entry.event).api_name);
  return entry.note.contains('{') ? std::string(entry.note.substr(0, entry.note.find(": ")))
                                  : entry.note;
}

// A filter, and the fields that ask for it again.
struct Wanted {
  audit::Filter filter;
  std::vector<std::pair<std::string_view, std::string>> fields;

  bool Narrows() const { return !fields.empty(); }
  const std::string& Field(std::string_view name) const {
    static const std::string kNone;
    const auto found =
        std::ranges::find(fields, name, [](const auto& field) { return field.first; });
    return found == fields.end() ? kNone : found->second;
  }
};

// The same fields in the query of the page and in the form of the export. Errors: kInvalidArgument
// "bad_request".
Result<Wanted> ReadFilter(const http::Form& form) {
  Wanted wanted;
  const auto take = [&](std::string_view name) {
    std::string value(Trim(Field(form, name)));
    if (!value.empty()) wanted.fields.emplace_back(name, value);
    return value;
  };
  if (const std::string event = take("event"); !event.empty()) {
    const audit::EventInfo* info = audit::FindByApiName(event);
    if (info == nullptr) return Fail(Code::kInvalidArgument, "bad_request", "unknown event");
    wanted.filter.event = info->event;
  }
  const std::string actor = take("actor"), target = take("target");
  GH_TRY(auto actor_id, NumberIn(form, "actor"));
  if (actor_id) wanted.filter.actor = UserId{*actor_id};
  GH_TRY(auto target_id, NumberIn(form, "target"));
  if (target_id) wanted.filter.target_user = UserId{*target_id};
  wanted.filter.correlation_id = take("correlation");
  if (wanted.filter.correlation_id.size() > kMaxCorrelation) {
    return Fail(Code::kInvalidArgument, "bad_request", "correlation");
  }
  if (const std::string from = take("from"); !from.empty()) {
    wanted.filter.since = ParseDay(from);
    if (!wanted.filter.since) return Fail(Code::kInvalidArgument, "bad_request", "from");
  }
  if (const std::string to = take("to"); !to.empty()) {
    // The day that is named belongs to it.
    auto day = ParseDay(to);
    if (!day) return Fail(Code::kInvalidArgument, "bad_request", "to");
    wanted.filter.until = *day + std::chrono::hours(24);
  }
  return wanted;
}

Task<access::OrgAccess> EnterLog(Site& site, Call& call) {
  return site.d.guard.EnterOrg(call.visitor, call.request.Param("slug"), "org:write");
}

std::string AuditPath(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/audit-log/";
}

std::string WithFilter(std::string url, const Wanted& wanted) {
  for (const auto& [name, value] : wanted.fields) http::AppendQuery(url, name, value);
  return url;
}

// Whether the end of the chain holds, and what proves the rest.
Task<void> FillChain(Site& site, const access::OrgAccess& access, html::Data& body) {
  std::optional<audit::CheckpointFile::Written> seen;
  if (site.d.checkpoints != nullptr) seen = site.d.checkpoints->Last(access.organization.id);
  std::optional<audit::Head> head;
  if (seen) head = seen->head;
  GH_CO_TRY(audit::Recent recent,
            co_await site.d.sealer.CheckEnd(access.organization.id, std::move(head)));
  const std::string command = "gatehouse audit verify --org " + access.organization.slug;
  if (recent.finding) {
    body.Add("BROKEN")
        .Set("SEQ", std::to_string(recent.finding->seq))
        .Set("FINDING", recent.finding->text)
        .Set("COMMAND", command);
  } else if (recent.seq > 0) {
    html::Data& chain = body.Add("INTACT");
    chain.Set("SEQ", std::to_string(recent.seq))
        .Set("TIME", FormatHuman(recent.sealed_through))
        .Set("COMMAND", command);
    if (recent.links < recent.seq) chain.Add("PART").Set("LINKS", std::to_string(recent.links));
    if (seen) {
      chain.Add("CHECKPOINT")
          .Set("CHECKPOINT_SEQ", std::to_string(seen->head.seq))
          .Set("CHECKPOINT_TIME", FormatHuman(seen->at));
    }
  }
  co_return Result<void>();
}

// People to choose from: those of the organization, and whoever is chosen.
void AddChoices(html::Data& body, std::string_view section, const orgs::MemberPage& members,
                const People& people, std::optional<UserId> chosen) {
  bool listed = !chosen;
  const auto add = [&](UserId user) {
    html::Data& option = body.Add(std::string(section));
    option.Set("ID", user.ToString()).Set("NAME", people.Name(user));
    if (user == chosen) option.Show("SELECTED");
    listed = listed || user == chosen;
  };
  for (const orgs::Member& member : members.members) {
    if (member.user) add(*member.user);
  }
  if (!listed) add(*chosen);
}

void FillEntry(html::Data& row, const audit::Stored& entry, const People& people,
               const std::string& base) {
  row.Set("EVENT_NAME", std::string(audit::Info(entry.event).api_name))
      .Set("NOTE", Headline(entry))
      .Set("TIME", FormatHuman(entry.created_at))
      .Set("ISO", FormatIso8601(entry.created_at))
      .SetIf("IP", entry.ip);
  // What came over the network without a name was somebody, not this server.
  const std::string who = entry.actor                  ? people.Name(*entry.actor)
                          : !entry.actor_label.empty() ? entry.actor_label
                          : !entry.ip.empty()          ? "somebody not signed in"
                                                       : "the system";
  if (entry.actor) {
    row.Add("ACTOR_LINK")
        .Set("WHO", who)
        .Set("URL", WithQuery(base, "actor", entry.actor->ToString()));
  } else {
    row.Add("NO_ACTOR").Set("WHO", who);
  }
  if (entry.target_user) {
    row.Add("TARGET")
        .Set("NAME", people.Name(*entry.target_user))
        .Set("URL", WithQuery(base, "target", entry.target_user->ToString()));
  }
  if (!entry.correlation_id.empty()) {
    row.Add("CORRELATION")
        .Set("CORRELATION_ID", entry.correlation_id)
        .Set("URL", WithQuery(base, "correlation", entry.correlation_id));
  }
  for (const AuditValue& value : AuditValues(entry.data)) {
    html::Data& line = row.Add("VALUE");
    line.Set("KEY", value.key).Set("AFTER", value.after);
    if (value.before) line.Add("CHANGED").Set("BEFORE", *value.before);
  }
}

Task<http::Response> ShowAudit(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await EnterLog(site, call));
  const OrgId organization = access.organization.id;
  GH_CO_TRY(Wanted wanted, ReadFilter(call.query));
  audit::Filter filter = wanted.filter;
  filter.limit = kEntriesPerPage + 1;
  GH_CO_TRY(filter.before_id, NumberIn(call.query, "before"));
  GH_CO_TRY(auto entries, co_await site.d.control.Read(
                              sql::Tenant::Of(organization), [organization, filter](sql::Tx& tx) {
                                return audit::Query(tx, organization, filter);
                              }));
  const bool more = entries.size() > kEntriesPerPage;
  if (more) entries.resize(kEntriesPerPage);

  GH_CO_TRY(auto members, co_await site.d.orgs.ListMembers(organization, {}, kChoices));
  std::vector<UserId> ids;
  for (const orgs::Member& member : members.members) {
    if (member.user) ids.push_back(*member.user);
  }
  for (const audit::Stored& entry : entries) {
    if (entry.actor) ids.push_back(*entry.actor);
    if (entry.target_user) ids.push_back(*entry.target_user);
  }
  if (filter.actor) ids.push_back(*filter.actor);
  if (filter.target_user) ids.push_back(*filter.target_user);
  GH_CO_TRY(People people, co_await LoadPeople(site.d.users, std::move(ids)));

  Page page("audit.tpl", "Audit log");
  page.InOrg(access, "audit");
  html::Data& body = page.body();
  const std::string base = AuditPath(access);
  body.Set("ACTION", base).Set("FROM", wanted.Field("from")).Set("TO", wanted.Field("to"));
  GH_CO_TRY_VOID(co_await FillChain(site, access, body));
  for (const audit::EventInfo& info : audit::Catalogue()) {
    html::Data& option = body.Add("EVENT");
    option.Set("ID", std::string(info.api_name));
    if (info.event == filter.event) option.Show("SELECTED");
  }
  AddChoices(body, "ACTOR", members, people, filter.actor);
  AddChoices(body, "ABOUT", members, people, filter.target_user);
  if (!filter.correlation_id.empty()) {
    body.Add("CORRELATED").Set("CORRELATION_ID", filter.correlation_id);
  }
  for (const audit::Stored& entry : entries) FillEntry(body.Add("ENTRY"), entry, people, base);
  if (entries.empty()) {
    body.Show("EMPTY");
  } else {
    html::Data& form = body.Add("EXPORT");
    for (const auto& [name, value] : wanted.fields) {
      form.Add("FILTER").Set("NAME", std::string(name)).Set("VALUE", value);
    }
    form.Show(wanted.Narrows() ? "SOME" : "ALL");
  }
  if (wanted.Narrows() || filter.before_id) {
    html::Data& clear = body.Add("CLEAR");
    clear.Set("URL", base).Show(wanted.Narrows() ? "UNFILTERED" : "NEWEST");
  }
  if (more) {
    body.Add("MORE").Set(
        "URL", WithQuery(WithFilter(base, wanted), "before", std::to_string(entries.back().id)));
  }
  co_return co_await site.Show(call, std::move(page));
}

// A POST, because an export is an entry of the log itself.
Task<http::Response> PostExport(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await EnterLog(site, call));
  GH_CO_TRY(Wanted wanted, ReadFilter(call.form));
  auto format = audit::ParseFormat(Field(call.form, "format"));
  if (!format) co_return Fail(Code::kInvalidArgument, "bad_request", "format");
  const OrgId organization = access.organization.id;
  audit::Exporter exporter;
  exporter.actor = call.user().id;
  exporter.actor_label = call.user().username;
  exporter.ip = call.visitor.client.ip;
  exporter.correlation_id = call.visitor.client.correlation_id;
  // Handed out and recorded, or neither.
  GH_CO_TRY(audit::Exported found,
            co_await site.d.control.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
              return audit::ExportMatches(tx, site.d.audit, organization, *format, wanted.filter,
                                          exporter);
            }));
  http::Response response{200, {}, audit::ExportHeader(*format) + found.text};
  response.headers.Set("Content-Type", std::string(audit::ContentType(*format)));
  response.headers.Set("Content-Disposition", "attachment; filename=\"audit-" +
                                                  access.organization.slug + "." +
                                                  std::string(audit::FormatName(*format)) + "\"");
  co_return response;
}

}  // namespace

void RegisterAuditPages(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/audit-log/", ShowAudit);
  site.Post(router, "/organizations/{slug}/audit-log/export/", PostExport);
}

}  // namespace gatehouse::web
