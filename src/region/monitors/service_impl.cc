#include "region/monitors/service_impl.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "region/ingest/protocol/names.h"
#include "region/monitors/errors.h"
#include "region/monitors/policy.h"
#include "region/monitors/store.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/standing.h"
#include "region/orgs/members/write_again.h"
#include "region/orgs/policy.h"
#include "region/projects/store.h"

namespace gatehouse::monitors {
namespace {

constexpr std::size_t kMaxPage = 100;

bool IsSlug(const std::string& slug) { return !slug.empty() && ingest::MonitorSlug(slug) == slug; }

}  // namespace

Result<projects::Project> ServiceImpl::Managed(sql::Tx& tx, OrgId organization, ProjectId project,
                                               const Caller& caller) const {
  GH_TRY(const members::Standing standing, members::StandingOf(tx, organization, caller));
  if (!standing.Has("alerts:write") && !standing.Has("project:write")) {
    return Fail(Code::kPermissionDenied, members::kForbidden);
  }
  return projects::store::Find(tx, organization, project);
}

Result<void> ServiceImpl::Audit(sql::Tx& tx, const projects::Project& project,
                                std::string_view what, std::string_view which,
                                const Caller& caller) const {
  audit::Entry entry;
  entry.organization = project.organization;
  entry.event = audit::Event::kProjectEdit;
  entry.actor = caller.actor.user;
  entry.actor_label = caller.actor.label;
  entry.ip = caller.actor.ip;
  entry.correlation_id = caller.actor.correlation_id;
  entry.target_object = project.id.value;
  entry.data = {{"id", project.id.value},
                {"slug", project.slug},
                {"name", project.name},
                {"platform", project.platform},
                {"changes", json::Object{{what, which}}}};
  GH_TRY_VOID(d_.audit.Record(tx, entry));
  return {};
}

Task<std::vector<Monitor>> ServiceImpl::List(OrgId organization, std::optional<MonitorId> after,
                                             std::size_t limit) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::List(tx, organization, after.value_or(MonitorId{}), std::min(limit, kMaxPage));
  });
}

Task<Monitor> ServiceImpl::Get(OrgId organization, std::string slug_or_guid,
                               std::optional<ProjectId> project) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::Find(tx, organization, slug_or_guid, project);
  });
}

Task<std::vector<CheckIn>> ServiceImpl::CheckInsOf(OrgId organization, MonitorId monitor,
                                                   std::optional<std::string> environment,
                                                   std::optional<std::int64_t> before,
                                                   std::size_t limit) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<CheckIn>> {
        GH_TRY(const Monitor found, store::FindById(tx, organization, monitor));
        return store::CheckIns(tx, found, environment,
                               before.value_or(std::numeric_limits<std::int64_t>::max()),
                               std::min(limit, kMaxPage));
      });
}

Task<Monitor> ServiceImpl::Create(OrgId organization, ProjectId project, std::string slug,
                                  std::string name, Config config, Caller caller) {
  co_return co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Monitor> {
        GH_TRY(const projects::Project found, Managed(tx, organization, project, caller));
        Monitor monitor{.id = d_.ids.Next<MonitorId>(),
                        .organization = organization,
                        .project = project,
                        .guid = ingest::EventId::NewV4(d_.rng).ToString(),
                        .slug = slug.empty() ? ingest::MonitorSlug(name) : slug,
                        .name = {},
                        .config = config,
                        .version = 1,
                        .created_at = d_.clock.Now()};
        GH_TRY(monitor.name, orgs::CheckName(name));
        if (!IsSlug(monitor.slug)) return Fail(Code::kInvalidArgument, kMonitorSlugInvalid);
        GH_TRY(const bool inserted, store::Insert(tx, monitor));
        if (!inserted) return Fail(Code::kAlreadyExists, kMonitorSlugTaken);
        GH_TRY_VOID(Audit(tx, found, "monitor_added", monitor.slug, caller));
        return monitor;
      });
}

