#pragma once

// For the tests of this module: a server on 127.0.0.1 with its own runtime, and a client that sends
// and reads raw bytes.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/text.h"
#include "platform/http/server.h"

namespace gatehouse::http {

class TestServer {
 public:
  explicit TestServer(ServerOptions options = {}, std::size_t threads = 1) : runtime(threads) {
    options.port = 0;
    if (options.hosts.empty()) options.hosts = {"127.0.0.1", "sso.example"};
    server = std::make_unique<Server>(
        runtime, std::move(options), router, clock, rng,
        [](const Request&, const Error& error, int status) {
          return Response::Text(status, std::string(error.reason));
        },
        [this](const Request& request, const Response& response, Duration) {
          std::lock_guard lock(mutex);
          log.push_back(std::to_string(response.status) + " " + request.path);
          correlation_ids.push_back(request.correlation_id);
        });
  }
  ~TestServer() { Stop(); }

  // Add routes before.
  void Start() {
    auto started = server->Start();
    ASSERT_TRUE(started.has_value()) << started.error().detail;
    thread = std::thread([this] { runtime.Run(); });
  }
  void Stop() {
    if (!thread.joinable()) return;
    runtime.Stop();
    thread.join();
  }
  std::string Url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + std::string(path);
  }
  std::vector<std::string> Log() {
    std::lock_guard lock(mutex);
    return log;
  }
  // Waits until the access log has `count` lines: it is written after the answer.
  std::vector<std::string> LogOf(std::size_t count) {
    for (int i = 0; i < 500 && Log().size() < count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return Log();
  }

  runtime::Runtime runtime;
  Router router;
  ManualClock clock;
  SystemRng rng;
  std::mutex mutex;
  std::vector<std::string> log;
  std::vector<std::string> correlation_ids;
  std::unique_ptr<Server> server;
  std::thread thread;
};

struct RawResponse {
  int status = 0;
  std::string head;
  std::string body;

  std::string Field(std::string_view name) const {
    for (std::string_view line : Split(head, '\n')) {
      auto [key, value] = SplitOnce(line, ':');
      if (EqualsIgnoreCase(key, name)) return std::string(Trim(value));
    }
    return {};
  }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      close(fd_);
      fd_ = -1;
    }
  }
  ~RawClient() {
    if (fd_ >= 0) close(fd_);
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return fd_ >= 0; }

  // false when the peer has closed.
  bool Send(std::string_view text) {
    while (!text.empty()) {
      ssize_t n = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void EndSending() { shutdown(fd_, SHUT_WR); }

  // One answer; status 0 when the connection ended or nothing came in time.
  RawResponse Read(bool head_only = false) {
    RawResponse response;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill()) return response;
    }
    response.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    std::string_view code = std::string_view(response.head).substr(9, 3);
    std::from_chars(code.data(), code.data() + code.size(), response.status);
    std::size_t length = 0;
    std::string text = response.Field("Content-Length");
    std::from_chars(text.data(), text.data() + text.size(), length);
    if (head_only) return response;
    while (buffer_.size() < length) {
      if (!Fill()) return response;
    }
    response.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return response;
  }
  RawResponse Get(std::string_view path, std::string_view more = "") {
    Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + std::string(more) +
         "\r\n");
    return Read();
  }
  // true once the server has closed; what came before is kept in `rest`.
  bool Closed(int timeout_ms = 5000) {
    timeout_ms_ = timeout_ms;
    while (Fill()) {
    }
    return closed_;
  }
  const std::string& rest() const { return buffer_; }

 private:
  bool Fill() {
    pollfd p{fd_, POLLIN, 0};
    if (poll(&p, 1, timeout_ms_) <= 0) return false;
    char chunk[16384];
    ssize_t n = recv(fd_, chunk, sizeof chunk, 0);
    if (n <= 0) {
      closed_ = true;
      return false;
    }
    buffer_.append(chunk, static_cast<std::size_t>(n));
    return true;
  }

  int fd_;
  int timeout_ms_ = 5000;
  bool closed_ = false;
  std::string buffer_;
};

}  // namespace gatehouse::http
