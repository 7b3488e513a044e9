#include "platform/http/client.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platform/http/test_server.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::http {
namespace {

Task<Response> Show(Request& request) {
  Response response = Response::Text(
      200, std::string(MethodName(request.method)) + " " + request.target + "\n" + request.body);
  for (const auto& [name, value] : request.headers.all()) {
    response.headers.Add("Seen-" + name, value.empty() ? "(empty)" : value);
  }
  response.headers.Add("Set-Cookie", "a=1");
  co_return response;
}
Task<Response> Moved(Request&) { co_return Response::Redirect("/show?followed"); }
Task<Response> Missing(Request&) { co_return Response::Json(404, "{}"); }
Task<Response> TwoMiB(Request&) {
  co_return Response::Text(200, std::string(2 * 1024 * 1024, 'x'));
}
Task<Response> Slow(Request&) {
  (void)co_await runtime::Sleep(std::chrono::milliseconds(400));
  co_return Response::Text(200, "slow");
}

// A listening socket whose accepted connections run a function in a thread.
class RawServer {
 public:
  using Talk = std::function<void(int fd)>;

  explicit RawServer(Talk talk, std::uint32_t address = INADDR_LOOPBACK)
      : talk_(std::move(talk)), fd_(socket(AF_INET6, SOCK_STREAM, 0)) {
    // IPv4 loopback alone, or every address of both families.
    if (address != INADDR_ANY) {
      close(fd_);
      fd_ = socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in in{};
      in.sin_family = AF_INET;
      in.sin_addr.s_addr = htonl(address);
      EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&in), sizeof in), 0);
      socklen_t size = sizeof in;
      getsockname(fd_, reinterpret_cast<sockaddr*>(&in), &size);
      port = ntohs(in.sin_port);
    } else {
      sockaddr_in6 in{};
      in.sin6_family = AF_INET6;
      EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&in), sizeof in), 0);
      socklen_t size = sizeof in;
      getsockname(fd_, reinterpret_cast<sockaddr*>(&in), &size);
      port = ntohs(in.sin6_port);
    }
    listen(fd_, 16);
    thread_ = std::thread([this] {
      for (;;) {
        int peer = accept(fd_, nullptr, nullptr);
        if (peer < 0) return;
        ++accepted;
        if (talk_) talk_(peer);
        close(peer);
      }
    });
  }
  ~RawServer() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
  }
  std::string Origin() const { return "http://127.0.0.1:" + std::to_string(port); }

  std::uint16_t port = 0;
  std::atomic<int> accepted{0};

 private:
  Talk talk_;
  int fd_;
  std::thread thread_;
};

bool SendAll(int fd, std::string_view text) {
  return send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}
void ReadSome(int fd) {
  char buffer[4096];
  (void)!recv(fd, buffer, sizeof buffer, 0);
}

Result<ClientResponse> Get(Client& client, std::string url,
                           Duration timeout = std::chrono::seconds(10)) {
  ClientRequest request;
  request.url = std::move(url);
  request.timeout = timeout;
  return runtime::RunSync(client.Send(std::move(request)));
}

std::string ReasonOf(const Result<ClientResponse>& result) {
  return result ? "status " + std::to_string(result->status) : std::string(result.error().reason);
}

class ClientTest : public testing::Test {
 protected:
  void SetUp() override {
    server_.router.Add(Method::kGet, "/show", Show);
    server_.router.Add(Method::kPost, "/show", Show);
    server_.router.Add(Method::kPut, "/show", Show);
    server_.router.Add(Method::kDelete, "/show", Show);
    server_.router.Add(Method::kPatch, "/show", Show);
    server_.router.Add(Method::kOptions, "/show", Show);
    server_.router.Add(Method::kGet, "/moved", Moved);
    server_.router.Add(Method::kGet, "/missing", Missing);
    server_.router.Add(Method::kGet, "/two-mib", TwoMiB);
    server_.router.Add(Method::kGet, "/slow", Slow);
    server_.Start();
    EgressPolicy policy;
    policy.allowed_origins = {server_.Url("")};
    client_ = NewCurlClient(std::move(policy));
  }

