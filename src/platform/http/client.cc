#include "platform/http/client.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/text.h"
#include "platform/http/address.h"
#include "platform/http/egress.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::http {
namespace {

constexpr std::size_t kMaxInFlight = 1024;
constexpr std::size_t kMaxHeaderBytes = 64 * 1024;
constexpr long kConnectTimeoutMs = 3000;

bool IsFieldNameByte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '_';
}

Result<void> CheckHeaders(const Headers& headers) {
  for (const auto& [name, value] : headers.all()) {
    bool ours = EqualsIgnoreCase(name, "Host") || EqualsIgnoreCase(name, "Content-Length") ||
                EqualsIgnoreCase(name, "Transfer-Encoding") || EqualsIgnoreCase(name, "Connection");
    if (ours || name.empty() || !std::ranges::all_of(name, IsFieldNameByte) || HasControl(value)) {
      return Fail(Code::kInvalidArgument, "url_invalid", "header field " + name);
    }
  }
  return {};
}

// What curl waits for: its sockets, its one timer, and us. Unlike curl's own poll loop it costs
// nothing for transfers that nothing happened to. Used on the curl thread, but for Wake().
class Waiting {
 public:
  Waiting() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    GH_CHECK(epoll_ >= 0 && wake_ >= 0 && Watch(EPOLL_CTL_ADD, wake_, EPOLLIN));
  }
  ~Waiting() {
    close(wake_);
    close(epoll_);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  void Attach(CURLM* multi) {
    multi_ = multi;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, OnSocket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, OnTimer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  }

  // From any thread: Once() returns soon.
  void Wake() const {
    const std::uint64_t one = 1;
    // Full means that it is awake already.
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one);
  }

  // Waits for the next thing to happen and lets curl do what it asks for.
  void Once(CURLM* multi) {
    int running = 0;
    std::array<epoll_event, 64> events;
    const int count =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), Patience());
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == wake_) {
        std::uint64_t times = 0;
        [[maybe_unused]] const ssize_t got = read(wake_, &times, sizeof times);
        continue;
      }
      int what = 0;
      if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
      if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
      if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
      curl_multi_socket_action(multi, event.data.fd, what, &running);
    }
    if (due_ && clock_.Monotonic() >= *due_) {
      due_.reset();
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
  }

 private:
  // Milliseconds until the timer has run out, rounded up; -1: there is none.
  int Patience() const {
    if (!due_) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - clock_.Monotonic());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
  }

  bool Watch(int operation, int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    return epoll_ctl(epoll_, operation, fd, &event) == 0;
  }

  // `known` is null until the socket is watched: then curl keeps it for us, as long as it uses the
  // socket.
  static int OnSocket(CURL*, curl_socket_t fd, int what, void* user, void* known) {
    auto* self = static_cast<Waiting*>(user);
    if (what == CURL_POLL_REMOVE) {
      // May be closed already; then the kernel has forgotten it.
      self->Watch(EPOLL_CTL_DEL, fd, 0);
      return 0;
    }
    std::uint32_t events = 0;
    if ((what & CURL_POLL_IN) != 0) events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) events |= EPOLLOUT;
    if (known != nullptr) return self->Watch(EPOLL_CTL_MOD, fd, events) ? 0 : -1;
    curl_multi_assign(self->multi_, fd, self);
    return self->Watch(EPOLL_CTL_ADD, fd, events) ? 0 : -1;
  }

  static int OnTimer(CURLM*, long millis, void* user) {
    auto* self = static_cast<Waiting*>(user);
    self->due_.reset();
    if (millis >= 0) {
      self->due_ = self->clock_.Monotonic() + std::chrono::milliseconds(millis);
    }
    return 0;
  }

  const int epoll_;
  const int wake_;
  CURLM* multi_ = nullptr;
  const SystemClock clock_;      // curl reads the machine's, too
  std::optional<Duration> due_;  // when curl's timer runs out, monotonic
};

