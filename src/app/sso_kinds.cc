#include "app/sso_kinds.h"

#include "control/sso/oauth2/bitbucket/bitbucket.h"
#include "control/sso/oauth2/discord/discord.h"
#include "control/sso/oauth2/entra/entra.h"
#include "control/sso/oauth2/generic/generic.h"
#include "control/sso/oauth2/github/github.h"
#include "control/sso/oauth2/gitlab/gitlab.h"
#include "control/sso/oauth2/google/google.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oauth2/slack/slack.h"
#include "control/sso/oidc/oidc_adapter.h"

namespace gatehouse::app {

std::vector<std::unique_ptr<sso::Adapter>> SsoKinds(http::Client& client, const Clock& clock,
                                                    Rng& rng, runtime::WorkerPool& cpu) {
  std::vector<std::unique_ptr<sso::Adapter>> kinds;
  kinds.push_back(std::make_unique<sso::oidc::OidcAdapter>(client, clock, rng, &cpu));
  auto add = [&](std::unique_ptr<const sso::oauth2::Vendor> vendor) {
    kinds.push_back(
        std::make_unique<sso::oauth2::OAuth2Adapter>(std::move(vendor), client, clock, rng));
  };
  using namespace sso::oauth2;
  add(google::NewVendor());
  add(entra::NewVendor());
  add(github::NewVendor());
  add(gitlab::NewVendor());
  add(bitbucket::NewVendor());
  add(slack::NewVendor());
  add(discord::NewVendor());
  add(generic::NewVendor());
  return kinds;
}

}  // namespace gatehouse::app
