#include "region/projects/service_impl.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "region/orgs/errors.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/standing.h"
#include "region/orgs/members/write_again.h"
#include "region/orgs/policy.h"
#include "region/orgs/teams/policy.h"
#include "region/projects/errors.h"
#include "region/projects/store.h"

namespace gatehouse::projects {
namespace {

using members::Standing;

constexpr std::size_t kMaxAdmissions = 10'000;
constexpr std::size_t kMaxPlatform = 64;
constexpr std::int64_t kMaxRate = 1'000'000'000;
constexpr std::int64_t kMaxRateSeconds = 24 * 60 * 60;
constexpr std::array<std::string_view, 7> kOptions = {
    "allowed_domains", "filters",   "grouping.fingerprint_rules", "grouping.stack_rules",
    "resolve_age",     "scrubbing", "store_crash_reports"};

// "", or a name as SDK snippets have it: "javascript-react".
bool IsPlatform(std::string_view text) {
  return text.size() <= kMaxPlatform && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool IsPublicKey(std::string_view text) {
  return text.size() == 32 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<void> CheckRate(const Key& key) {
  const bool none = key.rate_count == 0 && key.rate_seconds == 0;
  const bool some = key.rate_count > 0 && key.rate_count <= kMaxRate && key.rate_seconds > 0 &&
                    key.rate_seconds <= kMaxRateSeconds;
  if (!none && !some) return Fail(Code::kInvalidArgument, kRateLimitInvalid);
  return {};
}

std::string FromTo(std::string_view before, std::string_view after) {
  return "from " + std::string(before) + " to " + std::string(after);
}

}  // namespace

void ServiceImpl::ForgetAdmissions() {
  std::lock_guard lock(mutex_);
  ++generation_;
  admissions_.clear();
}

Result<void> ServiceImpl::AuditProject(sql::Tx& tx, audit::Event event, const Project& project,
                                       json::Object changes, const orgs::Actor& actor) const {
  audit::Entry entry;
  entry.organization = project.organization;
  entry.event = event;
  entry.actor = actor.user;
  entry.actor_label = actor.label;
  entry.ip = actor.ip;
  entry.correlation_id = actor.correlation_id;
  entry.target_object = project.id.value;
  entry.data = {{"id", project.id.value},
                {"slug", project.slug},
                {"name", project.name},
                {"platform", project.platform}};
  if (!changes.empty()) entry.data["changes"] = std::move(changes);
  GH_TRY_VOID(d_.audit.Record(tx, entry));
  return {};
}

Result<void> ServiceImpl::AuditKey(sql::Tx& tx, audit::Event event, const Project& project,
                                   const Key& key, const orgs::Actor& actor) const {
  audit::Entry entry;
  entry.organization = project.organization;
  entry.event = event;
  entry.actor = actor.user;
  entry.actor_label = actor.label;
  entry.ip = actor.ip;
  entry.correlation_id = actor.correlation_id;
  entry.target_object = key.id.value;
  entry.data = {{"project_slug", project.slug}, {"label", key.label},
                {"public_key", key.public_key}, {"is_active", key.is_active},
                {"rate_count", key.rate_count}, {"rate_seconds", key.rate_seconds}};
  GH_TRY_VOID(d_.audit.Record(tx, entry));
  return {};
}

Result<Project> ServiceImpl::Managed(sql::Tx& tx, OrgId organization, ProjectId project,
                                     const Caller& caller, std::string_view scope) const {
  GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
  if (!standing.Has(scope)) return Fail(Code::kPermissionDenied, members::kForbidden);
  return store::Find(tx, organization, project);
}

Task<std::vector<Project>> ServiceImpl::List(OrgId organization) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization),
                                [&](sql::Tx& tx) { return store::List(tx, organization); });
}