Task<Monitor> ServiceImpl::Update(OrgId organization, MonitorId monitor, Edit edit, Caller caller) {
  co_return co_await members::WriteAgain(
      d_.db, sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Monitor> {
        GH_TRY(Monitor changed, store::FindById(tx, organization, monitor));
        GH_TRY(const projects::Project found, Managed(tx, organization, changed.project, caller));
        if (edit.name) {
          GH_TRY(changed.name, orgs::CheckName(*edit.name));
        }
        if (edit.slug && *edit.slug != changed.slug) {
          if (!IsSlug(*edit.slug)) return Fail(Code::kInvalidArgument, kMonitorSlugInvalid);
          GH_TRY(const auto taken,
                 store::FindInProject(tx, organization, changed.project, *edit.slug));
          if (taken) return Fail(Code::kAlreadyExists, kMonitorSlugTaken);
          changed.slug = *edit.slug;
        }
        changed.is_active = edit.is_active.value_or(changed.is_active);
        if (edit.config) changed.config = *edit.config;
        const bool mutes = edit.is_muted.value_or(changed.is_muted) != changed.is_muted;
        changed.is_muted = edit.is_muted.value_or(changed.is_muted);
        GH_TRY_VOID(store::Update(tx, changed));
        if (mutes) {
          GH_TRY_VOID(Audit(tx, found, changed.is_muted ? "monitor_muted" : "monitor_unmuted",
                            changed.slug, caller));
        }
        if (!mutes || edit.name || edit.slug || edit.is_active || edit.config) {
          GH_TRY_VOID(Audit(tx, found, "monitor_edited", changed.slug, caller));
        }
        return store::Find(tx, organization, changed.guid, changed.project);
      });
}

Task<void> ServiceImpl::Delete(OrgId organization, MonitorId monitor, Caller caller) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const Monitor found, store::FindById(tx, organization, monitor));
    GH_TRY(const projects::Project project, Managed(tx, organization, found.project, caller));
    GH_TRY_VOID(store::Delete(tx, found));
    return Audit(tx, project, "monitor_removed", found.slug, caller);
  });
}

Task<Environment> ServiceImpl::Mute(OrgId organization, MonitorId monitor, std::string environment,
                                    bool is_muted, Caller caller) {
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Environment> {
        GH_TRY(const Monitor found, store::FindById(tx, organization, monitor));
        GH_TRY(const projects::Project project, Managed(tx, organization, found.project, caller));
        GH_TRY(std::optional<Environment> changed, store::FindEnvironment(tx, found, environment));
        if (!changed) return Fail(Code::kNotFound, kMonitorEnvironmentNotFound);
        if (changed->is_muted == is_muted) return std::move(*changed);
        changed->is_muted = is_muted;
        GH_TRY_VOID(store::MuteEnvironment(tx, found, environment, is_muted));
        GH_TRY_VOID(Audit(tx, project,
                          is_muted ? "monitor_environment_muted" : "monitor_environment_unmuted",
                          found.slug + "/" + environment, caller));
        return std::move(*changed);
      });
}

Task<void> ServiceImpl::DeleteEnvironment(OrgId organization, MonitorId monitor,
                                          std::string environment, Caller caller) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const Monitor found, store::FindById(tx, organization, monitor));
    GH_TRY(const projects::Project project, Managed(tx, organization, found.project, caller));
    GH_TRY(const bool deleted, store::DeleteEnvironment(tx, found, environment));
    if (!deleted) return Fail(Code::kNotFound, kMonitorEnvironmentNotFound);
    return Audit(tx, project, "monitor_environment_removed", found.slug + "/" + environment,
                 caller);
  });
}

Task<std::int64_t> ServiceImpl::Judge() {
  const Timestamp now = d_.clock.Now();
  // All: the jobs of every organization.
  co_return co_await d_.db.Write(sql::Tenant::All(),
                                 [&](sql::Tx& tx) { return d_.check_ins.Judge(tx, now); });
}

Task<std::int64_t> ServiceImpl::DropOld() {
  const Timestamp before = d_.clock.Now() - std::chrono::hours(24 * d_.retention_days);
  // All: of every organization.
  co_return co_await d_.db.Write(sql::Tenant::All(),
                                 [&](sql::Tx& tx) { return store::DropOld(tx, before); });
}

}  // namespace gatehouse::monitors
