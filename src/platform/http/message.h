#pragma once

// What handlers see of HTTP: plain values, no Beast. (RFC 9110)

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace gatehouse::http {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };
std::string_view MethodName(Method method);

// Header fields in order; names compare without case.
class Headers {
 public:
  // First value, or empty.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  std::size_t Count(std::string_view name) const;
  void Add(std::string name, std::string value);
  // Replaces all values of the name.
  void Set(std::string name, std::string value);
  void Remove(std::string_view name);
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  Method method = Method::kGet;
  std::string target;  // as sent: "/a/b?x=1"
  std::string path;    // "/a/b", never decoded as a whole
  std::string query;   // "x=1", without '?'
  Headers headers;
  std::string body;
  std::string remote_ip;       // of the socket, or of the last untrusted hop behind trusted proxies
  std::string correlation_id;  // UUIDv7, also in the answer's X-Correlation-Id and every log line
  Timestamp received;

  // Filled by the router: {slug} segments, percent-decoded.
  std::vector<std::pair<std::string_view, std::string>> params;
  // Value of a {name} segment of the matched route. REQUIRES: the route has it.
  const std::string& Param(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;

  static Response Text(int status, std::string body);
  static Response Html(int status, std::string body);
  static Response Json(int status, std::string body);
  static Response Empty(int status = 204) { return Response{status, {}, {}}; }
  // 302 unless told otherwise. `location` must be ours or checked by the caller (see url.h).
  static Response Redirect(std::string location, int status = 302);
};

}  // namespace gatehouse::http