Task<Project> ServiceImpl::Get(OrgId organization, std::string slug_or_id) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization),
                                  [&](sql::Tx& tx) -> Result<Project> {
                                    // A slug is never all digits.
                                    if (auto id = ProjectId::Parse(slug_or_id))
                                      return store::Find(tx, organization, *id);
                                    return store::FindBySlug(tx, organization, slug_or_id);
                                  });
}

Task<std::vector<Surroundings>> ServiceImpl::Around(OrgId organization,
                                                    std::vector<ProjectId> projects) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::Around(tx, organization, projects);
  });
}

Task<std::vector<Environment>> ServiceImpl::Environments(OrgId organization,
                                                         std::optional<ProjectId> project,
                                                         Visibility visibility) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::Environments(tx, organization, project, visibility);
  });
}

Task<Environment> ServiceImpl::SetEnvironmentHidden(OrgId organization, ProjectId project,
                                                    std::string name, bool hidden, Caller caller) {
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Environment> {
        GH_TRY(const Project found, Managed(tx, organization, project, caller, "project:write"));
        GH_TRY(Environment environment, store::FindEnvironment(tx, organization, found.id, name));
        if (environment.is_hidden == hidden) return environment;
        environment.is_hidden = hidden;
        GH_TRY_VOID(store::HideEnvironment(tx, organization, found.id, environment));
        GH_TRY_VOID(AuditProject(tx, audit::Event::kProjectEdit, found,
                                 {{hidden ? "environment_hidden" : "environment_shown", name}},
                                 caller.actor));
        return environment;
      });
}

Task<std::vector<std::string>> ServiceImpl::Teams(OrgId organization, ProjectId project) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::Teams(tx, organization, project);
  });
}

Task<SlugsByMember> ServiceImpl::SlugsOfMembers(OrgId organization, MemberId first, MemberId last) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::SlugsOfMembers(tx, organization, first, last);
  });
}

Result<Project> ServiceImpl::Insert(sql::Tx& tx, OrgId organization, std::string_view slug,
                                    std::string_view name, std::string_view platform,
                                    const orgs::Actor& actor) {
  Project project{.id = d_.ids.Next<ProjectId>(),
                  .organization = organization,
                  .slug = std::string(slug),
                  .name = {},
                  .platform = std::string(platform),
                  .options = {},
                  .version = 1,
                  .created_at = d_.clock.Now()};
  GH_TRY(project.name, orgs::CheckName(name));
  if (project.slug.empty()) project.slug = teams::SlugFrom(project.name);
  if (!teams::IsValidTeamSlug(project.slug))
    return Fail(Code::kInvalidArgument, orgs::kSlugInvalid);
  if (!IsPlatform(platform)) return Fail(Code::kInvalidArgument, kPlatformInvalid);
  GH_TRY_VOID(store::Insert(tx, project));
  GH_TRY_VOID(AuditProject(tx, audit::Event::kProjectAdd, project, {}, actor));
  GH_TRY_VOID(AddKey(tx, project, "Default", {}, actor));
  return project;
}

Result<Key> ServiceImpl::AddKey(sql::Tx& tx, const Project& project, std::string label,
                                const KeyEdit& limits, const orgs::Actor& actor) {
  std::array<std::uint8_t, 16> bytes;
  d_.rng.Fill(bytes);
  Key key{.id = d_.ids.Next<ProjectKeyId>(),
          .organization = project.organization,
          .project = project.id,
          .public_key = HexEncode(AsView(bytes)),
          .label = std::move(label),
          .is_active = limits.is_active.value_or(true),
          .rate_count = limits.rate_count.value_or(0),
          .rate_seconds = limits.rate_seconds.value_or(0),
          .created_at = d_.clock.Now()};
  GH_TRY_VOID(CheckRate(key));
  if (limits.public_key) {
    if (!IsPublicKey(*limits.public_key)) return Fail(Code::kInvalidArgument, kProjectKeyInvalid);
    key.public_key = *limits.public_key;
  }
  auto inserted = store::InsertKey(tx, key);
  if (!inserted && inserted.error().code == Code::kAlreadyExists) {
    return Fail(Code::kAlreadyExists, kProjectKeyTaken);
  }
  GH_TRY_VOID(std::move(inserted));
  GH_TRY_VOID(AuditKey(tx, audit::Event::kProjectKeyAdd, project, key, actor));
  return key;
}

