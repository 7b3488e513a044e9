#include "platform/http/connection.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <limits>

#include "base/text.h"
#include "platform/http/request_parser.h"

namespace gatehouse::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr Duration kHeadTime = std::chrono::seconds(10);
constexpr Duration kIdleTime = std::chrono::seconds(30);
constexpr Duration kRequestTime = std::chrono::seconds(60);
constexpr Duration kLingerTime = std::chrono::seconds(3);
constexpr std::size_t kLingerBytes = 16 * 1024 * 1024;
constexpr std::size_t kBodyStep = 256 * 1024;
constexpr std::size_t kGzipFrom = 1024;
constexpr std::size_t kGzipTo = 2 * 1024 * 1024;

// Error value of an answer that the server gives by itself.
Error ErrorFor(int status) {
  switch (status) {
    case 404:
      return {Code::kNotFound, "not_found", {}};
    case 405:
      return {Code::kInvalidArgument, "method_not_allowed", {}};
    case 413:
      return {Code::kInvalidArgument, "body_too_large", {}};
    case 414:
    case 431:
      return {Code::kInvalidArgument, "header_too_large", {}};
    case 421:
      return {Code::kInvalidArgument, "unknown_host", {}};
    case 501:
      return {Code::kInvalidArgument, "method_unknown", {}};
    case 500:
      return {Code::kInternal, "internal", {}};
    default:
      return {Code::kInvalidArgument, "bad_request", {}};
  }
}