// The part of a request that the waiting coroutine and the curl thread share.
struct Pending {
  ClientRequest request;
  std::string url;
  bool exempt = false;  // the origin is the operator's own choice
  bool plain = false;   // http
  runtime::Resume resume;
  Result<ClientResponse> result = Fail(Code::kCancelled, "stopping");
};

// One running transfer; used on the curl thread only.
struct Transfer {
  std::shared_ptr<Pending> pending;
  ClientResponse response;
  std::size_t header_bytes = 0;
  curl_slist* headers = nullptr;
  bool refused_address = false;
  bool too_large = false;
  char error[CURL_ERROR_SIZE] = {};

  ~Transfer() { curl_slist_free_all(headers); }
};

std::size_t OnBody(char* data, std::size_t, std::size_t size, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  std::string& body = transfer->response.body;
  if (size > transfer->pending->request.max_response - body.size()) {
    transfer->too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  body.append(data, size);
  return size;
}

std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  transfer->header_bytes += size;
  if (transfer->header_bytes > kMaxHeaderBytes) {
    transfer->too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  std::string_view line(data, size);
  if (line.starts_with("HTTP/")) {
    transfer->response.headers = {};  // an interim answer came before
    return size;
  }
  if (std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    transfer->response.headers.Add(std::string(line.substr(0, colon)),
                                   std::string(Trim(line.substr(colon + 1))));
  }
  return size;
}

std::optional<IpAddress> AddressOf(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, &address, sizeof in);
    std::array<std::uint8_t, 4> bytes;
    std::memcpy(bytes.data(), &in.sin_addr, bytes.size());
    return IpAddress::FromV4(bytes);
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in;
    std::memcpy(&in, &address, sizeof in);
    std::array<std::uint8_t, 16> bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return IpAddress::FromV6(bytes);
  }
  return std::nullopt;
}