  TestServer server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, AllowedOriginIsReached) {
  ClientRequest request;
  request.method = Method::kPost;
  request.url = server_.Url("/show?a=1");
  request.headers.Add("Content-Type", "application/json");
  request.headers.Add("Authorization", "Bearer x");
  request.headers.Add("X-Empty", "");
  request.body = std::string("{\0}", 3);
  auto result = runtime::RunSync(client_->Send(std::move(request)));
  ASSERT_TRUE(result.has_value()) << result.error().detail;
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, std::string("POST /show?a=1\n{\0}", 18));
  EXPECT_EQ(result->headers.Get("Seen-Content-Type"), "application/json");
  EXPECT_EQ(result->headers.Get("Seen-Authorization"), "Bearer x");
  EXPECT_EQ(result->headers.Get("Seen-X-Empty"), "(empty)");
  EXPECT_EQ(result->headers.Get("Seen-User-Agent"), "Gatehouse");
  EXPECT_FALSE(result->headers.Has("Seen-Accept-Encoding"));
  EXPECT_FALSE(result->headers.Has("Seen-Expect"));
  // No cookie jar.
  EXPECT_FALSE(Get(*client_, server_.Url("/show"))->headers.Has("Seen-Cookie"));
}

TEST_F(ClientTest, EveryMethodIsSentAsItIs) {
  for (Method method : {Method::kGet, Method::kPost, Method::kPut, Method::kPatch, Method::kDelete,
                        Method::kOptions}) {
    for (std::string body : {"", "b"}) {
      if (method == Method::kGet && !body.empty()) continue;
      ClientRequest request;
      request.method = method;
      request.url = server_.Url("/show");
      request.body = body;
      auto result = runtime::RunSync(client_->Send(std::move(request)));
      ASSERT_TRUE(result.has_value()) << MethodName(method) << " " << result.error().detail;
      EXPECT_EQ(result->body, std::string(MethodName(method)) + " /show\n" + body);
      EXPECT_FALSE(result->headers.Has("Seen-Content-Type"));
    }
  }
  ClientRequest head;
  head.method = Method::kHead;
  head.url = server_.Url("/show");
  auto result = runtime::RunSync(client_->Send(std::move(head)));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, "");
}

TEST_F(ClientTest, ErrorStatusIsAValueAndRedirectsAreNotFollowed) {
  EXPECT_EQ(Get(*client_, server_.Url("/missing"))->status, 404);
  auto moved = Get(*client_, server_.Url("/moved"));
  EXPECT_EQ(moved->status, 302);
  EXPECT_EQ(moved->headers.Get("location"), "/show?followed");
  EXPECT_EQ(server_.LogOf(2).size(), 2u);
}

TEST_F(ClientTest, ConnectionsAreReusedAndCapped) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Get(*client_, server_.Url("/show")).has_value());
  EXPECT_EQ(server_.server->stats().connections, 1u);
  runtime::Runtime runtime(2);
  std::atomic<int> good{0};
  std::atomic<int> left{60};
  auto one = [](Client& client, std::string url, std::atomic<int>& ok, std::atomic<int>& open,
                runtime::Runtime& rt) -> Task<void> {
    ClientRequest request;
    request.url = std::move(url);
    auto result = co_await client.Send(std::move(request));
    ok += result.has_value() && result->status == 200;
    if (--open == 0) rt.Stop();
    co_return Result<void>();
  };
  for (int i = 0; i < 60; ++i) {
    runtime.Spawn("one",
                  one(*client_, server_.Url(i % 10 == 0 ? "/slow" : "/show"), good, left, runtime));
  }
  runtime.Run();
  EXPECT_EQ(good, 60);
  EXPECT_LE(server_.server->stats().connections, 8u);
}

TEST_F(ClientTest, AnswersAreBounded) {
  EXPECT_EQ(ReasonOf(Get(*client_, server_.Url("/two-mib"))), "peer_answer_too_large");
  ClientRequest request;
  request.url = server_.Url("/two-mib");
  request.max_response = 2 * 1024 * 1024;
  EXPECT_EQ(runtime::RunSync(client_->Send(request))->body.size(), request.max_response);
  request.max_response -= 1;
  EXPECT_EQ(ReasonOf(runtime::RunSync(client_->Send(request))), "peer_answer_too_large");

  // No length, no end.
  RawServer endless([](int fd) {
    ReadSome(fd);
    SendAll(fd, "HTTP/1.1 200 OK\r\n\r\n");
    std::string block(65536, 'x');
    while (SendAll(fd, block)) {
    }
  });
  RawServer headers([](int fd) {
    ReadSome(fd);
    SendAll(fd, "HTTP/1.1 200 OK\r\n");
    std::string line = "X: " + std::string(1000, 'y') + "\r\n";
    while (SendAll(fd, line)) {
    }
  });
  EgressPolicy policy;
  policy.allowed_origins = {endless.Origin(), headers.Origin()};
  auto client = NewCurlClient(std::move(policy));
  EXPECT_EQ(ReasonOf(Get(*client, endless.Origin() + "/")), "peer_answer_too_large");
  EXPECT_EQ(ReasonOf(Get(*client, headers.Origin() + "/")), "peer_answer_too_large");
}

