// AUTH-30: whether an account is there is not to be told from how long an answer takes. The time of
// a log-in is the time of its password hash, so the hashes are counted, not the time: a known and
// an unknown name cost the same ones, by every way in, and hear the same.

#include <dlfcn.h>

#include <atomic>

#include "app/api_fixture.h"
#include "base/bytes.h"
#include "edge/web/web.h"

namespace {

// What libsodium was asked to do with passwords; its functions are looked up behind ours.
std::atomic<int> hashes_made = 0;  // from nothing: storing a password, or burning time
std::atomic<int> hashes_checked = 0;

template <class F>
F* Behind(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

// NOLINTBEGIN(readability-identifier-naming)
int crypto_pwhash(unsigned char* out, unsigned long long out_size, const char* password,
                  unsigned long long size, const unsigned char* salt, unsigned long long passes,
                  std::size_t memory, int algorithm) {
  ++hashes_made;
  return Behind<decltype(crypto_pwhash)>("crypto_pwhash")(out, out_size, password, size, salt,
                                                          passes, memory, algorithm);
}

int crypto_pwhash_str_verify(const char* hash, const char* password, unsigned long long size) {
  ++hashes_checked;
  return Behind<decltype(crypto_pwhash_str_verify)>("crypto_pwhash_str_verify")(hash, password,
                                                                                size);
}
// NOLINTEND(readability-identifier-naming)
}

namespace gatehouse::app {
namespace {

class PasswordWorkTest : public ApiTest {
 public:
  static constexpr const char* kPassword = "teapot-lantern-42-orbit";

  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    Installation& i = app();
    web_ = std::make_unique<web::Web>(web::Deps{guard(), *i.users, *i.authn, *i.sso, *i.factors,
                                                *i.orgs, *i.members, *i.invites, *i.teams, *i.db,
                                                *i.audit, *i.audit_sealer, *i.linking});
    web_->Register(router());
    for (const char* name : {"ada", "bob"}) {
      Do(i.users->Create(Address(name), name, kPassword, {"", "", ""}));
    }
    Execute("UPDATE users SET is_active = 0 WHERE name = 'bob'");
  }

  static std::string Address(const std::string& name) { return name + "@gate.example"; }

  struct Work {
    int hashes = 0;
    int status = 0;
    std::string body;
    bool operator==(const Work&) const = default;
  };
  // The hashes that a request costs, and what its sender reads: the name as a name.
  Work Measure(const std::string& name, const Asked& what) {
    const int before = hashes_made + hashes_checked;
    http::Response response = Ask({}, what);
    Work work{hashes_made + hashes_checked - before, response.status, std::move(response.body)};
    for (std::size_t at; (at = work.body.find(name)) != std::string::npos;) {
      work.body.replace(at, name.size(), "NAME");
    }
    return work;
  }

  // Every way in that takes a name and a password.
  Work LogInByPage(const std::string& name, const std::string& password) {
    http::Request request;
    request.headers.Add("Cookie", "__Host-bid=" + std::string(43, 'A'));
    auto visitor = runtime::RunSync(guard().Visit(request));
    EXPECT_TRUE(visitor.has_value());
    return Measure(name, {http::Method::kPost,
                          "/auth/login/",
                          "op=login&username=" + http::PercentEncode(name) +
                              "&password=" + password + "&csrf=" + guard().CsrfToken(*visitor),
                          {{"Content-Type", "application/x-www-form-urlencoded"}}});
  }
  Work LogInByApi(const std::string& name, const std::string& password) {
    return Measure(name, {http::Method::kPost, "/api/0/auth/login/",
                          R"({"username":")" + name + R"(","password":")" + password + "\"}"});
  }
  Work LogInBasic(const std::string& name, const std::string& password) {
    return Measure(name, {http::Method::kPost,
                          "/api/0/auth/",
                          "",
                          {{"Authorization", "Basic " + Base64Encode(name + ":" + password)}}});
  }

 private:
  std::unique_ptr<web::Web> web_;
};
GATEHOUSE_ON_ALL_ENGINES(PasswordWorkTest);

TEST_P(PasswordWorkTest, KnownAndUnknownAccountsCostTheSameByEveryWayIn) {
  using Way = Work (PasswordWorkTest::*)(const std::string&, const std::string&);
  for (Way way : {Way(&PasswordWorkTest::LogInByPage), Way(&PasswordWorkTest::LogInByApi),
                  Way(&PasswordWorkTest::LogInBasic)}) {
    const Work known = (this->*way)(Address("ada"), "not-the-password");
    EXPECT_EQ(known.hashes, 1);
    EXPECT_GE(known.status, 400);
    // Nobody; no address at all; an account without a password; one that is switched off, even with
    // its password.
    EXPECT_EQ((this->*way)(Address("nobody"), "not-the-password"), known);
    EXPECT_EQ((this->*way)("nobody", "not-the-password"), known);
    EXPECT_EQ((this->*way)(Address("member"), "not-the-password"), known);
    EXPECT_EQ((this->*way)(Address("bob"), kPassword), known);
    EXPECT_EQ((this->*way)(Address("ada"), kPassword).hashes, 1);
  }
}

// AUTH-31: nothing that long is hashed, whoever is named.
TEST_P(PasswordWorkTest, AHugePasswordCostsNothingForEither) {
  const std::string huge(2000, 'x');
  const Work known = LogInByApi(Address("ada"), huge);
  EXPECT_EQ(known.hashes, 0);
  EXPECT_EQ(LogInByApi(Address("nobody"), huge), known);
}

// The way back in touches no password.
TEST_P(PasswordWorkTest, RecoveryCostsNoHashForEither) {
  const int before = hashes_made + hashes_checked;
  for (const char* name : {"ada", "nobody"}) {
    EXPECT_TRUE(runtime::RunSync(app().users->StartRecovery(Address(name), {"192.0.2.9", "", ""})));
  }
  EXPECT_EQ(hashes_made + hashes_checked, before);
}

}  // namespace
}  // namespace gatehouse::app
