// Time of one sign and one verify per algorithm, in one thread.

#include <chrono>
#include <cstdio>
#include <string>

#include "platform/crypto/jose.h"

namespace {

template <class F>
double MicrosPerCall(F f) {
  using Clock = std::chrono::steady_clock;
  auto start = Clock::now();
  int calls = 0;
  while (Clock::now() - start < std::chrono::milliseconds(500)) {
    for (int i = 0; i < 20; ++i) f();
    calls += 20;
  }
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count() / calls;
}

}  // namespace

int main() {
  using namespace gatehouse::crypto;
  const std::string claims =
      R"({"iss":"https://idp.example","sub":"248289761001","aud":"client","exp":1311281970,)"
      R"("iat":1311280970,"nonce":"n-0S6_WzA2Mj","email":"a@example.com","name":"A B"})";
  std::printf("%-6s %12s %12s\n", "alg", "sign us", "verify us");
  for (const char* alg : {"RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"}) {
    Jwk key = *Jwk::GeneratePrivate(alg, "k");
    JwkSet set{{*Jwk::ParsePublic(key.PublicJwk())}};
    std::string token = *SignJws(key, {}, claims);
    const std::vector<std::string> allowed = {alg};
    bool ok = true;
    double sign = MicrosPerCall([&] { ok &= SignJws(key, {}, claims).has_value(); });
    double verify = MicrosPerCall([&] { ok &= VerifyJws(token, set, allowed).has_value(); });
    if (!ok) return 1;
    std::printf("%-6s %12.1f %12.1f\n", alg, sign, verify);
  }
  return 0;
}
