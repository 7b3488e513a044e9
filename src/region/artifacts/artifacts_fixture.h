#pragma once

// The service over a fresh database and folder, with two organizations. For the tests.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "core/testing/migrated_database.h"
#include "platform/crypto/hash.h"
#include "region/artifacts/service_impl.h"
#include "region/artifacts/source_maps.h"
#include "region/artifacts/zip_writer.h"
#include "region/releases/store.h"

namespace gatehouse::artifacts {

class ArtifactsFixture : public test::MigratedDatabase {
 protected:
  static constexpr OrgId kAcme{1};
  static constexpr OrgId kOther{2};
  static constexpr ProjectId kShop{10};
  static constexpr ProjectId kBlog{11};
  static constexpr ProjectId kForeign{20};
  static constexpr std::string_view kDebugId = "c0de0000-0000-0000-0000-00000000c0de";
  static constexpr std::string_view kGenerated =
      "function a(b){throw new Error(\"card \"+b)}a(1);\n//# sourceMappingURL=app.js.map\n";
  static constexpr std::string_view kMap = R"({"version":3,"sources":["./src/cart.ts"],
    "sourcesContent":["export function pay(card) {\n  throw new Error(\"card \" + card);\n}\npay(1);\n"],
    "names":["pay","card"],
    "mappings":"AAAO,SAASA,EAAIC,GAClB,MAAM,IAAI,MAAM,QAAUA,CAAI,CAChC,CACAD,EAAI,CAAC"})";

  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    std::string name = std::filesystem::temp_directory_path() / "gatehouse_artifacts_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    for (const char* row : {"1, 'acme', 'Acme'", "2, 'other', 'Other'"}) {
      Execute(std::string("INSERT INTO organizations (id, slug, name, status, default_role, flags, "
                          "version, created_at) VALUES (") +
              row + ", 'active', 'member', 1, 1, 0)");
    }
    for (const char* row : {"10, 1, 'shop'", "11, 1, 'blog'", "20, 2, 'shop'"}) {
      Execute(std::string("INSERT INTO projects (id, organization_id, slug, name, platform, "
                          "status, flags, options, last_short_id, version, created_at) VALUES (") +
              row + ", 'Shop', '', 'active', 0, '{}', 0, 1, 0)");
    }
    auto blobs = Blobs::Open(folder_ / "artifacts");
    ASSERT_OK(blobs);
    blobs_ = std::move(*blobs);
    maps_ = std::make_unique<SourceMaps>(
        SourceMaps::Parts{.db = db(), .blobs = *blobs_, .workers = workers_, .clock = clock()});
    service_ =
        std::make_unique<ServiceImpl>(ServiceImpl::Parts{.db = db(),
                                                         .blobs = *blobs_,
                                                         .workers = workers_,
                                                         .clock = clock(),
                                                         .ids = ids(),
                                                         .audit = audit(),
                                                         .on_change = [this] { maps_->Forget(); }});
  }
  void TearDown() override {
    service_.reset();
    maps_.reset();
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
    MigratedDatabase::TearDown();
  }

  void Execute(const std::string& text) {
    ASSERT_OK(Write([&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", text}); }));
  }
  std::int64_t Count(const std::string& table) {
    const std::string text = "SELECT COUNT(*) FROM " + table;
    auto rows = Write([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", text}); });
    return rows ? rows->front().Int(0) : -1;
  }
  std::size_t FilesOnDisk() {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  Service& service() { return *service_; }
  static std::string Sum(std::string_view bytes) { return crypto::Sha1Hex(bytes); }
  Result<void> Put(OrgId organization, std::string_view bytes, bool gzip = false) {
    const std::string packed = gzip ? compress::Gzip(bytes) : std::string(bytes);
    std::vector<Chunk> chunks;
    chunks.push_back({.checksum = Sum(bytes), .bytes = packed, .is_gzip = gzip});
    return Run(service().PutChunks(organization, std::move(chunks)));
  }
  // A bundle with one generated file and its map.
  std::string BundleBytes(bool with_debug_id = true, std::string_view url = "~/static/app.js") {
    const std::string id =
        with_debug_id ? ",\"debug-id\":\"" + std::string(kDebugId) + "\"" : std::string();
    ZipWriter zip;
    zip.Add("manifest.json",
            R"({"files":{"_/app.js":{"url":")" + std::string(url) +
                R"(","type":"minified_source","headers":{"sourcemap":"app.js.map")" + id +
                R"(}},"_/app.js.map":{"url":")" + std::string(url) +
                R"(.map","type":"source_map","headers":{"x":"y")" + id + "}}}}");
    zip.Add("_/app.js", kGenerated);
    zip.Add("_/app.js.map", kMap);
    return zip.Finish();
  }
  Result<AssemblyAnswer> Assemble(OrgId organization, std::string_view bytes,
                                  std::vector<ProjectId> projects, std::string version = "",
                                  std::vector<std::string> chunks = {}) {
    BundleRequest request{.checksum = Sum(bytes),
                          .chunks = std::move(chunks),
                          .projects = std::move(projects),
                          .version = std::move(version),
                          .dist = {}};
    if (request.chunks.empty()) request.chunks = {request.checksum};
    return Run(service().AssembleBundle(organization, std::move(request)));
  }
  void Upload(OrgId organization, const std::string& bytes, std::vector<ProjectId> projects,
              const std::string& version = "") {
    ASSERT_OK(Put(organization, bytes));
    ASSERT_OK(Assemble(organization, bytes, projects, version));
    ASSERT_OK(Run(service().AssembleWaiting()));
    const auto answer = Assemble(organization, bytes, projects, version);
    ASSERT_OK(answer);
    EXPECT_EQ(answer->state, AssemblyState::kOk) << answer->detail;
  }

  static json::Object Event(bool with_debug_id, std::string_view version) {
    json::Object frame{{"function", "a"},
                       {"abs_path", "https://shop.example/static/app.js"},
                       {"lineno", 1},
                       {"colno", 15}};
    json::Object value{{"type", "Error"},
                       {"stacktrace", json::Object{{"frames", json::Array{std::move(frame)}}}}};
    json::Object event{{"platform", "javascript"},
                       {"exception", json::Object{{"values", json::Array{std::move(value)}}}}};
    if (!version.empty()) event["release"] = version;
    if (with_debug_id) {
      json::Object image{{"type", "sourcemap"},
                         {"code_file", "https://shop.example/static/app.js"},
                         {"debug_id", kDebugId}};
      event["debug_meta"] = json::Object{{"images", json::Array{std::move(image)}}};
    }
    return event;
  }
  // What the frame's function is called after the event has been resolved.
  std::string FunctionIn(ProjectId project, OrgId organization, json::Object& event) {
    projects::Project owner;
    owner.id = project;
    owner.organization = organization;
    EXPECT_OK(Run(maps_->Resolve(owner, event)));
    const json::Value& frames =
        event.at("exception").at("values").at(0).at("stacktrace").at("frames");
    return std::string(frames.at(0).at("function").as_string());
  }

  std::filesystem::path folder_;
  runtime::WorkerPool workers_{"test", 1, 16};
  std::unique_ptr<Blobs> blobs_;
  std::unique_ptr<SourceMaps> maps_;
  std::unique_ptr<ServiceImpl> service_;
};

}  // namespace gatehouse::artifacts