Task<Project> ServiceImpl::Create(OrgId organization, std::string slug, std::string name,
                                  std::string platform, std::string team, Caller caller) {
  co_return co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Project> {
        GH_TRY(const Standing standing, members::StandingOf(tx, organization, caller));
        if (!standing.Has("project:write")) {
          return Fail(Code::kPermissionDenied, members::kForbidden);
        }
        GH_TRY(const Project project, Insert(tx, organization, slug, name, platform, caller.actor));
        if (!team.empty()) GH_TRY_VOID(store::AddTeam(tx, organization, project.id, team));
        return project;
      });
}

Task<Project> ServiceImpl::CreateOnHost(OrgId organization, std::string slug, std::string name,
                                        std::string platform, orgs::Actor operator_actor) {
  co_return co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Project> {
        return Insert(tx, organization, slug, name, platform, operator_actor);
      });
}

Task<Project> ServiceImpl::Update(OrgId organization, ProjectId project, Edit edit, Caller caller) {
  auto updated = co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Project> {
        GH_TRY(const Project before, Managed(tx, organization, project, caller, "project:write"));
        Project after = before;
        json::Object changes;
        if (edit.name) {
          GH_TRY(after.name, orgs::CheckName(*edit.name));
          if (after.name != before.name) changes["name"] = FromTo(before.name, after.name);
        }
        if (edit.slug) {
          after.slug = *edit.slug;
          if (!teams::IsValidTeamSlug(after.slug)) {
            return Fail(Code::kInvalidArgument, orgs::kSlugInvalid);
          }
          if (after.slug != before.slug) changes["slug"] = FromTo(before.slug, after.slug);
        }
        if (edit.platform) {
          after.platform = *edit.platform;
          if (!IsPlatform(after.platform)) return Fail(Code::kInvalidArgument, kPlatformInvalid);
          if (after.platform != before.platform) {
            changes["platform"] = FromTo(before.platform, after.platform);
          }
        }
        for (const auto& [name, value] : edit.options) {
          if (std::ranges::find(kOptions, std::string_view(name)) == kOptions.end()) {
            return Fail(Code::kInvalidArgument, kOptionUnknown, std::string(name));
          }
          if (value.is_null()) {
            after.options.erase(name);
          } else {
            after.options[name] = value;
          }
          changes[name] = value;
        }
        if (changes.empty()) return before;
        if (d_.check_options) GH_TRY_VOID(d_.check_options(edit.options));
        GH_TRY_VOID(store::Update(tx, after));
        if (after.slug != before.slug) {
          GH_TRY_VOID(store::Redirect(tx, before, after.slug));
        }
        GH_TRY_VOID(
            AuditProject(tx, audit::Event::kProjectEdit, after, std::move(changes), caller.actor));
        return store::Find(tx, organization, project);
      });
  ForgetAdmissions();
  co_return updated;
}

Task<void> ServiceImpl::Delete(OrgId organization, ProjectId project, Caller caller) {
  auto deleted =
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const Project found, Managed(tx, organization, project, caller, "project:admin"));
        GH_TRY_VOID(store::Delete(tx, found));
        return AuditProject(tx, audit::Event::kProjectRemove, found, {}, caller.actor);
      });
  ForgetAdmissions();
  co_return deleted;
}

Task<void> ServiceImpl::AddTeam(OrgId organization, ProjectId project, std::string team,
                                Caller caller) {
  co_return co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const Project found, Managed(tx, organization, project, caller, "project:write"));
        GH_TRY_VOID(store::AddTeam(tx, organization, project, team));
        return AuditProject(tx, audit::Event::kProjectEdit, found, {{"team_added", team}},
                            caller.actor);
      });
}

