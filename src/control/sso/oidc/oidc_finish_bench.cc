// CPU of one Finish without the network: the answers come from memory. Goal: well below 150 µs.

#include <chrono>
#include <cstdio>

#include "base/rng.h"
#include "control/sso/oidc/oidc_adapter.h"
#include "control/sso/oidc/scripted_provider.h"

using namespace gatehouse;
using namespace gatehouse::sso;
using namespace gatehouse::sso::oidc;

int main() {
  for (const char* alg : {"RS256", "ES256", "EdDSA"}) {
    SystemClock clock;
    SystemRng rng;
    ScriptedProvider provider(clock, alg);
    OidcAdapter adapter(provider, clock, rng);
    Settings settings = {
        {"issuer", "https://idp.test"}, {"client_id", "client-1"}, {"client_secret", "s"}};
    auto built = runtime::RunSync(adapter.BuildConfig(settings, std::nullopt)).value();
    auto started =
        runtime::RunSync(adapter.Start(*built.config, StartInput{.state = "s",
                                                                 .redirect_uri = "https://g.test/",
                                                                 .login_hint = ""}))
            .value();
    provider.id_token = provider.Sign(provider.Claims(QueryValue(started.redirect_url, "nonce")));

    constexpr int kRounds = 3000;
    int good = 0;
    auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) {
      auto outcome = runtime::RunSync(
          adapter.Finish(*built.config, CallbackInput{.params = {{"code", "c"}, {"state", "s"}},
                                                      .redirect_uri = "https://g.test/",
                                                      .flow = started.flow}));
      good += outcome && outcome->assertion;
      provider.requests.clear();
    }
    auto micros =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin);
    std::printf("%s: %.1f us per Finish, %d of %d good\n", alg, micros.count() / kRounds, good,
                kRounds);
  }
}
