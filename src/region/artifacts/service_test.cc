// Uploads from chunk to stack trace, and what attackers make of them.

#include "region/artifacts/service.h"

#include <fstream>

#include "region/artifacts/artifacts_fixture.h"
#include "region/artifacts/errors.h"

namespace gatehouse::artifacts {
namespace {

using ArtifactsTest = ArtifactsFixture;
GATEHOUSE_ON_ALL_ENGINES(ArtifactsTest);

TEST_P(ArtifactsTest, AChunkIsKeptOnceForAnOrganization) {
  ASSERT_OK(Put(kAcme, "hello"));
  ASSERT_OK(Put(kAcme, "hello", true));
  EXPECT_EQ(FilesOnDisk(), 1u);
  EXPECT_EQ(Run(service().Read(kAcme, Sum("hello"))).value(), "hello");
  // Another organization neither has it nor learns that it is there.
  EXPECT_ERROR(kNotFound, kArtifactNotFound, Run(service().Read(kOther, Sum("hello"))));
  const auto answer = Assemble(kOther, "hello", {kForeign});
  ASSERT_OK(answer);
  EXPECT_EQ(answer->state, AssemblyState::kNotFound);
  EXPECT_EQ(answer->missing_chunks, std::vector<std::string>{Sum("hello")});
}

TEST_P(ArtifactsTest, AWrongChecksumIsRefusedAndNothingIsStored) {
  const auto put = [&](std::string checksum, std::string_view bytes, bool gzip) {
    std::vector<Chunk> chunks;
    chunks.push_back({.checksum = std::move(checksum), .bytes = bytes, .is_gzip = gzip});
    return Run(service().PutChunks(kAcme, std::move(chunks)));
  };
  EXPECT_ERROR(kInvalidArgument, kChecksumMismatch, put(Sum("other"), "hello", false));
  EXPECT_ERROR(kInvalidArgument, kChecksumMismatch, put(Sum("hello"), "no gzip", true));
  for (const std::string_view name : {"", "../../../etc/passwd", "hello", "A9993E36"}) {
    EXPECT_ERROR(kInvalidArgument, kChecksumMismatch, put(std::string(name), "hello", false));
  }
  EXPECT_EQ(FilesOnDisk(), 0u);
  EXPECT_EQ(Count("artifact_blobs"), 0);
}

TEST_P(ArtifactsTest, AGzipBombAndTooManyChunksAreRefused) {
  const std::string zeros(kChunkBytes + 1, '\0');
  EXPECT_ERROR(kInvalidArgument, kChunkTooLarge, Put(kAcme, zeros, true));
  EXPECT_ERROR(kInvalidArgument, kChunkTooLarge, Put(kAcme, zeros));
  std::vector<Chunk> many(kChunksPerRequest + 1, Chunk{.checksum = Sum(""), .bytes = ""});
  EXPECT_ERROR(kInvalidArgument, kTooManyChunks, Run(service().PutChunks(kAcme, std::move(many))));
  // Together more than a request may hold.
  const std::string large(kChunkBytes, 'x');
  const std::string packed = compress::Gzip(large);
  std::vector<Chunk> five(5, Chunk{.checksum = Sum(large), .bytes = packed, .is_gzip = true});
  EXPECT_ERROR(kInvalidArgument, kUploadTooLarge, Run(service().PutChunks(kAcme, std::move(five))));
  EXPECT_EQ(FilesOnDisk(), 0u);
}

TEST_P(ArtifactsTest, ABundleIsPutTogetherFromItsChunks) {
  const std::string bytes = BundleBytes();
  const std::string first = bytes.substr(0, 100), second = bytes.substr(100);
  const std::vector<std::string> chunks = {Sum(first), Sum(second)};
  auto answer = Assemble(kAcme, bytes, {kShop}, "shop@1", chunks);
  ASSERT_OK(answer);
  EXPECT_EQ(answer->state, AssemblyState::kNotFound);
  EXPECT_EQ(answer->missing_chunks, chunks);
  ASSERT_OK(Put(kAcme, first));
  answer = Assemble(kAcme, bytes, {kShop}, "shop@1", chunks);
  EXPECT_EQ(answer->missing_chunks, std::vector<std::string>{Sum(second)});
  ASSERT_OK(Put(kAcme, second));
  answer = Assemble(kAcme, bytes, {kShop}, "shop@1", chunks);
  EXPECT_EQ(answer->state, AssemblyState::kCreated);
  // Asking again starts nothing new.
  EXPECT_EQ(Assemble(kAcme, bytes, {kShop}, "shop@1", chunks)->state, AssemblyState::kCreated);
  EXPECT_EQ(Run(service().AssembleWaiting()).value(), 1u);
  EXPECT_EQ(Assemble(kAcme, bytes, {kShop}, "shop@1", chunks)->state, AssemblyState::kOk);
  const auto bundles = Run(service().ListBundles(kAcme, kShop, std::nullopt, 10));
  ASSERT_OK(bundles);
  ASSERT_EQ(bundles->size(), 1u);
  EXPECT_EQ(bundles->front().file_count, 2);
  EXPECT_EQ(bundles->front().releases,
            (std::vector<std::pair<std::string, std::string>>{{"shop@1", ""}}));
  EXPECT_TRUE(Run(service().ListBundles(kAcme, kBlog, std::nullopt, 10))->empty());
  EXPECT_TRUE(Run(service().ListBundles(kOther, kShop, std::nullopt, 10))->empty());
  // The same file for another project is one more link.
  EXPECT_EQ(Assemble(kAcme, bytes, {kBlog}, "shop@1", chunks)->state, AssemblyState::kCreated);
  ASSERT_OK(Run(service().AssembleWaiting()));
  EXPECT_EQ(Run(service().ListBundles(kAcme, kBlog, std::nullopt, 10))->size(), 1u);
  EXPECT_EQ(Count("artifact_bundles"), 1);
}

TEST_P(ArtifactsTest, WhatIsNoBundleEndsInAnErrorThatSaysWhy) {
  ZipWriter traversal;
  traversal.Add("manifest.json", R"({"files":{}})");
  traversal.Add("../../evil", "x");
  ZipWriter bare;
  bare.Add("a.js", "x");
  for (const auto& [bytes, detail] :
       {std::pair<std::string, std::string>("no archive",
                                            "The archive is damaged or not safe to unpack"),
        {traversal.Finish(), "The archive is damaged or not safe to unpack"},
        {bare.Finish(), "The bundle has no valid manifest"}}) {
    ASSERT_OK(Put(kAcme, bytes));
    ASSERT_OK(Assemble(kAcme, bytes, {kShop}));
    ASSERT_OK(Run(service().AssembleWaiting()));
    const auto answer = Assemble(kAcme, bytes, {kShop});
    ASSERT_OK(answer);
    EXPECT_EQ(answer->state, AssemblyState::kError);
    EXPECT_EQ(answer->detail, detail);
  }
  EXPECT_EQ(Count("artifact_bundles"), 0);
  // Chunks that make something else than was said.
  ASSERT_OK(Put(kAcme, "abc"));
  ASSERT_OK(Assemble(kAcme, "another text", {kShop}, "", {Sum("abc")}));
  ASSERT_OK(Run(service().AssembleWaiting()));
  EXPECT_EQ(Assemble(kAcme, "another text", {kShop}, "", {Sum("abc")})->detail,
            "Reported checksum mismatch");
  EXPECT_ERROR(kInvalidArgument, kAssembleInvalid, Assemble(kAcme, "x", {}, "", {"../x"}));
}

TEST_P(ArtifactsTest, AnAssemblyThatACrashCutOffIsDoneByTheNextProcess) {
  const std::string bytes = BundleBytes();
  ASSERT_OK(Put(kAcme, bytes));
  ASSERT_OK(Assemble(kAcme, bytes, {kShop}));
  Execute("UPDATE artifact_assemblies SET state = 'assembling'");
  clock().Advance(std::chrono::minutes(20));
  ServiceImpl next(ServiceImpl::Parts{.db = db(),
                                      .blobs = *blobs_,
                                      .workers = workers_,
                                      .clock = clock(),
                                      .ids = ids(),
                                      .audit = audit()});
  EXPECT_EQ(Run(next.AssembleWaiting()).value(), 1u);
  EXPECT_EQ(Assemble(kAcme, bytes, {kShop})->state, AssemblyState::kOk);
}

TEST_P(ArtifactsTest, FramesAreResolvedByDebugId) {
  Upload(kAcme, BundleBytes(), {kShop});
  json::Object event = Event(true, "");
  EXPECT_EQ(FunctionIn(kShop, kAcme, event), "pay");
  EXPECT_GT(maps_->memory(), 0u);
  // Another project of the same organization, and another organization, have nothing of it.
  json::Object blog = Event(true, "");
  EXPECT_EQ(FunctionIn(kBlog, kAcme, blog), "a");
  json::Object foreign = Event(true, "");
  EXPECT_EQ(FunctionIn(kForeign, kOther, foreign), "a");
}

TEST_P(ArtifactsTest, FramesAreResolvedByReleaseAndUrl) {
  Upload(kAcme, BundleBytes(false), {kShop}, "shop@1");
  json::Object event = Event(false, "shop@1");
  EXPECT_EQ(FunctionIn(kShop, kAcme, event), "pay");
  json::Object later = Event(false, "shop@2");
  EXPECT_EQ(FunctionIn(kShop, kAcme, later), "a");
  EXPECT_EQ(later.at("errors").at(0).at("type").as_string(), kJsNoSource);
}

TEST_P(ArtifactsTest, FramesAreResolvedByFilesOfTheRelease) {
  projects::Project shop;
  shop.id = kShop;
  shop.organization = kAcme;
  shop.slug = "shop";
  const auto link = Write([&](sql::Tx& tx) {
    return releases::store::CreateOrLink(tx, ids(), shop, "shop@3", clock().Now());
  });
  ASSERT_OK(link);
  const auto add = [&](std::string name, std::string_view text) {
    ReleaseFile file;
    file.name = std::move(name);
    return Run(service().AddReleaseFile(kAcme, link->release, std::move(file), text));
  };
  ASSERT_OK(add("~/static/app.js", kGenerated));
  const auto map = add("~/static/app.js.map", kMap);
  ASSERT_OK(map);
  EXPECT_ERROR(kAlreadyExists, kArtifactExists, add("~/static/app.js", "again"));
  EXPECT_ERROR(kInvalidArgument, kArtifactNameInvalid, add("", "x"));
  EXPECT_ERROR(kInvalidArgument, kArtifactNameInvalid, add("a\nb", "x"));
  json::Object event = Event(false, "shop@3");
  EXPECT_EQ(FunctionIn(kShop, kAcme, event), "pay");

  const auto list = Run(service().ListReleaseFiles(kAcme, link->release, "MAP", std::nullopt, 10));
  ASSERT_OK(list);
  EXPECT_ERROR(kNotFound, kArtifactNotFound,
               Run(service().GetReleaseFile(kOther, link->release, map->id)));
  ASSERT_OK(Run(service().RenameReleaseFile(kAcme, link->release, map->id, "~/old.map")));
  EXPECT_EQ(Run(service().GetReleaseFile(kAcme, link->release, map->id))->name, "~/old.map");
  // What is gone is gone at once.
  json::Object unmapped = Event(false, "shop@3");
  EXPECT_EQ(FunctionIn(kShop, kAcme, unmapped), "a");
  ASSERT_OK(Run(service().RemoveReleaseFile(kAcme, link->release, map->id, {})));
  EXPECT_ERROR(kNotFound, kArtifactNotFound,
               Run(service().RemoveReleaseFile(kAcme, link->release, map->id, {})));
}

TEST_P(ArtifactsTest, ADebugFileIsRecognizedAndKnownByItsChecksum) {
  const std::string symbols =
      "MODULE Linux x86_64 C0DE00000000000000000000000000C00 shop\nFUNC 1 2 0 main\n";
  const auto ask = [&](OrgId organization, ProjectId project) {
    DebugFileRequest request{
        .checksum = Sum(symbols), .chunks = {Sum(symbols)}, .name = "shop.sym", .debug_id = ""};
    return Run(service().AssembleDebugFile(organization, project, std::move(request)));
  };
  EXPECT_EQ(ask(kAcme, kShop)->missing_chunks.size(), 1u);
  ASSERT_OK(Put(kAcme, symbols));
  EXPECT_EQ(ask(kAcme, kShop)->state, AssemblyState::kCreated);
  ASSERT_OK(Run(service().AssembleWaiting()));
  const auto done = ask(kAcme, kShop);
  ASSERT_OK(done);
  ASSERT_EQ(done->state, AssemblyState::kOk);
  ASSERT_TRUE(done->debug_file);
  EXPECT_EQ(done->debug_file->info.type, "breakpad");
  EXPECT_EQ(done->debug_file->info.debug_id, "c0de0000-0000-0000-0000-0000000000c0");
  EXPECT_EQ(ask(kOther, kForeign)->state, AssemblyState::kNotFound);
  const auto unknown = Run(service().UnknownDebugFiles(kAcme, kShop, {Sum(symbols), Sum("else")}));
  EXPECT_EQ(unknown.value(), std::vector<std::string>{Sum("else")});
  // Removed, it may be uploaded again.
  ASSERT_OK(Run(service().RemoveDebugFile(kAcme, kShop, done->debug_file->id, {})));
  EXPECT_EQ(ask(kAcme, kShop)->state, AssemblyState::kCreated);
  ASSERT_OK(Run(service().AssembleWaiting()));
  EXPECT_EQ(ask(kAcme, kShop)->state, AssemblyState::kOk);
}

TEST_P(ArtifactsTest, AnUnknownDebugFileIsAnError) {
  ASSERT_OK(Put(kAcme, "just text"));
  const auto ask = [&] {
    DebugFileRequest request{.checksum = Sum("just text"),
                             .chunks = {Sum("just text")},
                             .name = "x",
                             .debug_id = std::string(kDebugId)};
    return Run(service().AssembleDebugFile(kAcme, kShop, std::move(request)));
  };
  ASSERT_OK(ask());
  ASSERT_OK(Run(service().AssembleWaiting()));
  EXPECT_EQ(ask()->state, AssemblyState::kError);
  EXPECT_EQ(ask()->detail, "Unsupported debug information file");
  EXPECT_ERROR(kInvalidArgument, kDebugFileUnknown,
               Run(service().AddDebugFiles(kAcme, kShop, "x", "just text")));
}

TEST_P(ArtifactsTest, AnArchiveOfDebugFilesIsTakenApart) {
  ZipWriter zip;
  zip.Add("symbols/shop.sym", "MODULE Linux x86_64 C0DE00000000000000000000000000C00 shop\n");
  zip.Add("readme.txt", "nothing");
  const auto files = Run(service().AddDebugFiles(kAcme, kShop, "all.zip", zip.Finish()));
  ASSERT_OK(files);
  ASSERT_EQ(files->size(), 1u);
  EXPECT_EQ(files->front().name, "shop.sym");
  EXPECT_EQ(Run(service().ListDebugFiles(kAcme, kShop, "shop", std::nullopt, 10))->size(), 1u);
  EXPECT_TRUE(Run(service().ListDebugFiles(kAcme, kShop, "100%", std::nullopt, 10))->empty());
}

TEST_P(ArtifactsTest, WhatNobodyRefersToIsRemovedAfterADay) {
  ASSERT_OK(Put(kAcme, "a chunk that was never used"));
  Upload(kAcme, BundleBytes(), {kShop});
  ASSERT_OK(Run(service().CleanUp()));
  EXPECT_EQ(FilesOnDisk(), 2u) << "too young";
  clock().Advance(std::chrono::hours(25));
  ASSERT_OK(Run(service().CleanUp()));
  EXPECT_EQ(FilesOnDisk(), 1u) << "the bundle stays";
  EXPECT_EQ(Count("artifact_blobs"), 1);
  json::Object event = Event(true, "");
  EXPECT_EQ(FunctionIn(kShop, kAcme, event), "pay");
}

TEST_P(ArtifactsTest, ABundleThatNoEventNeedsIsRemovedAfterItsTime) {
  Upload(kAcme, BundleBytes(), {kShop}, "shop@1");
  clock().Advance(std::chrono::hours(24 * 80));
  json::Object event = Event(true, "");
  EXPECT_EQ(FunctionIn(kShop, kAcme, event), "pay");
  clock().Advance(std::chrono::hours(24 * 80));
  ASSERT_OK(Run(service().CleanUp()));
  EXPECT_EQ(Count("artifact_bundles"), 1) << "it was needed in between";
  clock().Advance(std::chrono::hours(24 * 91));
  ASSERT_OK(Run(service().CleanUp()));
  EXPECT_EQ(Count("artifact_bundles"), 0);
  EXPECT_EQ(Count("artifact_debug_ids"), 0);
  EXPECT_EQ(FilesOnDisk(), 0u);
}

TEST_P(ArtifactsTest, ABundleTakenFromItsOnlyProjectIsRemovedAndMayComeAgain) {
  Upload(kAcme, BundleBytes(), {kShop});
  const auto bundles = Run(service().ListBundles(kAcme, kShop, std::nullopt, 10));
  EXPECT_ERROR(kNotFound, kArtifactNotFound,
               Run(service().RemoveBundle(kOther, kShop, bundles->front().id, {})));
  EXPECT_ERROR(kNotFound, kArtifactNotFound,
               Run(service().RemoveBundle(kAcme, kBlog, bundles->front().id, {})));
  EXPECT_TRUE(AuditRows().empty()) << "what is not found is no deed";
  ASSERT_OK(Run(service().RemoveBundle(kAcme, kShop, bundles->front().id, {})));
  ASSERT_EQ(AuditRows().size(), 1u);
  EXPECT_EQ(AuditRows()[0].event, audit::Event::kArtifactRemove);
  EXPECT_EQ(json::GetString(AuditRows()[0].data, "kind"), "artifact bundle");
  json::Object event = Event(true, "");
  EXPECT_EQ(FunctionIn(kShop, kAcme, event), "a");
  ASSERT_OK(Run(service().CleanUp()));
  EXPECT_EQ(Count("artifact_bundles"), 0);
  Upload(kAcme, BundleBytes(), {kShop});
}

TEST_P(ArtifactsTest, ARowWithoutItsFileIsAskedForAgain) {
  ASSERT_OK(Put(kAcme, "hello"));
  ASSERT_TRUE(blobs_->SetAside(kAcme, Sum("hello")));
  EXPECT_EQ(Assemble(kAcme, "hello", {kShop})->missing_chunks.size(), 1u);
  ASSERT_OK(Put(kAcme, "hello"));
  blobs_->Discard(kAcme, Sum("hello"));
  EXPECT_EQ(Run(service().Read(kAcme, Sum("hello"))).value(), "hello");
}

TEST_P(ArtifactsTest, WhatACrashLeftHalfWrittenIsGoneAtTheNextStart) {
  ASSERT_OK(Put(kAcme, "hello"));
  std::filesystem::create_directories(folder_ / "artifacts" / "incoming");
  {
    std::ofstream(folder_ / "artifacts" / "incoming" / "1-1") << "half a ch";
  }
  EXPECT_EQ(FilesOnDisk(), 2u);
  ASSERT_OK(Blobs::Open(folder_ / "artifacts"));
  EXPECT_EQ(FilesOnDisk(), 1u);
}

TEST_P(ArtifactsTest, ADiskThatDoesNotAnswerIsNoFaultOfTheUpload) {
  std::filesystem::remove_all(folder_ / "artifacts" / "incoming");
  {
    std::ofstream(folder_ / "artifacts" / "incoming") << "no folder";
  }
  EXPECT_ERROR(kUnavailable, kBlobUnavailable, Put(kAcme, "hello"));
  EXPECT_EQ(Count("artifact_blobs"), 0);
}

TEST_P(ArtifactsTest, MapsInMemoryAreBounded) {
  Upload(kAcme, BundleBytes(), {kShop});
  SourceMaps small(SourceMaps::Parts{
      .db = db(), .blobs = *blobs_, .workers = workers_, .clock = clock(), .max_bytes = 4'000});
  projects::Project shop;
  shop.id = kShop;
  shop.organization = kAcme;
  for (int i = 0; i < 50; ++i) {
    json::Object event = Event(true, "shop@" + std::to_string(i));
    ASSERT_OK(Run(small.Resolve(shop, event)));
    EXPECT_LT(small.memory(), 8'000u);
  }
}

}  // namespace
}  // namespace gatehouse::artifacts
