// A small service over the loopback and over real HTTP: the same bodies.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "platform/http/test_server.h"
#include "platform/rpc/http.h"
#include "platform/rpc/method.h"

namespace gatehouse::rpc {
namespace {

constexpr std::string_view kTooLoud = "too_loud";
constexpr std::array kKnown = {kTooLoud};

struct Words {
  std::string text;
  std::vector<std::int64_t> numbers;
};
BOOST_DESCRIBE_STRUCT(Words, (), (text, numbers))

class Echo {
 public:
  virtual ~Echo() = default;
  virtual Task<Words> Say(Words words, std::optional<int> times) = 0;
  virtual Task<void> Shout(std::string text) = 0;
  virtual Task<std::int64_t> Flaky(bool with_care) = 0;
};

class EchoImpl final : public Echo {
 public:
  Task<Words> Say(Words words, std::optional<int> times) override {
    std::string once = words.text;
    for (int i = 1; i < times.value_or(1); ++i) words.text += once;
    co_return words;
  }
  Task<void> Shout(std::string text) override {
    if (text == "broken") throw std::runtime_error("a library threw");
    if (text == "new") co_return Fail(Code::kConflict, "too_new", "said by a newer end");
    if (!text.empty()) co_return Fail(Code::kPermissionDenied, kTooLoud, "detail\nof " + text);
    co_return Result<void>();
  }
  Task<std::int64_t> Flaky(bool) override {
    if (++calls <= failures) co_return Fail(Code::kUnavailable, kTooLoud, "");
    co_return calls.load();
  }
  std::atomic<int> calls{0}, failures{0};
};

constexpr auto kSay = Describe(&Echo::Say, "say", {"words", "times"}, kRead);
constexpr auto kShout = Describe(&Echo::Shout, "shout", {"text"}, kChange);
constexpr auto kFlaky = Describe(&Echo::Flaky, "flaky", {"with_care"}, kRead);
constexpr auto kFlakyChange = Describe(&Echo::Flaky, "flaky_change", {"with_care"}, kChange);

class RemoteEcho final : public Echo {
 public:
  explicit RemoteEcho(Client& client) : client_(client) {}
  Task<Words> Say(Words words, std::optional<int> times) override {
    co_return co_await Invoke(client_, "echo", kSay, std::move(words), times);
  }
  Task<void> Shout(std::string text) override {
    co_return co_await Invoke(client_, "echo", kShout, std::move(text));
  }
  Task<std::int64_t> Flaky(bool with_care) override {
    co_return co_await Invoke(client_, "echo", kFlaky, with_care);
  }

 private:
  Client& client_;
};

KeyList Keys(char c = 'a') {
  return KeyList::Of({{.id = "k", .secret = std::string(32, c)}}).value();
}

class RpcTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    Serve(dispatcher_, "echo", impl_, kSay);
    Serve(dispatcher_, "echo", impl_, kShout);
    Serve(dispatcher_, "echo", impl_, kFlaky);
    Serve(dispatcher_, "echo", impl_, kFlakyChange);
    if (GetParam()) {
      verifier_ = std::make_unique<Verifier>(Keys(), server_.clock);
      Mount(server_.router, dispatcher_, *verifier_);
      server_.Start();
      origin_ = server_.Url("");
      http_ = http::NewCurlClient({.allowed_origins = {origin_}, .ca_file = ""});
      transport_ = std::make_unique<HttpTransport>(*http_, origin_, Keys(), server_.clock, rng_);
    } else {
      transport_ = std::make_unique<LoopbackTransport>(dispatcher_);
    }
    client_ = std::make_unique<Client>(*transport_, clock_, kKnown);
    echo_ = std::make_unique<RemoteEcho>(*client_);
  }

  EchoImpl impl_;
  Dispatcher dispatcher_;
  std::unique_ptr<Verifier> verifier_;
  http::TestServer server_;
  std::string origin_;
  SystemClock clock_;
  SystemRng rng_;
  std::unique_ptr<http::Client> http_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<RemoteEcho> echo_;
};
INSTANTIATE_TEST_SUITE_P(Transports, RpcTest, testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Http" : "Loopback");
});

