#include "control/sso/pipelines.h"

#include "control/sso/errors.h"
#include "control/sso/sealed.h"
#include "control/sso/statements.h"
#include "platform/crypto/hash.h"

namespace gatehouse::sso {
namespace {

constexpr Duration kAtProviderLife = std::chrono::minutes(10);
constexpr Duration kDecisionLife = std::chrono::hours(1);
constexpr Duration kProofLife = std::chrono::minutes(10);

std::string TextOf(const json::Object& object, std::string_view key) {
  return std::string(json::GetString(object, key).value_or(""));
}

json::Object ChoiceToJson(const Choice& choice) {
  json::Array options;
  for (const Choice::Option& option : choice.options) {
    options.push_back(json::Object{{"value", option.value}, {"label", option.label}});
  }
  return {{"label", choice.label},
          {"help", choice.help},
          {"options", std::move(options)},
          {"selected", choice.selected}};
}

Choice ChoiceFromJson(const json::Object& object) {
  Choice choice{.label = TextOf(object, "label"),
                .help = TextOf(object, "help"),
                .options = {},
                .selected = TextOf(object, "selected")};
  if (const json::Array* options = json::GetArray(object, "options")) {
    for (const json::Value& value : *options) {
      const json::Object* option = value.if_object();
      if (option == nullptr) continue;
      choice.options.push_back({TextOf(*option, "value"), TextOf(*option, "label")});
    }
  }
  return choice;
}

json::Object Pack(const Pipeline& p) {
  json::Object data;
  data["flow"] = p.flow_data;
  if (p.flow == Flow::kSetup) {
    data["config"] = p.config;
    data["display_name"] = p.display_name;
    data["settings"] = p.settings;
  }
  if (!p.next.empty()) data["next"] = p.next;
  if (!p.reason.empty()) data["reason"] = p.reason;
  if (!p.user_message.empty()) data["user_message"] = p.user_message;
  if (p.choice) data["choice"] = ChoiceToJson(*p.choice);
  if (p.second_factor) data["second_factor"] = true;
  if (p.ticket) {
    json::Object ticket;
    ticket["member"] = p.ticket->member.value;
    ticket["token"] = p.ticket->token;
    data["ticket"] = std::move(ticket);
  }
  if (!p.claims.empty()) data["claims"] = p.claims;
  if (!p.checks.empty()) data["checks"] = ChecksToJson(p.checks);
  if (p.assertion) {
    json::Object a;
    a["issuer"] = p.assertion->issuer;
    a["subject"] = p.assertion->subject;
    a["email"] = p.assertion->email;
    a["email_verified"] = p.assertion->email_verified;
    a["name"] = p.assertion->name;
    a["data"] = p.assertion->data;
    if (!p.assertion->legacy_subject.empty()) a["legacy_subject"] = p.assertion->legacy_subject;
    data["assertion"] = std::move(a);
  }
  return data;
}

void Unpack(const json::Object& data, Pipeline& p) {
  if (const auto* flow = json::GetObject(data, "flow")) p.flow_data = *flow;
  if (const auto* config = json::GetObject(data, "config")) p.config = *config;
  if (const auto* settings = json::GetObject(data, "settings")) p.settings = *settings;
  if (const auto* claims = json::GetObject(data, "claims")) p.claims = *claims;
  if (const auto* checks = json::GetArray(data, "checks")) p.checks = ChecksFromJson(*checks);
  p.display_name = TextOf(data, "display_name");
  p.next = TextOf(data, "next");
  p.reason = TextOf(data, "reason");
  p.user_message = TextOf(data, "user_message");
  if (const auto* choice = json::GetObject(data, "choice")) p.choice = ChoiceFromJson(*choice);
  p.second_factor = json::GetBool(data, "second_factor").value_or(false);
  if (const auto* ticket = json::GetObject(data, "ticket")) {
    p.ticket = invites::Ticket{MemberId{json::GetInt(*ticket, "member").value_or(0)},
                               TextOf(*ticket, "token")};
  }
  if (const auto* a = json::GetObject(data, "assertion")) {
    identity::Assertion assertion;
    assertion.issuer = TextOf(*a, "issuer");
    assertion.subject = TextOf(*a, "subject");
    assertion.email = TextOf(*a, "email");
    assertion.email_verified = json::GetBool(*a, "email_verified").value_or(false);
    assertion.name = TextOf(*a, "name");
    assertion.legacy_subject = TextOf(*a, "legacy_subject");
    if (const auto* kept = json::GetObject(*a, "data")) assertion.data = *kept;
    p.assertion = std::move(assertion);
  }
}

}  // namespace

std::string_view FlowName(Flow flow) { return flow == Flow::kSetup ? "setup" : "login"; }

std::string Signature(const Adapter& adapter, Flow flow, std::optional<ProviderId> provider,
                      std::int64_t revision) {
  std::string text(FlowName(flow));
  text += '\n';
  text += adapter.kind();
  for (std::string_view step :
       flow == Flow::kSetup ? adapter.setup_steps() : adapter.login_steps()) {
    text += '\n';
    text += step;
  }
  text += '\n' + std::to_string(provider ? provider->value : 0) + '\n' + std::to_string(revision);
  return crypto::Sha256Hex(text);
}

json::Array ChecksToJson(const std::vector<Check>& checks) {
  json::Array array;
  for (const Check& check : checks) {
    json::Object o;
    o["name"] = check.name;
    o["passed"] = check.passed;
    o["expected"] = check.expected;
    o["received"] = check.received;
    array.push_back(std::move(o));
  }
  return array;
}

std::vector<Check> ChecksFromJson(const json::Array& array) {
  std::vector<Check> checks;
  for (const json::Value& value : array) {
    const json::Object* o = value.if_object();
    if (o == nullptr) continue;
    checks.push_back({TextOf(*o, "name"), json::GetBool(*o, "passed").value_or(false),
                      TextOf(*o, "expected"), TextOf(*o, "received")});
  }
  return checks;
}

std::string PipelineStore::Hash(std::string_view value) { return crypto::Sha256Hex(value); }

Result<Pipeline> PipelineStore::Read(const sql::Row& row) const {
  Pipeline p;
  p.id = row.Int(0);
  p.flow = row.Text(1) == "setup" ? Flow::kSetup : Flow::kLogin;
  p.organization = row.As<OrgId>(2);
  p.user = row.OptAs<UserId>(3);
  p.browser_hash = row.String(4);
  p.state_hash = row.String(5);
  p.kind = row.String(6);
  p.provider = row.OptAs<ProviderId>(7);
  p.revision = row.Int(8);
  p.stage = static_cast<Stage>(row.Int(9));
  p.row = p.stage;
  p.signature = row.String(10);
  p.created_at = row.Time(12);
  p.expires_at = row.Time(13);
  GH_TRY(std::string opened,
         keys_.Open(kPipelinePurpose, PipelineBinding(p.id, p.organization), row.Text(11)));
  GH_TRY(json::Object data, json::ParseObject(opened));
  Unpack(data, p);
  return p;
}

Result<void> PipelineStore::Put(sql::Tx& tx, Pipeline& p) const {
  Timestamp now = clock_.Now();
  if (p.id == 0) {
    p.id = ids_.NextValue();
    p.created_at = now;
  } else {
    GH_TRY_VOID(tx.Exec(statements::kPipelineDelete, {p.organization, p.id}));
  }
  p.expires_at = now + (p.stage == Stage::kAtProvider ? kAtProviderLife : kDecisionLife);
  std::string sealed =
      keys_.Seal(kPipelinePurpose, PipelineBinding(p.id, p.organization), json::Serialize(Pack(p)));
  GH_TRY_VOID(tx.Exec(statements::kPipelineTrim, {p.browser_hash}));
  GH_TRY_VOID(tx.Exec(statements::kPipelineInsert,
                      {p.id, FlowName(p.flow), p.organization, p.user, p.browser_hash, p.state_hash,
                       p.kind, p.provider, p.revision, static_cast<int>(p.stage), p.signature,
                       sealed, p.created_at, p.expires_at}));
  p.row = p.stage;
  return {};
}

Result<std::optional<Pipeline>> PipelineStore::FindByState(sql::Tx& tx, std::string_view state,
                                                           std::string_view browser) const {
  GH_TRY(sql::Rows rows,
         tx.Query(statements::kPipelineFindByState, {Hash(state), Hash(browser), clock_.Now()}));
  if (rows.empty()) return std::optional<Pipeline>();
  GH_TRY(Pipeline p, Read(rows.front()));
  return std::optional<Pipeline>(std::move(p));
}

Result<std::optional<Pipeline>> PipelineStore::Find(sql::Tx& tx, std::string_view browser,
                                                    OrgId organization, Flow flow) const {
  GH_TRY(sql::Rows rows, tx.Query(statements::kPipelineFind,
                                  {Hash(browser), organization, FlowName(flow), clock_.Now()}));
  if (rows.empty()) return std::optional<Pipeline>();
  GH_TRY(Pipeline p, Read(rows.front()));
  return std::optional<Pipeline>(std::move(p));
}

Result<std::vector<Pipeline>> PipelineStore::ListSetups(sql::Tx& tx, OrgId organization) const {
  GH_TRY(sql::Rows rows, tx.Query(statements::kPipelineListSetups, {organization, clock_.Now()}));
  std::vector<Pipeline> pipelines;
  for (sql::Row row : rows) {
    GH_TRY(Pipeline p, Read(row));
    pipelines.push_back(std::move(p));
  }
  return pipelines;
}

Result<std::optional<Pipeline>> PipelineStore::FindById(sql::Tx& tx, OrgId organization,
                                                        std::int64_t id) const {
  GH_TRY(sql::Rows rows, tx.Query(statements::kPipelineFindById, {organization, id, clock_.Now()}));
  if (rows.empty()) return std::optional<Pipeline>();
  GH_TRY(Pipeline p, Read(rows.front()));
  return std::optional<Pipeline>(std::move(p));
}

Result<bool> PipelineStore::Take(sql::Tx& tx, const Pipeline& p) const {
  if (!p.row) return false;
  GH_TRY(const std::int64_t taken,
         tx.Exec(statements::kPipelineTake,
                 {p.organization, p.id, static_cast<int>(*p.row), clock_.Now()}));
  return taken == 1;
}

Result<void> PipelineStore::Remove(sql::Tx& tx, const Pipeline& p) const {
  GH_TRY_VOID(tx.Exec(statements::kPipelineDelete, {p.organization, p.id}));
  return {};
}

Result<void> PipelineStore::Cancel(sql::Tx& tx, std::string_view browser, OrgId organization,
                                   Flow flow) const {
  GH_TRY_VOID(tx.Exec(statements::kPipelineCancel, {Hash(browser), organization, FlowName(flow)}));
  return {};
}

Result<std::int64_t> PipelineStore::DeleteExpired(sql::Tx& tx) const {
  return tx.Exec(statements::kPipelineDeleteExpired, {clock_.Now()});
}

std::optional<Answering::Turn> Answering::Enter(std::string state) {
  const std::lock_guard lock(mutex_);
  if (!states_.insert(state).second) return std::nullopt;
  return std::optional<Turn>(std::in_place, *this, std::move(state));
}

void Answering::Leave(const std::string& state) {
  const std::lock_guard lock(mutex_);
  states_.erase(state);
}

Result<std::string> LinkProofStore::Create(sql::Tx& tx, const Pipeline& pipeline,
                                           UserId user) const {
  std::string token = rng_.Token();
  Timestamp now = clock_.Now();
  GH_TRY_VOID(
      tx.Exec(statements::kProofInsert, {ids_.NextValue(), pipeline.organization, pipeline.id, user,
                                         crypto::Sha256Hex(token), now, now + kProofLife}));
  return token;
}

Result<std::pair<OrgId, std::int64_t>> LinkProofStore::Prove(sql::Tx& tx,
                                                             std::string_view token) const {
  GH_TRY(sql::Rows rows,
         tx.Query(statements::kProofProve, {crypto::Sha256Hex(token), clock_.Now()}));
  if (rows.empty()) return Fail(Code::kInvalidArgument, kLinkProofInvalid, "unknown, used or old");
  return std::pair{rows.front().As<OrgId>(0), rows.front().Int(1)};
}

Result<std::optional<LinkProofStore::State>> LinkProofStore::Find(sql::Tx& tx,
                                                                  const Pipeline& pipeline) const {
  GH_TRY(sql::Rows rows,
         tx.Query(statements::kProofFind, {pipeline.organization, pipeline.id, clock_.Now()}));
  if (rows.empty()) return std::optional<State>();
  return std::optional<State>(State{rows.front().As<UserId>(0), !rows.front().IsNull(1)});
}

Result<void> LinkProofStore::DeleteFor(sql::Tx& tx, const Pipeline& pipeline) const {
  GH_TRY_VOID(tx.Exec(statements::kProofDeleteForPipeline, {pipeline.organization, pipeline.id}));
  return {};
}

Result<std::int64_t> LinkProofStore::DeleteExpired(sql::Tx& tx) const {
  return tx.Exec(statements::kProofDeleteExpired, {clock_.Now()});
}

}  // namespace gatehouse::sso