bool HasNoBody(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

void BlockRng::Fill(std::span<std::uint8_t> out) {
  if (out.size() > sizeof block_) return source_.Fill(out);
  if (out.size() > block_.size() - used_) {
    source_.Fill(block_);
    used_ = 0;
  }
  std::memcpy(out.data(), block_.data() + used_, out.size());
  used_ += out.size();
}

// A request with what is known about its framing.
struct Connection::Exchange {
  Request request;
  RequestParser parser{request};
  bool has_body = false;   // announced
  bool body_read = false;  // to its end
};

Connection::Connection(std::shared_ptr<NetThread> thread, asio::ip::tcp::socket socket,
                       IpAddress peer, bool counted)
    : thread_(std::move(thread)),
      state_(*thread_->state),
      socket_(std::move(socket)),
      peer_(peer),
      peer_text_(peer.ToString()),
      counted_(counted),
      buffer_(std::make_unique_for_overwrite<char[]>(kMaxHead)) {
  started_ = state_.clock.Monotonic();
  deadline_ = started_ + kHeadTime;
  ++state_.stats.connections;
  ++state_.stats.open;
  thread_->connections_.push_back(*this);
}

Connection::~Connection() {
  if (counted_) state_.clients.Leave(peer_);
  --state_.stats.open;
  unlink();
  // The last connection of a draining thread lets its timer, and so its context, end.
  if (thread_->draining_ && thread_->connections_.empty()) thread_->timer_.cancel();
}

void Connection::Close() {
  error_code ignored;
  socket_.close(ignored);
}

void Connection::Consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

asio::awaitable<void> Connection::Run(std::unique_ptr<Connection> self) {
  while (co_await self->ServeOne()) {
  }
}

// false: the connection ends.
asio::awaitable<bool> Connection::ServeOne() {
  HeadScanner scanner;
  HeadScanner::State scanned = HeadScanner::State::kNeedMore;
  if (!co_await ReadHead(scanner, scanned)) co_return false;

  Exchange exchange;
  Request& request = exchange.request;
  RequestParser& parser = exchange.parser;
  request.received = state_.clock.Now();
  request.correlation_id = NewUuidV7(state_.clock, thread_->rng);
  request.remote_ip = peer_text_;
  deadline_ = started_ + kRequestTime;

  int refused = scanned == HeadScanner::State::kComplete   ? 0
                : scanned == HeadScanner::State::kTooLarge ? 431
                                                           : 400;
  if (refused == 0) {
    error_code ec;
    parser.put(asio::buffer(buffered().data(), scanner.size()), ec);
    Consume(scanner.size());
    refused = ec || !parser.is_header_done() ? 400 : Check(exchange);
  }
  // After a head that may be read in two ways nothing on this connection can be trusted.
  bool broken = refused == 400 || refused == 431;

  const Route* route = nullptr;
  std::vector<Method> allowed;
  if (refused == 0) {
    route = state_.router.Match(request, &allowed);
    if (route == nullptr) {
      refused = allowed.empty() ? 404 : 405;
    } else if (exchange.has_body) {
      refused = co_await ReadBody(exchange, route->options.max_body);
      if (refused < 0) co_return false;
      broken = refused != 0;
    }
  }

  Response response;
  if (refused != 0) {
    response = Refuse(request, refused);
    if (refused == 405) {
      std::string names;
      for (Method method : allowed) {
        if (!names.empty()) names += ", ";
        names += MethodName(method);
      }
      response.headers.Set("Allow", std::move(names));
    }
  } else {
    Result<Response> result = Fail(Code::kInternal, "internal");
    try {
      result = co_await route->handler(request);
    } catch (const std::exception& e) {
      result = Fail(Code::kInternal, "internal", e.what());
    } catch (...) {
      result = Fail(Code::kInternal, "internal", "unknown exception");
    }
    response = result ? std::move(*result)
                      : Refuse(request, result.error(), HttpStatus(result.error().code));
  }
  if (state_.options.complete) state_.options.complete(response);

  bool unread = exchange.has_body && !exchange.body_read;
  bool keep = !broken && !unread && !thread_->draining() && parser.keep_alive();
  Encode(request, response);
  std::string_view body;
  std::size_t written = Send(exchange, response, keep, body);
  bool sent = written == head_.size() + body.size() || co_await Finish(written, body);

  if (state_.access_log) {
    try {
      state_.access_log(request, response, state_.clock.Monotonic() - started_);
    } catch (...) {
      // The answer is out; a log that throws must not end the connection of its reader.
    }
  }
  if (sent && keep) co_return true;
  if (sent && (broken || unread)) co_await Linger();
  co_return false;
}

// false: the peer is gone or too slow.
asio::awaitable<bool> Connection::ReadHead(HeadScanner& scanner, HeadScanner::State& scanned) {
  idle_ = begin_ == end_;
  Duration now = state_.clock.Monotonic();
  if (first_ || !idle_) {
    deadline_ = now + kHeadTime;
  } else {
    if (thread_->draining()) co_return false;
    deadline_ = now + kIdleTime;
  }
  started_ = now;
  first_ = false;
  for (;;) {
    if (begin_ != end_) {
      // One empty line before a request is allowed (RFC 9112 §2.2).
      if (!idle_ && buffered().starts_with("\r\n")) Consume(2);
      scanned = scanner.Scan(buffered());
      if (scanned != HeadScanner::State::kNeedMore) co_return true;
    }
    if (end_ == kMaxHead) {
      if (begin_ == 0) {
        scanned = HeadScanner::State::kTooLarge;
        co_return true;
      }
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    auto [ec, n] = co_await socket_.async_read_some(
        asio::buffer(buffer_.get() + end_, kMaxHead - end_), kAwait);
    if (ec || n == 0) co_return false;
    end_ += n;
    if (idle_) {
      idle_ = false;
      started_ = state_.clock.Monotonic();
      deadline_ = started_ + kHeadTime;
    }
  }
}

// 0 or the status that refuses the request. Fills path, query, remote_ip.
int Connection::Check(Exchange& exchange) const {
  Request& request = exchange.request;
  const RequestParser& parser = exchange.parser;
  if (parser.lengths > 1 || parser.encodings > 1 || parser.strange_encoding ||
      parser.strange_length || (parser.lengths > 0 && parser.encodings > 0) ||
      (parser.encodings > 0 && (parser.version < 11 || !parser.chunked()))) {
    return 400;
  }
  exchange.has_body = parser.chunked() || parser.content_length().value_or(0) > 0;
  if (request.target.size() > kMaxTarget) return 414;
  // Origin form only: nothing but a proxy is addressed with a whole URL.
  if (!request.target.starts_with('/')) return 400;
  for (char c : request.target) {
    if (c <= 0x20 || c >= 0x7F || c == '#') return 400;
  }
  auto [path, query] = SplitOnce(request.target, '?');
  request.path = path;
  request.query = query;
  if (parser.hosts != 1) return 400;
  if (!state_.hosts.Accepts(request.headers.Get("Host"))) return 421;
  if (!parser.known_method) return 501;
  if (parser.strange_expect) return 417;
  if (!state_.trusted.empty()) {
    std::vector<std::string_view> forwarded;
    for (const auto& [name, value] : request.headers.all()) {
      if (EqualsIgnoreCase(name, "X-Forwarded-For")) forwarded.push_back(value);
    }
    if (!forwarded.empty()) {
      request.remote_ip = ClientAddress(peer_, state_.trusted, forwarded).ToString();
    }
  }
  return 0;
}

// 0, the status that refuses the body, or -1 when the connection ended.
asio::awaitable<int> Connection::ReadBody(Exchange& exchange, std::size_t max_body) {
  RequestParser& parser = exchange.parser;
  std::string& body = exchange.request.body;
  std::uint64_t length = parser.content_length().value_or(0);
  if (length > max_body) co_return 413;
  bool complete = !parser.chunked() && buffered().size() >= length;
  if (parser.expects_continue && parser.version >= 11 && !complete && begin_ == end_) {
    if (!co_await SendContinue()) co_return -1;
  }
  parser.max_body = max_body;
  if (parser.chunked()) co_return co_await ReadChunked(exchange);

  auto total = static_cast<std::size_t>(length);
  std::size_t have = std::min(total, buffered().size());
  body.assign(buffered().substr(0, have));
  Consume(have);
  while (have < total) {
    // In steps, so that a length alone does not claim memory.
    if (have == body.size()) body.resize(std::min(total, have + std::max(kBodyStep, have)));
    auto [ec, n] = co_await socket_.async_read_some(
        asio::buffer(body.data() + have, body.size() - have), kAwait);
    if (ec || n == 0) co_return -1;
    have += n;
  }
  exchange.body_read = true;
  co_return 0;
}

asio::awaitable<int> Connection::ReadChunked(Exchange& exchange) {
  RequestParser& parser = exchange.parser;
  parser.eager(true);
  for (;;) {
    if (begin_ != end_) {
      error_code ec;
      std::size_t used = parser.put(asio::buffer(buffered().data(), buffered().size()), ec);
      Consume(used);
      if (parser.body_too_large) co_return 413;
      if (ec && ec != beast::http::error::need_more) co_return 400;
      if (parser.is_done()) {
        exchange.body_read = true;
        co_return 0;
      }
    }
    if (begin_ != 0) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    // A chunk line or trailer that does not fit the buffer.
    if (end_ == kMaxHead) co_return 400;
    auto [ec, n] = co_await socket_.async_read_some(
        asio::buffer(buffer_.get() + end_, kMaxHead - end_), kAwait);
    if (ec || n == 0) co_return -1;
    end_ += n;
  }
}

asio::awaitable<bool> Connection::SendContinue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  auto [ec, n] =
      co_await asio::async_write(socket_, asio::buffer(kContinue.data(), kContinue.size()), kAwait);
  co_return !ec;
}

Response Connection::Refuse(const Request& request, const Error& error, int status) const {
  if (state_.render_error) {
    try {
      return state_.render_error(request, error, status);
    } catch (...) {
      // Falls through to the plain answer.
    }
  }
  return Response::Text(status, std::string(ReasonPhrase(status)) + "\n");
}

Response Connection::Refuse(const Request& request, int status) const {
  return Refuse(request, ErrorFor(status), status);
}

void Connection::Encode(const Request& request, Response& response) {
  if (response.body.size() < kGzipFrom || response.body.size() > kGzipTo ||
      response.status == 206 || HasNoBody(response.status) ||
      !IsCompressible(response.headers.Get("Content-Type")) ||
      response.headers.Has("Content-Encoding") ||
      response.headers.Get("Cache-Control").contains("no-transform")) {
    return;
  }
  std::string vary(response.headers.Get("Vary"));
  response.headers.Set("Vary", vary.empty() ? "Accept-Encoding" : vary + ", Accept-Encoding");
  if (!AcceptsGzip(request.headers.Get("Accept-Encoding"))) return;
  if (std::optional<std::string> encoded = thread_->gzip.Encode(response.body)) {
    response.body = std::move(*encoded);
    response.headers.Set("Content-Encoding", "gzip");
  }
}

std::size_t Connection::Send(const Exchange& exchange, Response& response, bool keep,
                             std::string_view& body) {
  const Request& request = exchange.request;
  HeadOptions head;
  head.date = thread_->date.Get(request.received);
  head.correlation_id = request.correlation_id;
  if (!keep) {
    head.connection = ConnectionField::kClose;
  } else if (exchange.parser.version < 11) {
    head.connection = ConnectionField::kKeepAlive;
  }
  // A status that is none of a final answer, or a field that would break out of its line, is a
  // fault of the handler: nothing of such a response is sent.
  bool valid = response.status >= 200 && response.status <= 599;
  head.has_content_length = !HasNoBody(response.status);
  head.content_length = response.body.size();
  if (!valid || !WriteHead(head_, response, head)) {
    response = Response::Text(500, std::string(ReasonPhrase(500)) + "\n");
    head.has_content_length = true;
    head.content_length = response.body.size();
    WriteHead(head_, response, head);
  }
  if (request.method != Method::kHead && head.has_content_length) body = response.body;
  Account(response.status);  // before the answer: whoever has it finds it counted

  std::array<asio::const_buffer, 2> buffers = {asio::buffer(head_.data(), head_.size()),
                                               asio::buffer(body.data(), body.size())};
  // The socket is non-blocking: nearly every answer is taken by the kernel at once.
  error_code ec;
  std::size_t n = socket_.write_some(buffers, ec);
  return ec ? 0 : n;
}

asio::awaitable<bool> Connection::Finish(std::size_t written, std::string_view body) {
  std::string_view head = head_;
  std::size_t of_head = std::min(written, head.size());
  head.remove_prefix(of_head);
  body.remove_prefix(written - of_head);
  std::array<asio::const_buffer, 2> buffers = {asio::buffer(head.data(), head.size()),
                                               asio::buffer(body.data(), body.size())};
  auto [ec, n] = co_await asio::async_write(socket_, buffers, kAwait);
  co_return !ec;
}

// Closing with unread input makes the kernel send a reset, which can destroy the answer before the
// peer has read it. So: end our side, and read on for a moment.
asio::awaitable<void> Connection::Linger() {
  error_code ec;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
  if (ec) co_return;
  deadline_ = state_.clock.Monotonic() + kLingerTime;
  idle_ = true;
  for (std::size_t total = 0; total < kLingerBytes;) {
    auto [failed, n] =
        co_await socket_.async_read_some(asio::buffer(buffer_.get(), kMaxHead), kAwait);
    if (failed || n == 0) co_return;
    total += n;
  }
}

void Connection::Account(int status) {
  ServerStats& stats = state_.stats;
  ++stats.requests;
  ++(status < 300   ? stats.status_2xx
     : status < 400 ? stats.status_3xx
     : status < 500 ? stats.status_4xx
                    : stats.status_5xx);
}

}  // namespace gatehouse::http