TEST_F(ClientTest, SlowPeersTimeOut) {
  EXPECT_EQ(ReasonOf(Get(*client_, server_.Url("/slow"), std::chrono::milliseconds(100))),
            "peer_timeout");
  RawServer trickle([](int fd) {
    ReadSome(fd);
    SendAll(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    while (SendAll(fd, "x")) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  });
  EgressPolicy policy;
  policy.allowed_origins = {trickle.Origin()};
  auto client = NewCurlClient(std::move(policy));
  auto begin = std::chrono::steady_clock::now();
  auto result = Get(*client, trickle.Origin() + "/", std::chrono::milliseconds(400));
  EXPECT_EQ(ReasonOf(result), "peer_timeout");
  EXPECT_EQ(result.error().code, Code::kDeadlineExceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
}

TEST_F(ClientTest, UnreachableAndBrokenPeers) {
  RawServer silent([](int) {});
  RawServer garbage([](int fd) {
    ReadSome(fd);
    SendAll(fd, "not http at all\r\n\r\n");
  });
  std::string dead;
  {
    RawServer gone([](int) {});
    dead = gone.Origin();
  }
  EgressPolicy policy;
  policy.allowed_origins = {silent.Origin(), garbage.Origin(), dead, "http://no-such-host.invalid"};
  auto client = NewCurlClient(std::move(policy));
  for (const std::string& url : {silent.Origin(), garbage.Origin(), dead}) {
    auto result = Get(*client, url + "/");
    EXPECT_EQ(ReasonOf(result), "peer_unreachable") << url;
    EXPECT_EQ(result.error().code, Code::kUnavailable);
  }
  EXPECT_EQ(ReasonOf(Get(*client, "http://no-such-host.invalid/")), "peer_unreachable");
}

TEST_F(ClientTest, HeaderInjectionIsRefused) {
  for (auto [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"X", "a\r\nY: b"},
                                                        {"X", "a\nb"},
                                                        {"X", std::string("a\0b", 3)},
                                                        {"X\r\nY", "b"},
                                                        {"X: y", "b"},
                                                        {"", "b"},
                                                        {"Host", "evil.example"},
                                                        {"content-length", "0"},
                                                        {"Transfer-Encoding", "chunked"}}) {
    ClientRequest request;
    request.url = server_.Url("/show");
    request.headers.Add(name, value);
    EXPECT_EQ(ReasonOf(runtime::RunSync(client_->Send(std::move(request)))), "url_invalid") << name;
  }
  EXPECT_TRUE(server_.Log().empty());
}

TEST_F(ClientTest, ProxyFromTheEnvironmentIsIgnored) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  EXPECT_EQ(ReasonOf(Get(*client_, server_.Url("/show"))), "status 200");
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

TEST_F(ClientTest, DestroyedClientAnswersWhatIsRunning) {
  runtime::Runtime runtime(1);
  std::string reason;
  auto one = [](Client& client, std::string url, std::string& out,
                runtime::Runtime& rt) -> Task<void> {
    ClientRequest request;
    request.url = std::move(url);
    out = ReasonOf(co_await client.Send(std::move(request)));
    rt.Stop();
    co_return Result<void>();
  };
  runtime.Spawn("one", one(*client_, server_.Url("/slow"), reason, runtime));
  std::thread thread([&] { runtime.Run(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  client_.reset();
  thread.join();
  EXPECT_EQ(reason, "stopping");
}

TEST(EgressUrlTest, OnlyHttpsToANameIsAllowed) {
  EgressPolicy policy;
  policy.allowed_origins = {"http://127.0.0.1:4000", "https://10.0.0.5", "http://Idp.Internal:80/"};
  for (const char* url : {"https://idp.example/", "https://idp.example:8443/a?b=c",
                          "https://idp.example", "http://127.0.0.1:4000/x", "https://10.0.0.5/y",
                          "https://10.0.0.5:443/y", "http://idp.internal/"}) {
    EXPECT_TRUE(CheckEgressUrl(policy, url).has_value()) << url;
  }
  struct Case {
    const char* url;
    std::string_view reason;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"http://idp.example/", "url_forbidden"},
           {"http://127.0.0.1:4001/", "url_forbidden"},
           {"https://127.0.0.1:4000/", "url_forbidden"},
           {"http://127.0.0.1/", "url_forbidden"},
           {"http://127.1:4000/", "url_forbidden"},
           {"http://x@127.0.0.1:4000/", "url_forbidden"},
           {"https://user:pw@idp.example/", "url_forbidden"},
           {"https://@idp.example/", "url_forbidden"},
           {"https://8.8.8.8/", "url_forbidden"},
           {"https://127.0.0.1/", "url_forbidden"},
           {"https://2130706433/", "url_forbidden"},
           {"https://0x7f000001/", "url_forbidden"},
           {"https://127.1/", "url_forbidden"},
           {"https://0177.0.0.1/", "url_forbidden"},
           {"https://[::1]/", "url_forbidden"},
           {"https://[::ffff:169.254.169.254]/", "url_forbidden"},
           {"https://[2606:4700::1]/", "url_forbidden"},
           {"https://localhost/", "url_forbidden"},
           {"https://LOCALHOST:4000/", "url_forbidden"},
           {"https://x.localhost/", "url_forbidden"},
           {"file:///etc/passwd", "url_invalid"},
           {"file://host/etc/passwd", "url_forbidden"},
           {"gopher://idp.example/", "url_forbidden"},
           {"ftp://idp.example/", "url_forbidden"},
           {"dict://idp.example:11211/", "url_forbidden"},
           {"https://idp.example/#x", "url_invalid"},
           {"https://idp.example\\@127.0.0.1/", "url_invalid"},
           {"https://idp.example:80:443/", "url_invalid"},
           {"https://idp.example./", "url_invalid"},
           {"//idp.example/", "url_invalid"},
           {"idp.example", "url_invalid"},
           {"", "url_invalid"},
       }) {
    auto result = CheckEgressUrl(policy, c.url);
    ASSERT_FALSE(result.has_value()) << c.url;
    EXPECT_EQ(result.error().reason, c.reason) << c.url;
  }
}

TEST(EgressGuardTest, LoopbackIsRefusedBeforeAnythingIsSent) {
  RawServer target([](int) {});
  auto client = NewCurlClient(EgressPolicy{});
  std::string port = ":" + std::to_string(target.port);
  for (const std::string& host : {"http://127.0.0.1", "https://127.0.0.1", "https://localhost",
                                  "https://[::ffff:127.0.0.1]", "https://2130706433"}) {
    EXPECT_EQ(ReasonOf(Get(*client, host + port + "/")), "url_forbidden") << host;
  }
  EXPECT_EQ(target.accepted, 0);
}

// What a rebinding name comes to: the name passes every check of the URL, its address does not.
TEST(EgressGuardTest, NameOfAForbiddenAddressGetsNoPacket) {
  char own[256] = {};
  gethostname(own, sizeof own - 1);
  std::string name;
  for (std::string candidate :
       {std::string(own), std::string("ip6-localhost"), std::string("ip6-loopback")}) {
    addrinfo* list = nullptr;
    if (getaddrinfo(candidate.c_str(), nullptr, nullptr, &list) != 0) continue;
    freeaddrinfo(list);
    name = candidate;
    break;
  }
  if (name.empty()) GTEST_SKIP() << "no name resolves to an address of this machine";
  RawServer target([](int) {}, INADDR_ANY);
  auto client = NewCurlClient(EgressPolicy{});
  std::string url = "https://" + name + ":" + std::to_string(target.port) + "/";
  ASSERT_TRUE(CheckEgressUrl(EgressPolicy{}, url).has_value()) << url;
  auto result = Get(*client, url);
  EXPECT_EQ(ReasonOf(result), "url_forbidden") << url;
  EXPECT_EQ(target.accepted, 0);
}

// `openssl s_server` with a certificate made on the spot.
class TlsPeer {
 public:
  TlsPeer(const std::string& subject, std::vector<std::string> options,
          const char* expires = "20991231000000Z") {
    folder_ = std::filesystem::temp_directory_path() /
              ("gatehouse-tls-" + std::to_string(getpid()) + "-" + std::to_string(counter_++));
    std::filesystem::create_directories(folder_);
    std::ofstream(Path("index.txt"));
    std::ofstream(Path("serial")) << "01\n";
    std::ofstream(Path("ca.cnf")) << "[ca]\ndefault_ca=d\n[d]\ndatabase=" << Path("index.txt")
                                  << "\nnew_certs_dir=" << folder_.string()
                                  << "\nserial=" << Path("serial")
                                  << "\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n"
                                  << "[p]\ncommonName=supplied\n[e]\nsubjectAltName=" << subject
                                  << "\n";
    Wait(Start({"openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test",
                "-keyout", Path("key.pem"), "-out", Path("request.pem")},
               nullptr));
    Wait(Start({"openssl", "ca", "-batch", "-selfsign", "-notext", "-config", Path("ca.cnf"),
                "-keyfile", Path("key.pem"), "-in", Path("request.pem"), "-out", certificate(),
                "-startdate", "20200101000000Z", "-enddate", expires},
               nullptr));
    std::vector<std::string> arguments = {"openssl",     "s_server",      "-accept",
                                          "127.0.0.1:0", "-cert",         certificate(),
                                          "-key",        Path("key.pem"), "-www"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    int out = -1;
    pid_ = Start(arguments, &out);
    std::string text;
    char c = 0;
    while (text.size() < 4096 && read(out, &c, 1) == 1) {
      text += c;
      std::size_t at = text.find("ACCEPT 127.0.0.1:");
      if (at == std::string::npos || c != '\n') continue;
      port_ = text.substr(at + 17, text.size() - at - 18);
      break;
    }
    out_ = out;
  }
  ~TlsPeer() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      Wait(pid_);
    }
    close(out_);
    std::filesystem::remove_all(folder_);
  }

  bool ready() const { return !port_.empty(); }
  std::string certificate() const { return Path("certificate.pem"); }
  std::string Origin() const { return "https://127.0.0.1:" + port_; }

 private:
  std::string Path(const char* name) const { return (folder_ / name).string(); }

  static pid_t Start(std::vector<std::string> arguments, int* out) {
    int fds[2] = {-1, -1};
    if (out != nullptr && pipe2(fds, O_CLOEXEC) != 0) return -1;
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t pid = fork();
    if (pid == 0) {
      int null = open("/dev/null", O_RDWR);
      dup2(null, 0);
      dup2(out != nullptr ? fds[1] : null, 1);
      dup2(null, 2);
      execvp(argv[0], argv.data());
      _exit(127);
    }
    if (out != nullptr) {
      close(fds[1]);
      *out = fds[0];
    }
    return pid;
  }
  static void Wait(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
  }

  static inline int counter_ = 0;
  std::filesystem::path folder_;
  std::string port_;
  pid_t pid_ = -1;
  int out_ = -1;
};

Result<ClientResponse> GetTls(const TlsPeer& peer, bool trusted) {
  EgressPolicy policy;
  policy.allowed_origins = {peer.Origin()};
  if (trusted) policy.ca_file = peer.certificate();
  auto client = NewCurlClient(std::move(policy));
  return Get(*client, peer.Origin() + "/");
}

TEST(ClientTlsTest, SelfSignedCertificateIsRefusedUnlessItsAnchorIsGiven) {
  TlsPeer peer("IP:127.0.0.1", {});
  if (!peer.ready()) GTEST_SKIP() << "openssl is not installed";
  auto refused = GetTls(peer, false);
  EXPECT_EQ(ReasonOf(refused), "peer_tls_failed");
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_EQ(ReasonOf(GetTls(peer, true)), "status 200");
}

TEST(ClientTlsTest, CertificateOfAnotherHostIsRefused) {
  TlsPeer peer("DNS:other.example", {});
  if (!peer.ready()) GTEST_SKIP() << "openssl is not installed";
  EXPECT_EQ(ReasonOf(GetTls(peer, true)), "peer_tls_failed");
}

TEST(ClientTlsTest, Tls11IsRefused) {
  TlsPeer peer("IP:127.0.0.1", {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"});
  if (!peer.ready()) GTEST_SKIP() << "openssl is not installed";
  EXPECT_EQ(ReasonOf(GetTls(peer, true)), "peer_tls_failed");
}

TEST(ClientTlsTest, ExpiredCertificateIsRefused) {
  TlsPeer peer("IP:127.0.0.1", {}, "20210101000000Z");
  if (!peer.ready()) GTEST_SKIP() << "openssl is not installed";
  EXPECT_EQ(ReasonOf(GetTls(peer, true)), "peer_tls_failed");
}

}  // namespace
}  // namespace gatehouse::http
