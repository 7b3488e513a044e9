// What was uploaded for a project: artifact bundles and debug files, and their removal.

#include "edge/access/access.h"
#include "edge/web/events/events.h"
#include "edge/web/events/listing.h"
#include "edge/web/events/project_pages.h"
#include "edge/web/organization.h"
#include "edge/web/site.h"
#include "region/artifacts/errors.h"

namespace gatehouse::web {

namespace {

std::string ShownSize(std::int64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  const bool small = bytes < 1024 * 1024;
  const std::int64_t unit = small ? 1024 : 1024 * 1024;
  const std::int64_t tenths = bytes * 10 / unit;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) +
         (small ? " KiB" : " MiB");
}

std::string ReleasesOf(const artifacts::ArtifactBundle& bundle) {
  std::string out;
  for (const auto& [version, dist] : bundle.releases) {
    out += (out.empty() ? "" : ", ") + version + (dist.empty() ? "" : " (" + dist + ")");
  }
  return out.empty() ? "any, by debug id" : out;
}

Task<http::Response> ShowFiles(Site& site, Call& call) {
  GH_CO_TRY(ProjectVisit visit, co_await EnterProject(site, call, "project:write"));
  artifacts::Service& service = site.d.events->artifacts;
  const OrgId organization = visit.access.organization.id;
  GH_CO_TRY(const auto bundle_at, NumberIn(call.query, "bundles"));
  GH_CO_TRY(const auto file_at, NumberIn(call.query, "files"));
  std::optional<BundleId> before_bundle;
  if (bundle_at) before_bundle = BundleId{*bundle_at};
  std::optional<DebugFileId> before_file;
  if (file_at) before_file = DebugFileId{*file_at};
  GH_CO_TRY(auto bundles, co_await service.ListBundles(organization, visit.project.id,
                                                       before_bundle, kPerPage + 1));
  GH_CO_TRY(auto files, co_await service.ListDebugFiles(organization, visit.project.id, "",
                                                        before_file, kPerPage + 1));
  Page page("project_files.tpl", visit.project.name + ": files");
  page.InOrg(visit.access, "projects").Styles("events.css");
  html::Data& body = page.body();
  AddProjectHead(body, visit, "files");
  const std::string here = visit.Path() + "settings/files/";
  body.Set("ORG", visit.access.organization.slug);
  if (bundles.size() > kPerPage) {
    bundles.pop_back();
    body.Add("MORE_BUNDLES").Set("URL", WithQuery(here, "bundles", bundles.back().id.ToString()));
  }
  if (files.size() > kPerPage) {
    files.pop_back();
    body.Add("MORE_DEBUG").Set("URL", WithQuery(here, "files", files.back().id.ToString()));
  }
  if (bundles.empty()) {
    body.Show("NO_BUNDLES");
  } else {
    html::Data& table = body.Add("BUNDLES");
    table.Set("ACTION", here);
    for (const artifacts::ArtifactBundle& bundle : bundles) {
      table.Add("BUNDLE")
          .Set("ID", bundle.id.ToString())
          .Set("BUNDLE_ID", bundle.bundle_id.empty() ? bundle.checksum : bundle.bundle_id)
          .Set("RELEASES", ReleasesOf(bundle))
          .Set("FILES", std::to_string(bundle.file_count))
          .Set("SIZE", ShownSize(bundle.size))
          .Set("WHEN", FormatHuman(bundle.created_at));
    }
  }
  if (files.empty()) {
    body.Show("NO_DEBUG");
  } else {
    html::Data& table = body.Add("DEBUG");
    table.Set("ACTION", here);
    for (const artifacts::DebugFile& file : files) {
      table.Add("DEBUG_FILE")
          .Set("ID", file.id.ToString())
          .Set("FILE", file.name)
          .Set("DEBUG_ID", file.info.debug_id)
          .Set("KIND", file.info.type + " " + file.info.cpu)
          .Set("SIZE", ShownSize(file.size))
          .Set("WHEN", FormatHuman(file.created_at));
    }
  }
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> PostFiles(Site& site, Call& call) {
  GH_CO_TRY(ProjectVisit visit, co_await EnterProject(site, call, "project:write"));
  artifacts::Service& service = site.d.events->artifacts;
  const std::string op = Field(call.form, "op");
  GH_CO_TRY(const auto id, NumberIn(call.form, "id"));
  if (!id) co_return Fail(Code::kNotFound, artifacts::kArtifactNotFound);
  const OrgId organization = visit.access.organization.id;
  const ProjectId project = visit.project.id;
  const BundleId bundle(*id);
  const DebugFileId file(*id);
  if (op == "remove_bundle") {
    GH_CO_TRY_VOID(co_await service.RemoveBundle(organization, project, bundle,
                                                 access::ActorOf(call.visitor)));
  } else if (op == "remove_debug") {
    GH_CO_TRY_VOID(co_await service.RemoveDebugFile(organization, project, file,
                                                    access::ActorOf(call.visitor)));
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  co_return Go(visit.Path() + "settings/files/", "file_removed");
}

}  // namespace

void RegisterProjectFiles(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/projects/{project}/settings/files/", ShowFiles);
  site.Post(router, "/organizations/{slug}/projects/{project}/settings/files/", PostFiles);
}

}  // namespace gatehouse::web
