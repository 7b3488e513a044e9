#pragma once

// The bytes of HTTP/1.1 around the parser: a strict look at a request head before it is parsed, and
// the head of an answer. No sockets here. (RFC 9112)

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "platform/http/message.h"

namespace gatehouse::http {

constexpr std::size_t kMaxHead = 16 * 1024;
constexpr std::size_t kMaxTarget = 8 * 1024;
constexpr std::size_t kMaxFields = 100;

// Looks for the end of a request head line by line and refuses what parsers disagree about: a line
// feed without its carriage return, a folded line, a NUL.
class HeadScanner {
 public:
  enum class State { kNeedMore, kComplete, kBad, kTooLarge };

  // `text` begins where it began in the last call and has grown since.
  State Scan(std::string_view text);
  // Bytes of the head with its empty line. REQUIRES: kComplete.
  std::size_t size() const { return line_; }

 private:
  std::size_t line_ = 0;  // start of the line that is being looked for
  std::size_t seen_ = 0;
  std::size_t lines_ = 0;
};

// "Date" values, made once per second. Not thread-safe.
class DateCache {
 public:
  std::string_view Get(Timestamp now);

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

// The Host values that are served. An entry without a port accepts any port.
class HostList {
 public:
  explicit HostList(const std::vector<std::string>& hosts);
  bool Accepts(std::string_view host) const;

 private:
  std::vector<std::string> hosts_;  // lower case
};

enum class ConnectionField { kNone, kClose, kKeepAlive };

struct HeadOptions {
  std::string_view date;
  std::string_view correlation_id;
  ConnectionField connection = ConnectionField::kNone;
  std::size_t content_length = 0;
  bool has_content_length = true;
};

// Writes status line and fields into `out` (replaced). Date, Content-Length, Connection,
// Transfer-Encoding and X-Correlation-Id of the response itself are left out: they are the
// server's. false if a name or value could break out of its line: nothing of it may be sent.
bool WriteHead(std::string& out, const Response& response, const HeadOptions& options);

std::string_view ReasonPhrase(int status);

}  // namespace gatehouse::http
