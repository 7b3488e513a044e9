// /api/0/organizations/{organization}/audit-logs/…

#include <algorithm>

#include "core/audit/export.h"
#include "edge/api/cursor.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

// So many entries at most leave in one answer; the next one goes on behind them.
constexpr std::size_t kExportPages = 10;
constexpr std::size_t kExportPage = 1000;

struct Wanted {
  audit::Filter filter;
  bool nothing = false;  // an event that does not exist
};

Result<std::optional<UserId>> UserIn(const http::Form& query, std::string_view name) {
  GH_TRY(auto text, query.One(name));
  if (!text || text->empty()) return std::nullopt;
  auto id = UserId::Parse(*text);
  if (!id) return Fail(Code::kInvalidArgument, kFieldInvalid, std::string(name));
  return id;
}

Result<std::optional<Timestamp>> TimeIn(const http::Form& query, std::string_view name) {
  GH_TRY(auto text, query.One(name));
  if (!text || text->empty()) return std::nullopt;
  auto time = ParseTime(*text);
  if (!time) return Fail(Code::kInvalidArgument, kFieldInvalid, std::string(name));
  return time;
}

Result<Wanted> ReadFilter(const http::Form& query) {
  Wanted wanted;
  wanted.filter.limit = kPage;
  GH_TRY(wanted.filter.before_id, CursorOf(query));
  GH_TRY(auto event, query.One("event"));
  if (event && !event->empty()) {
    const audit::EventInfo* info = audit::FindByApiName(*event);
    wanted.nothing = info == nullptr;
    if (info != nullptr) wanted.filter.event = info->event;
  }
  GH_TRY(wanted.filter.actor, UserIn(query, "actor"));
  GH_TRY(wanted.filter.target_user, UserIn(query, "targetUser"));
  GH_TRY(wanted.filter.since, TimeIn(query, "since"));
  GH_TRY(wanted.filter.until, TimeIn(query, "until"));
  GH_TRY(auto correlation, query.One("correlationId"));
  wanted.filter.correlation_id = std::string(correlation.value_or(""));
  return wanted;
}

json::Array EventNames() {
  std::vector<std::string_view> names;
  for (const audit::EventInfo& info : audit::Catalogue()) names.push_back(info.api_name);
  std::ranges::sort(names);
  json::Array list;
  for (std::string_view name : names) list.emplace_back(name);
  return list;
}

struct ExportedRange {
  std::string text;
  std::int64_t reached = 0;
  bool more = false;
};

// One transaction: what is handed out is recorded as handed out, or neither happens.
Result<ExportedRange> Export(sql::Tx& tx, const Call& call, audit::Format format,
                             std::int64_t after) {
  audit::Exporter exporter;
  exporter.actor = call.user().id;
  exporter.actor_label = call.user().username;
  exporter.ip = call.visitor.client.ip;
  exporter.correlation_id = call.visitor.client.correlation_id;
  GH_TRY(audit::ExportRange range,
         audit::StartExport(tx, call.d.audit, call.organization(), format, after, exporter));
  ExportedRange out;
  out.text = audit::ExportHeader(format);
  out.reached = range.after;
  for (std::size_t page = 0; page < kExportPages; ++page) {
    GH_TRY(audit::Exported part,
           audit::ExportPage(tx, call.organization(), format, range, kExportPage));
    out.text += part.text;
    out.more = part.more;
    if (part.entries > 0) out.reached = range.after = part.reached;
    if (!part.more) break;
  }
  return out;
}

}  // namespace

Task<http::Response> ListAuditLogs(Call& call) {
  GH_CO_TRY(http::Form query, call.Query());
  GH_CO_TRY(Wanted wanted, ReadFilter(query));
  std::vector<audit::Stored> rows;
  if (!wanted.nothing) {
    const OrgId organization = call.organization();
    GH_CO_TRY(rows,
              co_await call.d.control.Read(sql::Tenant::Of(organization),
                                           [&](sql::Tx& tx) -> Result<std::vector<audit::Stored>> {
                                             return audit::Query(tx, organization, wanted.filter);
                                           }));
  }
  std::vector<UserId> ids;
  for (const audit::Stored& row : rows) {
    if (row.actor) ids.push_back(*row.actor);
  }
  GH_CO_TRY(People people, co_await Load(call.d.users, std::move(ids)));
  json::Array list;
  for (const audit::Stored& row : rows) list.push_back(Encode(row, Find(people, row.actor)));
  http::Response response =
      Reply(json::Object{{"rows", std::move(list)}, {"options", EventNames()}});
  std::optional<std::int64_t> next;
  if (rows.size() == kPage) next = rows.back().id;
  AddCursor(response, call.request, next);
  co_return response;
}

Task<http::Response> ExportAuditLogs(Call& call) {
  GH_CO_TRY(http::Form query, call.Query());
  GH_CO_TRY(auto cursor, CursorOf(query));
  GH_CO_TRY(auto name, query.One("format"));
  auto format = audit::ParseFormat(name.value_or("jsonl"));
  if (!format) co_return Fail(Code::kInvalidArgument, kFieldInvalid, "format");
  // So that what was done a moment ago is in it.
  GH_CO_TRY_VOID(co_await call.d.sealer.Seal());
  GH_CO_TRY(ExportedRange exported,
            co_await call.d.control.Write(sql::Tenant::Of(call.organization()), [&](sql::Tx& tx) {
              return Export(tx, call, *format, cursor.value_or(0));
            }));
  http::Response response{200, {}, std::move(exported.text)};
  response.headers.Set("Content-Type", std::string(audit::ContentType(*format)));
  response.headers.Set("Content-Disposition", "attachment; filename=\"audit." +
                                                  std::string(audit::FormatName(*format)) + "\"");
  response.headers.Set("X-Content-Type-Options", "nosniff");
  AddCursor(response, call.request, exported.reached);
  // results says whether more is there now; the cursor also serves the export after this one.
  std::string link(response.headers.Get("Link"));
  if (!exported.more) {
    constexpr std::string_view kTrue = "results=\"true\"";
    if (auto at = link.find(kTrue); at != std::string::npos) {
      link.replace(at, kTrue.size(), "results=\"false\"");
    }
    response.headers.Set("Link", std::move(link));
  }
  co_return response;
}

}  // namespace gatehouse::api
