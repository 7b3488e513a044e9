#include "platform/http/message.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace gatehouse::http {

std::string_view MethodName(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
  }
  return "GET";
}

std::string_view Headers::Get(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (EqualsIgnoreCase(key, name)) return value;
  }
  return {};
}

bool Headers::Has(std::string_view name) const { return Count(name) > 0; }

std::size_t Headers::Count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      fields_, [name](const auto& field) { return EqualsIgnoreCase(field.first, name); }));
}

void Headers::Add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::Set(std::string name, std::string value) {
  Remove(name);
  Add(std::move(name), std::move(value));
}

void Headers::Remove(std::string_view name) {
  std::erase_if(fields_, [name](const auto& field) { return EqualsIgnoreCase(field.first, name); });
}

const std::string& Request::Param(std::string_view name) const {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  CheckFailed(__FILE__, __LINE__, "the matched route has this parameter");
}

Response Response::Text(int status, std::string body) {
  Response response{status, {}, std::move(body)};
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  return response;
}

Response Response::Html(int status, std::string body) {
  Response response{status, {}, std::move(body)};
  response.headers.Add("Content-Type", "text/html; charset=utf-8");
  return response;
}

Response Response::Json(int status, std::string body) {
  Response response{status, {}, std::move(body)};
  response.headers.Add("Content-Type", "application/json");
  return response;
}

Response Response::Redirect(std::string location, int status) {
  Response response{status, {}, {}};
  response.headers.Add("Location", std::move(location));
  return response;
}

}  // namespace gatehouse::http
