// /api/0/organizations/{organization}/identity-providers/: where members may link accounts.
// Settings go in, secrets never come out.

#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/refusals.h"
#include "edge/api/values.h"
#include "platform/json/text.h"

namespace gatehouse::api {
namespace {

json::Object EncodePlace(const linking::Place& place) {
  const identity::RpcProvider& provider = place.provider;
  return json::Object{{"id", provider.id.ToString()},
                      {"provider", json::Object{{"key", provider.type}, {"name", place.kind_name}}},
                      {"externalId", provider.external_id},
                      {"name", provider.name},
                      {"issuer", provider.issuer},
                      {"dateAdded", FormatIso8601(provider.created_at)}};
}

}  // namespace

Task<http::Response> ListIdentityProviders(Call& call) {
  GH_CO_TRY(auto places, co_await call.d.linking.Places(call.organization()));
  json::Array list;
  for (const linking::Place& place : places) list.push_back(EncodePlace(place));
  co_return Reply(std::move(list));
}

Task<http::Response> AddIdentityProvider(Call& call) {
  GH_CO_TRY(const json::Object body, call.Body());
  sso::Settings settings;
  if (const json::Object* given = json::GetObject(body, "settings")) {
    for (const auto& [name, value] : *given) {
      if (const auto* text = value.if_string()) {
        settings.emplace_back(name, std::string(text->data(), text->size()));
      } else if (const bool* flag = value.if_bool()) {
        if (*flag) settings.emplace_back(name, "true");
      }
    }
  }
  GH_CO_TRY(auto added, co_await call.d.linking.AddPlace(
                            call.visitor.client, call.organization(),
                            std::string(json::TextOf(body, "provider")),
                            std::string(json::TextOf(body, "externalId")),
                            std::string(json::TextOf(body, "name")), std::move(settings)));
  if (added.place) co_return Reply(EncodePlace(*added.place), 201);
  json::Object problems;
  for (const sso::FieldError& error : added.errors) {
    problems[error.field.empty() ? "settings" : error.field] = json::Array{error.reason};
  }
  co_return Reply(std::move(problems), 400);
}

Task<http::Response> RemoveIdentityProvider(Call& call) {
  auto id = identity::PlaceId::Parse(call.request.Param("provider"));
  if (!id) co_return Fail(Code::kNotFound, "identity_provider_not_found");
  GH_CO_TRY_VOID(
      co_await call.d.linking.RemovePlace(call.visitor.client, call.organization(), *id));
  co_return http::Response::Empty(204);
}

}  // namespace gatehouse::api