TEST_P(RpcTest, ValuesComeAndGo) {
  auto said = runtime::RunSync(echo_->Say({.text = "ab\xc3\xbc", .numbers = {1, -2}}, 2));
  ASSERT_TRUE(said.has_value()) << said.error().reason << said.error().detail;
  EXPECT_EQ(said->text,
            "ab\xc3\xbc"
            "ab\xc3\xbc");
  EXPECT_EQ(said->numbers, (std::vector<std::int64_t>{1, -2}));
  EXPECT_EQ(runtime::RunSync(echo_->Say({}, std::nullopt))->text, "");
  EXPECT_TRUE(runtime::RunSync(echo_->Shout("")).has_value());
  // Large enough to be worth compressing: the signature is over the text itself.
  const std::string much(200'000, 'x');
  EXPECT_EQ(runtime::RunSync(echo_->Say({.text = much, .numbers = {}}, 1))->text, much);
}

TEST_P(RpcTest, ErrorsComeOverWithCodeReasonAndDetail) {
  auto refused = runtime::RunSync(echo_->Shout("hey"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
  EXPECT_EQ(refused.error().reason.data(), kTooLoud.data()) << "the caller's own constant";
  EXPECT_EQ(refused.error().detail, "echo.shout: detail?of hey");
  auto newer = runtime::RunSync(echo_->Shout("new"));
  ASSERT_FALSE(newer.has_value());
  EXPECT_EQ(newer.error().code, Code::kConflict);
  EXPECT_EQ(newer.error().reason, kReasonUnknown);
  EXPECT_EQ(newer.error().detail, "echo.shout: too_new: said by a newer end");
  auto broken = runtime::RunSync(echo_->Shout("broken"));
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().code, Code::kInternal);
}

TEST_P(RpcTest, OnlyWhatMayBeDoneTwiceIsTriedAgain) {
  impl_.failures = 2;
  auto read = runtime::RunSync(echo_->Flaky(true));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, 3);
  impl_.calls = 0;
  impl_.failures = 3;
  auto too_often = runtime::RunSync(echo_->Flaky(true));
  ASSERT_FALSE(too_often.has_value());
  EXPECT_EQ(too_often.error().code, Code::kUnavailable);
  EXPECT_EQ(impl_.calls, 3);
  impl_.calls = 0;
  auto changed = runtime::RunSync(Invoke(*client_, "echo", kFlakyChange, true));
  EXPECT_FALSE(changed.has_value());
  EXPECT_EQ(impl_.calls, 1);
}

TEST_P(RpcTest, WhatTheOtherEndDoesNotKnowIsNobodysFaultWhoWaits) {
  for (auto [service, method] : {std::pair{"echo", "whisper"}, {"parrot", "say"}}) {
    auto unknown = runtime::RunSync(client_->Send(service, method, {}, kRead));
    ASSERT_FALSE(unknown.has_value());
    EXPECT_EQ(unknown.error().code, Code::kInternal);
    EXPECT_EQ(unknown.error().reason, kRefused);
    EXPECT_NE(unknown.error().detail.find(kMethodUnknown), std::string::npos);
  }
  auto skewed = runtime::RunSync(client_->Send("echo", "shout", {{"text", 7}}, kRead));
  ASSERT_FALSE(skewed.has_value());
  EXPECT_EQ(skewed.error().reason, kRefused);
  EXPECT_NE(skewed.error().detail.find("text"), std::string::npos) << skewed.error().detail;
  const std::string huge(kMaxCall, 'x');
  auto large = runtime::RunSync(echo_->Shout(huge));
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().reason, kCallInvalid);
  auto answer =
      runtime::RunSync(echo_->Say({.text = std::string(kMaxCall / 2, 'x'), .numbers = {}}, 20));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Code::kResourceExhausted);
}

// ---- HTTP ---------------------------------------------------------------------------------------

class RpcHttpTest : public RpcTest {
 protected:
  http::ClientResponse Post(std::string path, std::string body, std::string authorization) {
    http::ClientRequest request;
    request.method = http::Method::kPost;
    request.url = origin_ + path;
    request.headers.Add("Content-Type", "application/json");
    if (!authorization.empty()) request.headers.Add("Authorization", std::move(authorization));
    request.body = std::move(body);
    auto response = runtime::RunSync(http_->Send(std::move(request)));
    EXPECT_TRUE(response.has_value());
    return response.value_or(http::ClientResponse{});
  }
  const Key key_{.id = "k", .secret = std::string(32, 'a')};
};
INSTANTIATE_TEST_SUITE_P(Http, RpcHttpTest, testing::Values(true));

TEST_P(RpcHttpTest, StrangersAreRefusedWhateverTheyAskFor) {  // AUTHZ-17
  for (std::string path : {"/api/0/internal/rpc/echo/shout/", "/api/0/internal/rpc/no/thing/"}) {
    for (std::string authorization :
         {std::string(), std::string("Bearer t"), std::string("Rpcsignature rpc1:k:1:n:m")}) {
      const auto refused = Post(path, "{", authorization);
      EXPECT_EQ(refused.status, 401);
      EXPECT_EQ(refused.body.find("thing"), std::string::npos);
      EXPECT_FALSE(refused.headers.Has(kAnswerHeader));
    }
  }
  HttpTransport other(*http_, origin_, Keys('z'), server_.clock, rng_);
  Client stranger(other, clock_, kKnown);
  auto refused = runtime::RunSync(Invoke(stranger, "echo", kShout, ""));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kInternal) << "no log-in of anybody was refused";
  EXPECT_EQ(refused.error().reason, kRefused);
}

