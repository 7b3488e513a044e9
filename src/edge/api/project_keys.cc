// /api/0/projects/{organization}/{project}/keys/: DSNs. To rotate: create a second key, let the
// SDKs move, make the first one inactive, delete it.

#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/paging.h"
#include "edge/api/projects.h"
#include "edge/api/values.h"
#include "platform/crypto/hash.h"

namespace gatehouse::api {
namespace {

// There are no secret halves: SDKs of old that want one in their DSN get one that follows from the
// key, and intake passes over it.
std::string SecretOf(const projects::Key& key) {
  return crypto::Sha256Hex("dsn " + key.public_key).substr(0, 32);
}

std::string SecretDsn(const std::string& dsn, const std::string& secret) {
  const std::size_t at = dsn.find('@');
  return dsn.substr(0, at) + ":" + secret + dsn.substr(at);
}

json::Object EncodeKey(const projects::Key& key, std::string_view base_url) {
  const std::string origin(base_url.substr(0, base_url.size() - (base_url.ends_with('/') ? 1 : 0)));
  const std::string& name = key.public_key;
  const std::string api = origin + "/api/" + key.project.ToString() + "/";
  const std::string dsn = projects::Dsn(base_url, key);
  json::Object dsns;
  const std::string secret = SecretOf(key);
  dsns["secret"] = SecretDsn(dsn, secret);
  dsns["public"] = dsn;
  dsns["csp"] = api + "csp-report/?sentry_key=" + name;
  dsns["security"] = api + "security/?sentry_key=" + name;
  dsns["minidump"] = api + "minidump/?sentry_key=" + name;
  dsns["nel"] = api + "nel/?sentry_key=" + name;
  dsns["unreal"] = api + "unreal/" + name + "/";
  dsns["crons"] = api + "cron/___MONITOR_SLUG___/" + name + "/";
  dsns["cdn"] = origin + "/js-sdk-loader/" + name + ".min.js";
  json::Object o;
  o["id"] = name;
  o["name"] = key.label;
  o["label"] = key.label;
  o["public"] = name;
  o["secret"] = secret;
  o["projectId"] = key.project.value;
  o["isActive"] = key.is_active;
  if (key.rate_count > 0) {
    o["rateLimit"] = json::Object{{"window", key.rate_seconds}, {"count", key.rate_count}};
  } else {
    o["rateLimit"] = nullptr;
  }
  o["dsn"] = std::move(dsns);
  o["browserSdkVersion"] = "latest";
  o["browserSdk"] = json::Object{{"choices", json::Array{json::Array{"latest", "latest"}}}};
  o["dateCreated"] = FormatIso8601(key.created_at);
  o["dynamicSdkLoaderOptions"] =
      json::Object{{"hasReplay", false}, {"hasPerformance", false}, {"hasDebug", false}};
  return o;
}

// `rateLimit` {count, window}; null or zeros take the limit away.
Result<void> TakeRateLimit(const json::Object& body, projects::KeyEdit& edit) {
  const json::Value* limit = body.if_contains("rateLimit");
  if (limit == nullptr) return {};
  edit.rate_count = 0;
  edit.rate_seconds = 0;
  if (limit->is_null()) return {};
  const auto invalid = [] { return Fail(Code::kInvalidArgument, kFieldInvalid, "rateLimit"); };
  if (!limit->is_object()) return invalid();
  const json::Object& fields = limit->as_object();
  for (const char* name : {"count", "window"}) {
    const json::Value* value = fields.if_contains(name);
    if (value == nullptr || value->is_null()) continue;
    const auto number = json::GetInt(fields, name);
    if (!number) return invalid();
    (std::string_view(name) == "count" ? edit.rate_count : edit.rate_seconds) = *number;
  }
  // One without the other is no limit, and nobody meant none.
  if ((*edit.rate_count == 0) != (*edit.rate_seconds == 0)) return invalid();
  return {};
}

// What a new key may bring along. A secret half is looked at and not kept: nothing asks for it.
Result<void> TakeHalves(const json::Object& body, projects::KeyEdit& edit) {
  for (const char* name : {"public", "secret"}) {
    GH_TRY(auto half, OptionalText(body, name));
    if (!half) continue;
    const bool good =
        half->size() == 32 && half->find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!good) return Fail(Code::kInvalidArgument, kFieldInvalid, name);
    if (std::string_view(name) == "public") edit.public_key = std::move(half);
  }
  return {};
}

// The loader is what it is: asking for another one is refused rather than passed over.
Result<void> CheckLoader(const json::Object& body) {
  GH_TRY(const auto version, OptionalText(body, "browserSdkVersion"));
  if (version && *version != "latest") {
    return Fail(Code::kInvalidArgument, kFieldInvalid, "browserSdkVersion");
  }
  const json::Value* options = body.if_contains("dynamicSdkLoaderOptions");
  if (options == nullptr || options->is_null()) return {};
  const auto invalid = [] {
    return Fail(Code::kInvalidArgument, kFieldInvalid, "dynamicSdkLoaderOptions");
  };
  if (!options->is_object()) return invalid();
  for (const auto& [name, value] : options->as_object()) {
    if (!value.is_bool() || value.as_bool()) return invalid();
  }
  return {};
}

Task<projects::Key> ReadKey(Call& call, ProjectId project) {
  GH_CO_TRY(const auto keys, co_await call.events().projects.Keys(call.organization(), project));
  for (const projects::Key& key : keys) {
    if (key.public_key == call.request.Param("key")) co_return key;
  }
  co_return Fail(Code::kNotFound, kProjectKeyNotFound);
}

}  // namespace