// Called with the address that curl is about to connect to: the last look, after every lookup.
curl_socket_t OnOpenSocket(void* user, curlsocktype, curl_sockaddr* address) {
  auto* transfer = static_cast<Transfer*>(user);
  if (!transfer->pending->exempt) {
    std::optional<IpAddress> ip = AddressOf(address->addr);
    if (!ip || ip->IsForbidden()) {
      transfer->refused_address = true;
      return CURL_SOCKET_BAD;
    }
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::unexpected<Error> ToError(CURLcode code, const Transfer& transfer) {
  std::string detail = transfer.error[0] != '\0' ? transfer.error : curl_easy_strerror(code);
  if (transfer.too_large || code == CURLE_FILESIZE_EXCEEDED) {
    return Fail(Code::kResourceExhausted, "peer_answer_too_large", std::move(detail));
  }
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Fail(Code::kDeadlineExceeded, "peer_timeout", std::move(detail));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ENGINE_INITFAILED:
      return Fail(Code::kUnavailable, "peer_tls_failed", std::move(detail));
    case CURLE_URL_MALFORMAT:
      return Fail(Code::kInvalidArgument, "url_invalid", std::move(detail));
    case CURLE_OUT_OF_MEMORY:
      return Fail(Code::kUnavailable, "overloaded", std::move(detail));
    default:
      break;
  }
  if (transfer.refused_address) {
    return Fail(Code::kPermissionDenied, "url_forbidden", "address");
  }
  return Fail(Code::kUnavailable, "peer_unreachable", std::move(detail));
}

class CurlClient final : public Client {
 public:
  explicit CurlClient(EgressPolicy policy) : policy_(std::move(policy)) {
    // Counted by curl, and safe from several threads since 7.84.
    GH_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    for (std::string& origin : policy_.allowed_origins) {
      if (Result<Url> parsed = ParseUrl(origin)) origin = parsed->Origin();
    }
    multi_ = curl_multi_init();
    GH_CHECK(multi_ != nullptr);
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS,
                      static_cast<long>(policy_.max_connections_per_host));
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, 256L);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 64L);
    waiting_.Attach(multi_);
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "http-client");
      Loop();
    });
  }

  ~CurlClient() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    waiting_.Wake();
    thread_.join();
    for (CURL* easy : idle_) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
    curl_global_cleanup();
  }

  Task<ClientResponse> Send(ClientRequest request) override {
    GH_CO_TRY(Url url, CheckedUrl(policy_, request.url));
    GH_CO_TRY_VOID(CheckHeaders(request.headers));
    // Shared, not a local of this frame: the curl thread may outlive the frame.
    auto pending = std::make_shared<Pending>();
    pending->url = CheckedText(url);
    pending->exempt = IsAllowedOrigin(policy_, url.Origin());
    pending->plain = url.scheme == "http";
    pending->request = std::move(request);
    co_await runtime::Suspend([this, pending](runtime::Resume resume) {
      pending->resume = std::move(resume);
      if (!Submit(pending)) {
        pending->result = Fail(Code::kUnavailable, "overloaded");
        pending->resume();
      }
    });
    co_return std::move(pending->result);
  }

 private:
  bool Submit(const std::shared_ptr<Pending>& pending) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_ || in_flight_ >= kMaxInFlight) return false;
      ++in_flight_;
      queue_.push_back(pending);
      // Who is not first finds the thread woken already: it takes all at once.
      if (queue_.size() > 1) return true;
    }
    waiting_.Wake();
    return true;
  }

  void Loop() {
    std::vector<std::shared_ptr<Pending>> taken;
    for (;;) {
      bool stop = false;
      {
        std::lock_guard lock(mutex_);
        taken.swap(queue_);
        stop = stopping_;
      }
      if (stop) break;
      for (auto& pending : taken) Begin(std::move(pending));
      taken.clear();

      waiting_.Once(multi_);
      int left = 0;
      while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE) End(message->easy_handle, message->data.result);
      }
    }
    for (auto& pending : taken) Answer(*pending);
    while (!running_.empty()) {
      CURL* easy = running_.begin()->first;
      std::unique_ptr<Transfer> transfer = std::move(running_.begin()->second);
      running_.erase(running_.begin());
      curl_multi_remove_handle(multi_, easy);
      curl_easy_cleanup(easy);
      Answer(*transfer->pending);
    }
  }

  void Begin(std::shared_ptr<Pending> pending) {
    CURL* easy = nullptr;
    if (!idle_.empty()) {
      easy = idle_.back();
      idle_.pop_back();
    } else {
      easy = curl_easy_init();
    }
    auto transfer = std::make_unique<Transfer>();
    transfer->pending = std::move(pending);
    if (easy == nullptr || !Configure(easy, *transfer) ||
        curl_multi_add_handle(multi_, easy) != CURLM_OK) {
      if (easy != nullptr) curl_easy_cleanup(easy);
      transfer->pending->result = Fail(Code::kUnavailable, "overloaded");
      Answer(*transfer->pending);
      return;
    }
    running_.emplace(easy, std::move(transfer));
  }

  bool Configure(CURL* easy, Transfer& transfer) {
    const Pending& pending = *transfer.pending;
    const ClientRequest& request = pending.request;
    bool ok = true;
    auto set = [&](CURLoption option, auto value) {
      ok = curl_easy_setopt(easy, option, value) == CURLE_OK && ok;
    };
    set(CURLOPT_URL, pending.url.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_PROTOCOLS_STR, pending.plain ? "http" : "https");
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_UPLOAD_BUFFERSIZE, 16'384L);  // bodies are small
    set(CURLOPT_USERAGENT, "Gatehouse");
    set(CURLOPT_ERRORBUFFER, transfer.error);
    set(CURLOPT_OPENSOCKETFUNCTION, OnOpenSocket);
    set(CURLOPT_OPENSOCKETDATA, &transfer);
    set(CURLOPT_WRITEFUNCTION, OnBody);
    set(CURLOPT_WRITEDATA, &transfer);
    set(CURLOPT_HEADERFUNCTION, OnHeader);
    set(CURLOPT_HEADERDATA, &transfer);
    set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request.max_response));
    set(CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
    auto millis = std::chrono::ceil<std::chrono::milliseconds>(request.timeout).count();
    set(CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(millis)));
    if (!pending.plain) ConfigureTls(set);
    ConfigureMethod(set, request);
    return ConfigureHeaders(transfer) && (set(CURLOPT_HTTPHEADER, transfer.headers), ok);
  }

  template <class Set>
  void ConfigureTls(Set& set) {
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (policy_.ca_file.empty()) {
      // With the bundle alone curl keeps the parsed anchors between connections; with the folder
      // beside it, it would read the whole bundle for each.
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    } else {
      // The operator's file is read as a whole; the system's anchors stay in the folder.
      set(CURLOPT_CAINFO, policy_.ca_file.c_str());
    }
  }

  template <class Set>
  static void ConfigureMethod(Set& set, const ClientRequest& request) {
    switch (request.method) {
      case Method::kGet:
        set(CURLOPT_HTTPGET, 1L);
        return;
      case Method::kHead:
        set(CURLOPT_NOBODY, 1L);
        return;
      case Method::kPost:
      case Method::kPut:
      case Method::kPatch:
        break;
      case Method::kDelete:
      case Method::kOptions:
        if (!request.body.empty()) break;
        set(CURLOPT_CUSTOMREQUEST, std::string(MethodName(request.method)).c_str());
        return;
    }
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.c_str());
    if (request.method != Method::kPost) {
      set(CURLOPT_CUSTOMREQUEST, std::string(MethodName(request.method)).c_str());
    }
  }

  static bool ConfigureHeaders(Transfer& transfer) {
    auto append = [&](const std::string& line) {
      curl_slist* longer = curl_slist_append(transfer.headers, line.c_str());
      if (longer != nullptr) transfer.headers = longer;
      return longer != nullptr;
    };
    const Headers& headers = transfer.pending->request.headers;
    bool ok = append("Expect:");
    // Without this curl would call every body a form.
    if (!headers.Has("Content-Type")) ok = append("Content-Type:") && ok;
    for (const auto& [name, value] : headers.all()) {
      // "name;" is curl's spelling of an empty value.
      ok = append(value.empty() ? name + ";" : name + ": " + value) && ok;
    }
    return ok;
  }

  void End(CURL* easy, CURLcode code) {
    auto it = running_.find(easy);
    std::unique_ptr<Transfer> transfer = std::move(it->second);
    running_.erase(it);
    Pending& pending = *transfer->pending;
    if (code == CURLE_OK) {
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      transfer->response.status = static_cast<int>(status);
      pending.result = std::move(transfer->response);
    } else {
      pending.result = ToError(code, *transfer);
    }
    curl_multi_remove_handle(multi_, easy);
    if (idle_.size() < 64) {
      curl_easy_reset(easy);
      idle_.push_back(easy);
    } else {
      curl_easy_cleanup(easy);
    }
    Answer(pending);
  }

  void Answer(Pending& pending) {
    {
      std::lock_guard lock(mutex_);
      --in_flight_;
    }
    pending.resume();
  }

  EgressPolicy policy_;
  Waiting waiting_;
  CURLM* multi_ = nullptr;
  std::thread thread_;

  std::mutex mutex_;
  std::vector<std::shared_ptr<Pending>> queue_;
  std::size_t in_flight_ = 0;
  bool stopping_ = false;

  // On the curl thread only.
  std::vector<CURL*> idle_;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;
};

}  // namespace

std::unique_ptr<Client> NewCurlClient(EgressPolicy policy) {
  return std::make_unique<CurlClient>(std::move(policy));
}

}  // namespace gatehouse::http
