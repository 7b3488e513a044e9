#include "app/demo.h"

#include <filesystem>
#include <fstream>

#include "edge/access/people.h"

namespace gatehouse::app {
namespace {

struct Person {
  std::string_view name;
  std::string_view email;
  std::string_view password;
  std::string_view role;
};

std::filesystem::path Marker(const Layout& layout) { return layout.data / "demo"; }

// Passwords of a demonstration that is reachable from this machine only; they are shown on its
// log-in page.
constexpr Person kPeople[] = {
    {"Olivia Park", "olivia@acme.example", "teapot-lantern-42-orbit", "owner"},
    {"Marcus Webb", "marcus@acme.example", "walnut-compass-17-river", "manager"},
    {"Nina Sorel", "nina@acme.example", "saffron-pulley-88-cloud", "member"},
};

}  // namespace

std::vector<idp::User> DemoUsers() {
  std::vector<idp::User> users;
  for (const Person& p : kPeople) {
    std::string subject = "demo-" + std::string(p.email.substr(0, p.email.find('@')));
    users.push_back({subject, std::string(p.email), true, std::string(p.name)});
  }
  users.push_back({"demo-tom", "tom@acme.example", true, "Tom Newcomer"});
  return users;
}

Result<void> AllowDemo(const Layout& layout) {
  if (!layout.listen_address.starts_with("127.") && layout.listen_address != "::1") {
    return Fail(Code::kFailedPrecondition, "demo_refused",
                "--demo has known passwords: listen on 127.0.0.1");
  }
  const bool used = std::filesystem::exists(layout.key_file);
  if (used && !std::filesystem::exists(Marker(layout))) {
    return Fail(Code::kFailedPrecondition, "demo_refused",
                "--demo shows every mail to everybody: " + layout.data.string() +
                    " holds a real installation");
  }
  std::error_code ec;
  std::filesystem::create_directories(layout.data, ec);
  std::ofstream marker(Marker(layout));
  marker << "This installation is a demonstration.\n";
  if (ec || !marker) {
    return Fail(Code::kFailedPrecondition, "data_directory", layout.data.string());
  }
  std::filesystem::permissions(layout.data, std::filesystem::perms::owner_all, ec);
  return {};
}

Result<void> FillDemo(Installation& i) {
  GH_TRY(bool any, runtime::RunSync(i.users->AnyUser()));
  if (any) return {};
  users::ClientInfo client{"", "", "demo"};
  orgs::Actor actor{std::nullopt, "demo", "", "demo"};
  std::optional<orgs::Organization> acme;
  for (const Person& p : kPeople) {
    GH_TRY(users::User user,
           runtime::RunSync(i.users->Create(std::string(p.email), std::string(p.name),
                                            std::string(p.password), client)));
    if (!acme) {
      GH_TRY(orgs::Organization made,
             runtime::RunSync(i.orgs->Create("acme", "Acme", access::CopyOf(user), actor)));
      acme = std::move(made);
    } else {
      GH_TRY_VOID(runtime::RunSync(
          i.orgs->AddMember(acme->id, access::CopyOf(user), std::string(p.role), 0, actor)));
    }
  }
  return {};
}

web::Demo DemoForPages(const Installation& i, const std::string& client_secret) {
  web::Demo demo;
  demo.idp_name = "Gatehouse test provider";
  demo.kind = "oidc";
  demo.preset = {{"issuer", i.layout.base_url + std::string(kDemoIdpPath)},
                 {"client_id", "gatehouse-demo"},
                 {"client_secret", client_secret},
                 {"auth_method", "client_secret_basic"}};
  for (const Person& p : kPeople) {
    demo.people.push_back({std::string(p.name) + ", " + std::string(p.role), std::string(p.email),
                           std::string(p.password)});
  }
  return demo;
}

}  // namespace gatehouse::app
