#pragma once

// gzip encoding of whole answers (RFC 1952), with one deflate state that is used again and again.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::http {

// True if an Accept-Encoding header allows gzip (RFC 9110 §12.5.3).
bool AcceptsGzip(std::string_view accept_encoding);

// True for text types that shrink: text/*, JSON, JavaScript, XML, SVG.
bool IsCompressible(std::string_view content_type);

// Not thread-safe: one per network thread.
class GzipEncoder {
 public:
  GzipEncoder();
  ~GzipEncoder();
  // std::nullopt when the result would not be smaller.
  std::optional<std::string> Encode(std::string_view body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::http
