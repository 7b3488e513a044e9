#include "edge/api/routes_releases.h"

#include "edge/api/handlers.h"
#include "region/artifacts/types.h"

namespace gatehouse::api {
namespace {

using enum http::Method;

constexpr std::string_view kRead = "project:read|project:write|project:admin|project:releases";
constexpr std::string_view kWrite = "project:releases|project:write|project:admin";

// Commits with their files, lists of chunks.
constexpr std::size_t kLarge = 16u << 20;
// A whole request of chunks, with what multipart adds to it.
constexpr std::size_t kUpload = artifacts::kRequestBytes + (1u << 20);

constexpr Route Row(std::string_view operation, http::Method method, std::string_view pattern,
                    std::string_view summary, Handler handler, std::string_view scopes,
                    std::size_t max_body = 64 * 1024) {
  Route route{operation, method, pattern, summary, handler, scopes};
  route.max_body = max_body;
  return route;
}

#define GH_ORG "/api/0/organizations/{organization}"
#define GH_RELEASE GH_ORG "/releases/{version}"
#define GH_PROJECT "/api/0/projects/{organization}/{project}"

constexpr Route kReleaseRoutes[] = {
    // ---- releases -----------------------------------------------------------------------------
    Row("listReleases", kGet, GH_ORG "/releases/", "Releases, with search", ListReleases, kRead),
    Row("createRelease", kPost, GH_ORG "/releases/",
        "Create a release, or give it to more projects", CreateRelease, kWrite, kLarge),
    Row("getRelease", kGet, GH_RELEASE "/", "A release", GetRelease, kRead),
    Row("updateRelease", kPut, GH_RELEASE "/", "Finish or archive a release, or set its commits",
        UpdateRelease, kWrite, kLarge),
    Row("deleteRelease", kDelete, GH_RELEASE "/", "Delete a release", DeleteRelease, kWrite),
    Row("listReleaseCommits", kGet, GH_RELEASE "/commits/", "Commits of a release",
        ListReleaseCommits, kRead),
    Row("getPreviousRelease", kGet, GH_RELEASE "/previous-with-commits/",
        "The release before it that has commits", GetPreviousRelease, kRead),
    Row("getReleaseMeta", kGet, GH_RELEASE "/meta/", "Counts of a release", GetReleaseMeta, kRead),
    Row("listDeploys", kGet, GH_RELEASE "/deploys/", "Deploys of a release", ListDeploys, kRead),
    Row("createDeploy", kPost, GH_RELEASE "/deploys/", "Say that a release was deployed",
        CreateDeploy, kWrite),
    Row("listRepositories", kGet, GH_ORG "/repos/", "Repositories that commits named",
        ListRepositories, kRead),

    // ---- the older form, of one project -------------------------------------------------------
    Row("listProjectReleases", kGet, GH_PROJECT "/releases/", "Releases of a project",
        ListProjectReleases, kRead),
    Row("createProjectRelease", kPost, GH_PROJECT "/releases/", "Create a release of a project",
        CreateProjectRelease, kWrite, kLarge),
    Row("getProjectRelease", kGet, GH_PROJECT "/releases/{version}/", "A release of a project",
        GetProjectRelease, kRead),
    Row("updateProjectRelease", kPut, GH_PROJECT "/releases/{version}/",
        "Change a release of a project", UpdateProjectRelease, kWrite, kLarge),
    Row("deleteProjectRelease", kDelete, GH_PROJECT "/releases/{version}/",
        "Delete a release of a project", DeleteProjectRelease, kWrite),
    Row("listProjectReleaseCommits", kGet, GH_PROJECT "/releases/{version}/commits/",
        "Commits of a release of a project", ListProjectReleaseCommits, kRead),
    Row("listProjectReleaseFiles", kGet, GH_PROJECT "/releases/{version}/files/",
        "Files of a release of a project", ListProjectReleaseFiles, kRead),
    Row("uploadProjectReleaseFile", kPost, GH_PROJECT "/releases/{version}/files/",
        "Upload a file of a release of a project", UploadProjectReleaseFile, kWrite, kUpload),

    // ---- files --------------------------------------------------------------------------------
    Row("listReleaseFiles", kGet, GH_RELEASE "/files/", "Files of a release", ListReleaseFiles,
        kRead),
    Row("uploadReleaseFile", kPost, GH_RELEASE "/files/", "Upload a file of a release",
        UploadReleaseFile, kWrite, kUpload),
    Row("getReleaseFile", kGet, GH_RELEASE "/files/{file}/", "A file of a release, or its content",
        GetReleaseFile, kRead),
    Row("updateReleaseFile", kPut, GH_RELEASE "/files/{file}/", "Rename a file of a release",
        UpdateReleaseFile, kWrite),
    Row("deleteReleaseFile", kDelete, GH_RELEASE "/files/{file}/", "Delete a file of a release",
        DeleteReleaseFile, kWrite),
    Row("listArtifactBundles", kGet, GH_PROJECT "/files/artifact-bundles/",
        "Artifact bundles of a project", ListArtifactBundles, kRead),
    Row("deleteArtifactBundle", kDelete, GH_PROJECT "/files/artifact-bundles/{bundle}/",
        "Take an artifact bundle from a project", DeleteArtifactBundle, kWrite),
    Row("listDebugFiles", kGet, GH_PROJECT "/files/dsyms/",
        "Debug information files of a project, or the content of one", ListDebugFiles, kRead),
    Row("uploadDebugFiles", kPost, GH_PROJECT "/files/dsyms/",
        "Upload a debug information file, or a ZIP archive of them", UploadDebugFiles, kWrite,
        kUpload),
    Row("deleteDebugFile", kDelete, GH_PROJECT "/files/dsyms/", "Delete a debug information file",
        DeleteDebugFile, kWrite),
    Row("findUnknownDebugFiles", kPost, GH_PROJECT "/files/difs/unknown/",
        "Which debug information files are not there", FindUnknownDebugFiles, kRead),

    // ---- uploads in chunks --------------------------------------------------------------------
    Row("getChunkUpload", kGet, GH_ORG "/chunk-upload/", "How to upload in chunks", GetChunkUpload,
        kRead),
    Row("uploadChunks", kPost, GH_ORG "/chunk-upload/", "Upload chunks", UploadChunks, kWrite,
        kUpload),
    Row("assembleBundle", kPost, GH_ORG "/artifactbundle/assemble/",
        "Put an artifact bundle together, or ask how far it is", AssembleBundle, kWrite, kLarge),
    Row("assembleRelease", kPost, GH_RELEASE "/assemble/",
        "Put an archive of a release's files together", AssembleRelease, kWrite, kLarge),
    Row("assembleDebugFiles", kPost, GH_PROJECT "/files/difs/assemble/",
        "Put debug information files together", AssembleDebugFiles, kWrite, kLarge),
};

}  // namespace

std::span<const Route> ReleaseRoutes() { return kReleaseRoutes; }

}  // namespace gatehouse::api
