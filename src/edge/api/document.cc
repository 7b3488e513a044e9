// /api/0/openapi.yaml: this API, for people and generators.

#include "base/check.h"
#include "edge/api/handlers.h"
#include "embedded_api.h"

namespace gatehouse::api {

Task<http::Response> GetDocument(Call&) {
  const embedded::File* file = embedded::FindFile("openapi.yaml");
  GH_CHECK(file != nullptr);
  http::Response response{200, {}, std::string(file->text)};
  response.headers.Set("Content-Type", "application/yaml");
  response.headers.Set("Cache-Control", "public, max-age=300");
  response.headers.Set("X-Content-Type-Options", "nosniff");
  co_return response;
}

}  // namespace gatehouse::api