TEST_P(RpcHttpTest, ACallThatWasOverheardIsGoodForNothing) {  // AUTHZ-17
  const std::string path = "/api/0/internal/rpc/echo/flaky/";
  const std::string body = WriteCall({{"with_care", true}});
  const Signed call = SignCall(key_, server_.clock, rng_, "POST", path, body);
  EXPECT_EQ(Post(path, body, call.authorization).status, 200);
  EXPECT_EQ(Post(path, body, call.authorization).status, 401);
  EXPECT_EQ(Post("/api/0/internal/rpc/echo/shout/", body, call.authorization).status, 401);
  EXPECT_EQ(impl_.calls, 1);
  const Signed signed_get = SignCall(key_, server_.clock, rng_, "GET", path, body);
  EXPECT_EQ(Post(path, body, signed_get.authorization).status, 401);
}

TEST_P(RpcHttpTest, ABodyThatIsNoCallIsRefused) {
  const std::string path = "/api/0/internal/rpc/echo/shout/";
  for (std::string body : {"", "{", "[]", "{}", R"({"args":[]})", R"({"args":{}})",
                           R"({"args":{"text":1}})", R"({"args":{"text":"","text":""}})"}) {
    const Signed call = SignCall(key_, server_.clock, rng_, "POST", path, body);
    const auto answer = Post(path, body, call.authorization);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_NE(answer.body.find(kCallInvalid), std::string::npos) << answer.body;
  }
}

// A peer that answers as it likes, without the key or with it.
class Impostor final : public http::Client {
 public:
  Task<http::ClientResponse> Send(http::ClientRequest request) override {
    ++asked;
    if (fails) co_return std::unexpected(*fails);
    http::ClientResponse response;
    response.status = answer.status;
    response.body = answer.body;
    if (signing) {
      const auto parts = Split(request.headers.Get("Authorization"), ':');
      response.headers.Add(std::string(kAnswerHeader),
                           SignAnswer(*signing, parts.at(3), answer.status, answer.body));
    }
    co_return response;
  }
  int asked = 0;
  std::optional<Error> fails;
  std::optional<Key> signing;
  Answer answer;
};

class ImpostorTest : public testing::Test {
 protected:
  Error Call() {
    auto said = runtime::RunSync(Invoke(client_, "echo", kSay, Words{}, std::nullopt));
    EXPECT_FALSE(said.has_value());
    return said ? Error{} : said.error();
  }
  Impostor peer_;
  SystemClock clock_;
  SeededRng rng_{7};
  HttpTransport transport_{peer_, "https://other.test", Keys(), clock_, rng_};
  Client client_{transport_, clock_, kKnown};
};

TEST_F(ImpostorTest, AnAnswerThatIsNotSignedIsNoAnswer) {
  peer_.answer = WriteAnswer(Encode(Words{.text = "forged", .numbers = {}}));
  EXPECT_EQ(Call().reason, kAnswerInvalid);
  peer_.answer = WriteError(Error{Code::kNotFound, kTooLoud, ""});
  EXPECT_EQ(Call().reason, kAnswerInvalid) << "nor is an error";
  peer_.signing = Key{.id = "k", .secret = std::string(32, 'z')};
  EXPECT_EQ(Call().reason, kAnswerInvalid);
}

TEST_F(ImpostorTest, AnswersOfAnotherShapeAreRefused) {
  peer_.signing = Keys().signing();
  for (Answer answer : {Answer{200, "{}"},
                        {200, "[]"},
                        {200, ""},
                        {200, R"({"value":7})"},
                        {200, R"({"error":{"code":"not_found","reason":"too_loud"}})"},
                        {404, R"({"value":{"text":"","numbers":[]}})"},
                        {404, R"({"error":{"code":"so_so","reason":"too_loud"}})"},
                        {500, "<html>"}}) {
    peer_.answer = answer;
    const Error error = Call();
    EXPECT_EQ(error.code, Code::kInternal) << answer.body;
    EXPECT_EQ(error.reason, kAnswerInvalid) << answer.body;
  }
}

TEST_F(ImpostorTest, WhatIsInBetweenFails) {
  peer_.answer = {502, "<html>bad gateway"};
  EXPECT_EQ(Call().reason, kUnreachable);
  EXPECT_EQ(peer_.asked, 3) << "a read is tried again";
  peer_.fails = Error{Code::kUnavailable, "peer_unreachable", "refused"};
  const Error away = Call();
  EXPECT_EQ(away.code, Code::kUnavailable);
  EXPECT_EQ(away.reason, kUnreachable);
  peer_.fails = Error{Code::kDeadlineExceeded, "peer_timeout", ""};
  const Error late = Call();
  EXPECT_EQ(late.code, Code::kDeadlineExceeded);
  EXPECT_EQ(late.reason, kTimeout);
  peer_.fails = Error{Code::kResourceExhausted, "peer_answer_too_large", ""};
  EXPECT_EQ(Call().reason, kAnswerInvalid);
}

}  // namespace
}  // namespace gatehouse::rpc