Task<void> ServiceImpl::RemoveTeam(OrgId organization, ProjectId project, std::string team,
                                   Caller caller) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const Project found, Managed(tx, organization, project, caller, "project:write"));
    GH_TRY_VOID(store::RemoveTeam(tx, organization, project, team));
    return AuditProject(tx, audit::Event::kProjectEdit, found, {{"team_removed", team}},
                        caller.actor);
  });
}

Task<std::vector<Key>> ServiceImpl::Keys(OrgId organization, ProjectId project) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::Keys(tx, organization, project);
  });
}

Task<Key> ServiceImpl::CreateKey(OrgId organization, ProjectId project, std::string label,
                                 KeyEdit limits, Caller caller) {
  auto created =
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Key> {
        GH_TRY(const Project found, Managed(tx, organization, project, caller, "project:write"));
        GH_TRY(std::string checked, orgs::CheckName(label));
        return AddKey(tx, found, std::move(checked), limits, caller.actor);
      });
  // A key that somebody chose may have been asked for before.
  ForgetAdmissions();
  co_return created;
}

Task<Key> ServiceImpl::UpdateKey(OrgId organization, ProjectId project, std::string public_key,
                                 KeyEdit edit, Caller caller) {
  auto updated =
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Key> {
        GH_TRY(const Project found, Managed(tx, organization, project, caller, "project:write"));
        GH_TRY(Key key, store::FindKey(tx, organization, project, public_key));
        if (edit.label) {
          GH_TRY(key.label, orgs::CheckName(*edit.label));
        }
        key.is_active = edit.is_active.value_or(key.is_active);
        key.rate_count = edit.rate_count.value_or(key.rate_count);
        key.rate_seconds = edit.rate_seconds.value_or(key.rate_seconds);
        GH_TRY_VOID(CheckRate(key));
        GH_TRY_VOID(store::UpdateKey(tx, key));
        GH_TRY_VOID(AuditKey(tx, audit::Event::kProjectKeyEdit, found, key, caller.actor));
        return key;
      });
  ForgetAdmissions();
  co_return updated;
}

Task<void> ServiceImpl::DeleteKey(OrgId organization, ProjectId project, std::string public_key,
                                  Caller caller) {
  auto deleted =
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const Project found, Managed(tx, organization, project, caller, "project:write"));
        GH_TRY(const Key key, store::FindKey(tx, organization, project, public_key));
        GH_TRY_VOID(store::DeleteKey(tx, key));
        return AuditKey(tx, audit::Event::kProjectKeyRemove, found, key, caller.actor);
      });
  ForgetAdmissions();
  co_return deleted;
}

Task<std::optional<Admission>> ServiceImpl::Admit(std::string public_key) {
  std::uint64_t generation = 0;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
    auto known = admissions_.find(public_key);
    if (known != admissions_.end() && d_.clock.Monotonic() < known->second.until) {
      co_return known->second.admission;
    }
  }
  // All: the key says whose it is.
  GH_CO_TRY(auto admission, co_await d_.db.Lookup(sql::Tenant::All(), [&](sql::Tx& tx) {
    return store::Admit(tx, public_key);
  }));
  std::lock_guard lock(mutex_);
  if (generation == generation_) {
    // Guessed keys are remembered too, in bounds: a flood of them asks the database once each.
    if (admissions_.size() >= kMaxAdmissions) admissions_.clear();
    admissions_[std::move(public_key)] = {admission, d_.clock.Monotonic() + d_.admission_life};
  }
  co_return admission;
}

std::string Dsn(std::string_view base_url, const Key& key) {
  const std::size_t host = base_url.find("://");
  const std::size_t at = host == std::string_view::npos ? 0 : host + 3;
  std::string_view rest = base_url.substr(at);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  return std::string(base_url.substr(0, at)) + key.public_key + "@" + std::string(rest) + "/" +
         std::to_string(key.project.value);
}

}  // namespace gatehouse::projects