Task<http::Response> ListKeys(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(auto keys, co_await call.events().projects.Keys(call.organization(), found.project.id));
  const std::string_view status = query.Get("status");
  if (!status.empty() && status != "active" && status != "inactive") {
    co_return Fail(Code::kInvalidArgument, kFieldInvalid, "status");
  }
  if (!status.empty()) {
    std::erase_if(keys,
                  [&](const projects::Key& k) { return k.is_active != (status == "active"); });
  }
  GH_CO_TRY(const Slice slice, SliceOf(query, keys.size()));
  json::Array list;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    list.push_back(EncodeKey(keys[i], call.events().base_url));
  }
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.d.guard.origin(), slice.links);
  co_return response;
}

Task<http::Response> CreateKey(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(auto name, OptionalText(body, "name"));
  projects::KeyEdit limits;
  GH_CO_TRY_VOID(TakeRateLimit(body, limits));
  GH_CO_TRY_VOID(TakeHalves(body, limits));
  GH_CO_TRY_VOID(CheckLoader(body));
  GH_CO_TRY(const projects::Key key, co_await call.events().projects.CreateKey(
                                         call.organization(), found.project.id,
                                         name.value_or("Key"), std::move(limits), call.caller()));
  co_return Reply(EncodeKey(key, call.events().base_url), 201);
}

Task<http::Response> GetKey(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const projects::Key key, co_await ReadKey(call, found.project.id));
  co_return Reply(EncodeKey(key, call.events().base_url));
}

Task<http::Response> UpdateKey(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const json::Object body, call.Body());
  projects::KeyEdit edit;
  GH_CO_TRY(edit.label, OptionalText(body, "name"));
  GH_CO_TRY(edit.is_active, OptionalBool(body, "isActive"));
  GH_CO_TRY_VOID(TakeRateLimit(body, edit));
  GH_CO_TRY_VOID(CheckLoader(body));
  GH_CO_TRY(const projects::Key key,
            co_await call.events().projects.UpdateKey(call.organization(), found.project.id,
                                                      call.request.Param("key"), std::move(edit),
                                                      call.caller()));
  co_return Reply(EncodeKey(key, call.events().base_url));
}

Task<http::Response> DeleteKey(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY_VOID(co_await call.events().projects.DeleteKey(
      call.organization(), found.project.id, call.request.Param("key"), call.caller()));
  co_return http::Response::Empty(204);
}

}  // namespace gatehouse::api
