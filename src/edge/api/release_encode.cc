// Releases, deploys, commits and uploaded files in the field's shapes.

#include <algorithm>
#include <set>

#include "base/text.h"
#include "edge/api/encode.h"
#include "edge/api/releases.h"

namespace gatehouse::api {
namespace {

json::Value ValueOrNull(const std::optional<std::string>& text) {
  return text ? json::Value(*text) : json::Value(nullptr);
}

// "package@1.2.3" → "1.2.3".
std::string WithoutPackage(const std::string& version) {
  const std::size_t at = version.rfind('@');
  return at == std::string::npos || at == 0 ? version : version.substr(at + 1);
}

bool IsHash(std::string_view text) {
  return (text.size() == 32 || text.size() == 40) && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string Short(const std::string& version) {
  std::string text = WithoutPackage(version);
  return IsHash(text) ? text.substr(0, 12) : text;
}

json::Object EncodeAuthor(const releases::Commit& commit) {
  return {{"name", commit.author_name.empty() ? commit.author_email : commit.author_name},
          {"email", commit.author_email}};
}

}  // namespace

json::Value EncodeVersion(const releases::Release& release) {
  const std::string raw = WithoutPackage(release.version);
  json::Object version{{"raw", raw}};
  std::string description = IsHash(raw) ? raw.substr(0, 12) : raw;
  json::Value package = nullptr;
  if (raw.size() != release.version.size()) {
    package = release.version.substr(0, release.version.size() - raw.size() - 1);
  }
  if (release.semantic) {
    const releases::SemanticVersion& parts = *release.semantic;
    version["major"] = parts.major;
    version["minor"] = parts.minor;
    version["patch"] = parts.patch;
    version["pre"] = TextOrNull(parts.prerelease);
    version["buildCode"] = TextOrNull(parts.build);
    version["components"] =
        1 + std::ranges::count(std::string_view(raw).substr(0, raw.find_first_of("-+")), '.');
    if (!parts.build.empty()) {
      description = raw.substr(0, raw.find('+')) + " (" + parts.build + ")";
    }
  }
  return json::Object{{"package", package},
                      {"version", std::move(version)},
                      {"description", description},
                      {"buildHash", IsHash(raw) ? json::Value(raw) : json::Value(nullptr)}};
}

json::Object Encode(const releases::Deploy& deploy) {
  return {{"id", std::to_string(deploy.id)},
          {"environment", deploy.environment},
          {"dateStarted", EncodeTime(deploy.started_at)},
          {"dateFinished", FormatIso8601(deploy.finished_at)},
          {"name", TextOrNull(deploy.name)},
          {"url", TextOrNull(deploy.url)}};
}

json::Object Encode(const releases::Commit& commit) {
  json::Object o;
  o["id"] = commit.id;
  o["message"] = TextOrNull(commit.message);
  o["dateCreated"] = FormatIso8601(commit.at);
  o["author"] =
      commit.author_email.empty() ? json::Value(nullptr) : json::Value(EncodeAuthor(commit));
  o["repository"] = json::Object{{"name", commit.repository},
                                 {"provider", {{"id", "unknown"}, {"name", "Unknown Provider"}}}};
  o["pullRequest"] = nullptr;
  o["releases"] = json::Array();
  return o;
}

json::Object Encode(const releases::Detail& detail) {
  const releases::Release& release = detail.release;
  std::int64_t new_groups = 0;
  json::Array projects;
  for (const releases::ReleaseProject& one : detail.projects) {
    new_groups += one.new_groups;
    json::Array platforms;
    if (!one.project.platform.empty()) platforms.emplace_back(one.project.platform);
    projects.push_back(json::Object{{"id", one.project.id.value},
                                    {"slug", one.project.slug},
                                    {"name", one.project.name},
                                    {"platform", TextOrNull(one.project.platform)},
                                    {"platforms", std::move(platforms)},
                                    {"newGroups", one.new_groups},
                                    {"hasHealthData", one.project.Has(projects::kHasSessions)}});
  }
  json::Array authors;
  std::set<std::string_view> seen;
  for (const releases::Commit& commit : detail.commits) {
    if (commit.author_email.empty() || !seen.insert(commit.author_email).second) continue;
    authors.push_back(EncodeAuthor(commit));
  }
  json::Object o;
  o["id"] = release.id.ToString();
  o["version"] = release.version;
  o["status"] = release.is_open ? "open" : "archived";
  o["shortVersion"] = Short(release.version);
  o["versionInfo"] = EncodeVersion(release);
  o["ref"] = ValueOrNull(detail.ref);
  o["url"] = ValueOrNull(detail.url);
  o["dateReleased"] = EncodeTime(release.released_at);
  o["dateCreated"] = FormatIso8601(release.created_at);
  o["data"] = json::Object();
  o["newGroups"] = new_groups;
  o["owner"] = nullptr;
  o["commitCount"] = detail.commits.size();
  o["lastCommit"] =
      detail.commits.empty() ? json::Value(nullptr) : json::Value(Encode(detail.commits.front()));
  o["deployCount"] = detail.deploy_count;
  o["lastDeploy"] =
      detail.last_deploy ? json::Value(Encode(*detail.last_deploy)) : json::Value(nullptr);
  o["authors"] = std::move(authors);
  o["projects"] = std::move(projects);
  o["firstEvent"] = EncodeTime(detail.first_event);
  o["lastEvent"] = EncodeTime(detail.last_event);
  o["currentProjectMeta"] = json::Object();
  o["userAgent"] = TextOrNull(detail.user_agent);
  return o;
}

json::Object Encode(const artifacts::ReleaseFile& file) {
  json::Object headers;
  for (const auto& [name, value] : file.headers) headers[name] = value;
  return {{"id", file.id.ToString()},
          {"name", file.name},
          {"dist", TextOrNull(file.dist)},
          {"headers", std::move(headers)},
          {"size", file.size},
          {"sha1", file.checksum},
          {"dateCreated", FormatIso8601(file.created_at)}};
}

json::Object Encode(const artifacts::DebugFile& file) {
  json::Array features;
  for (const std::string& feature : file.info.features) features.emplace_back(feature);
  return {{"id", file.id.ToString()},
          {"uuid", file.info.debug_id.substr(0, 36)},
          {"debugId", file.info.debug_id},
          {"codeId", TextOrNull(file.info.code_id)},
          {"cpuName", file.info.cpu},
          {"objectName", file.name},
          {"symbolType", file.info.type},
          {"headers", json::Object{{"Content-Type", "application/octet-stream"}}},
          {"size", file.size},
          {"sha1", file.checksum},
          {"dateCreated", FormatIso8601(file.created_at)},
          {"data", json::Object{{"type", file.info.kind}, {"features", std::move(features)}}}};
}

json::Object Encode(const artifacts::ArtifactBundle& bundle) {
  json::Array releases;
  for (const auto& [version, dist] : bundle.releases) {
    releases.push_back(json::Object{{"release", version}, {"dist", TextOrNull(dist)}});
  }
  return {{"id", bundle.id.ToString()},
          {"bundleId", bundle.bundle_id},
          {"associations", std::move(releases)},
          {"date", FormatIso8601(bundle.created_at)},
          {"dateModified", FormatIso8601(bundle.used_at)},
          {"fileCount", bundle.file_count},
          {"size", bundle.size},
          {"sha1", bundle.checksum}};
}

}  // namespace gatehouse::api
