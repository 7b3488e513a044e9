#include <algorithm>

#include "edge/access/testing/fake_services.h"

namespace gatehouse::access::testing {

namespace {

constexpr const char* kOptions = R"({"challenge":"AAAA","rpId":"gate.example"})";

class FakeFactors final : public factors::Service {
 public:
  explicit FakeFactors(World& world) : w_(world) {}

  Task<factors::Overview> List(UserId user) override { co_return w_.factors[user]; }

  Task<factors::TotpEnrolment> BeginTotp(factors::Caller) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    co_return factors::TotpEnrolment{"JBSWY3DPEHPK3PXP",
                                     "otpauth://totp/Gatehouse:ada?secret=JBSWY3DPEHPK3PXP",
                                     "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"};
  }
  Task<factors::Changed> ConfirmTotp(factors::Caller caller, std::string code) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    if (code != kGoodCode) co_return Fail(Code::kPermissionDenied, "otp_invalid");
    co_return Enrol(caller, factors::Kind::kTotp, "Authenticator app");
  }
  Task<std::string> BeginWebAuthn(factors::Caller) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    co_return std::string(kOptions);
  }
  Task<factors::Changed> FinishWebAuthn(factors::Caller caller, std::string name,
                                        std::string response) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    if (response != kGoodResponse) co_return Fail(Code::kPermissionDenied, "webauthn_challenge");
    co_return Enrol(caller, factors::Kind::kWebAuthn, std::move(name));
  }
  Task<void> Rename(factors::Caller caller, AuthenticatorId id, std::string name) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    for (factors::Factor& factor : w_.factors[caller.principal.user.id].factors) {
      if (factor.id != id) continue;
      factor.name = std::move(name);
      co_return Result<void>();
    }
    co_return Fail(Code::kNotFound, "factor_not_found");
  }
  Task<factors::Changed> Remove(factors::Caller caller, AuthenticatorId id,
                                std::optional<OrgId> required_by) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    factors::Overview& overview = w_.factors[caller.principal.user.id];
    if (required_by && overview.factors.size() == 1) {
      co_return Fail(Code::kFailedPrecondition, "factor_required");
    }
    if (std::erase_if(overview.factors, [&](const factors::Factor& f) { return f.id == id; }) ==
        0) {
      co_return Fail(Code::kNotFound, "factor_not_found");
    }
    if (overview.factors.empty()) overview = {};
    co_return Changed(caller, {});
  }
  Task<factors::Changed> RegenerateRecoveryCodes(factors::Caller caller) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    if (w_.factors[caller.principal.user.id].factors.empty()) {
      co_return Fail(Code::kFailedPrecondition, "no_factor");
    }
    co_return Changed(caller, {std::string(kGoodRecoveryCode)});
  }
  Task<void> Reset(UserId user, std::string, std::optional<UserId>, std::optional<OrgId>,
                   std::string) override {
    w_.factors.erase(user);
    w_.accounts.at(user).user.has_2fa = false;
    co_return Result<void>();
  }

  Task<factors::Challenge> GetChallenge(std::string token) override {
    auto found = w_.pending.find(token);
    if (found == w_.pending.end()) {
      co_return Fail(Code::kUnauthenticated, "pending_login_invalid");
    }
    factors::Challenge challenge;
    for (factors::Kind kind : {factors::Kind::kWebAuthn, factors::Kind::kTotp}) {
      const auto& all = w_.factors[found->second.user].factors;
      if (std::ranges::any_of(all, [&](const auto& f) { return f.kind == kind; })) {
        challenge.kinds.push_back(kind);
        if (kind == factors::Kind::kWebAuthn) challenge.options_json = kOptions;
      }
    }
    challenge.kinds.push_back(factors::Kind::kRecovery);
    challenge.user_label = w_.accounts.at(found->second.user).user.Display();
    challenge.expires_at = kNow + authn::kPendingLife;
    co_return challenge;
  }
  Task<factors::LoggedIn> FinishLogin(std::string token, factors::Answer answer,
                                      users::ClientInfo) override {
    auto found = w_.pending.find(token);
    if (found == w_.pending.end()) {
      co_return Fail(Code::kUnauthenticated, "pending_login_invalid");
    }
    GH_CO_TRY_VOID(w_.TakeChange());
    GH_CO_TRY_VOID(Check(answer));
    FakePending pending = found->second;
    w_.pending.erase(found);
    co_return factors::LoggedIn{w_.Issue(pending.user, authn::ProofKind::kPassword), pending.next};
  }
  Task<std::string> BeginPasskey(std::string) override { co_return std::string(kOptions); }
  Task<factors::LoggedIn> FinishPasskey(std::string, std::string response, std::optional<SessionId>,
                                        users::ClientInfo) override {
    if (response != kGoodResponse || w_.accounts.empty()) {
      co_return Fail(Code::kUnauthenticated, "login_failed");
    }
    co_return factors::LoggedIn{w_.Issue(w_.accounts.begin()->first, authn::ProofKind::kPasskey),
                                ""};
  }
  Task<std::string> BeginStepUp(factors::Caller caller) override {
    const auto& all = w_.factors[caller.principal.user.id].factors;
    const bool has_key = std::ranges::any_of(
        all, [](const factors::Factor& f) { return f.kind == factors::Kind::kWebAuthn; });
    co_return std::string(has_key ? kOptions : "");
  }
  Task<authn::IssuedSession> StepUp(factors::Caller caller, factors::Answer answer) override {
    GH_CO_TRY_VOID(Check(answer));
    co_return w_.Issue(caller.principal.user.id, authn::ProofKind::kPassword);
  }
  Task<std::int64_t> DeleteExpired() override { co_return std::int64_t{0}; }

 private:
  static Result<void> Check(const factors::Answer& answer) {
    switch (answer.kind) {
      case factors::Kind::kTotp:
        if (answer.code != kGoodCode) return Fail(Code::kPermissionDenied, "otp_invalid");
        return {};
      case factors::Kind::kRecovery:
        if (answer.code != kGoodRecoveryCode) {
          return Fail(Code::kPermissionDenied, "recovery_invalid");
        }
        return {};
      case factors::Kind::kWebAuthn:
        if (answer.response_json != kGoodResponse) {
          return Fail(Code::kPermissionDenied, "webauthn_challenge");
        }
        return {};
    }
    return Fail(Code::kInvalidArgument, "bad_request");
  }
  factors::Changed Enrol(const factors::Caller& caller, factors::Kind kind, std::string name) {
    const UserId user = caller.principal.user.id;
    const bool first = w_.factors[user].factors.empty();
    w_.AddFactor(user, kind, std::move(name));
    std::vector<std::string> codes;
    if (first) codes.emplace_back(kGoodRecoveryCode);
    return Changed(caller, std::move(codes));
  }
  factors::Changed Changed(const factors::Caller& caller, std::vector<std::string> codes) {
    const UserId user = caller.principal.user.id;
    w_.accounts.at(user).user.has_2fa = !w_.factors[user].factors.empty();
    std::erase_if(w_.sessions, [&](const auto& s) { return s.second->user.id == user; });
    return {w_.Issue(user, authn::ProofKind::kPassword), std::move(codes)};
  }

  World& w_;
};

}  // namespace

void World::AddFactor(UserId user, factors::Kind kind, std::string name) {
  factors::Factor factor;
  factor.id = AuthenticatorId{next_id++};
  factor.kind = kind;
  factor.name = std::move(name);
  factor.created_at = kNow;
  factors::Overview& overview = factors[user];
  overview.factors.push_back(std::move(factor));
  overview.recovery_left = 10;
  overview.recovery_created_at = kNow;
  accounts.at(user).user.has_2fa = true;
}

std::string World::AddPending(UserId user, std::string next) {
  std::string token = "pending-" + std::to_string(next_id++);
  pending[token] = {user, std::move(next)};
  return token;
}

std::unique_ptr<factors::Service> NewFakeFactors(World& world) {
  return std::make_unique<FakeFactors>(world);
}

}  // namespace gatehouse::access::testing
