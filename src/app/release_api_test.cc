// Releases, files and uploads over the API (events.md §6.6, §6.7): the documented answers, and what
// somebody else's hands reach.

#include "app/api_fixture.h"
#include "platform/compress/encode.h"
#include "platform/crypto/hash.h"
#include "region/sessions/store.h"

namespace gatehouse::app {
namespace {

using http::Method;

class ReleaseApiTest : public ApiTest {
 protected:
  static constexpr std::string_view kBoundary = "b0und4ry";

  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    for (const auto& [organization, slug] :
         {std::pair(acme_, "shop"), {acme_, "blog"}, {beta_, "theirs"}}) {
      Do(app().projects->CreateOnHost(organization, slug, "Shop", "node", {}));
    }
    ci_ = Token(owner_, {"project:releases"});
  }
  static std::string Acme(std::string_view rest) {
    return "/api/0/organizations/acme/" + std::string(rest);
  }
  http::Response Post(std::string target, std::string body) {
    return Send(ci_, Method::kPost, std::move(target), std::move(body));
  }
  http::Response Put(std::string target, std::string body) {
    return Send(ci_, Method::kPut, std::move(target), std::move(body));
  }
  http::Response Create(std::string_view version) {
    return Post(Acme("releases/"),
                R"({"version":")" + std::string(version) + R"(","projects":["shop"]})");
  }
  struct Piece {
    std::string name;
    std::string file_name;  // "": a field
    std::string data;
  };
  http::Response Upload(const Credentials& who, std::string target,
                        const std::vector<Piece>& pieces) {
    std::string body;
    for (const Piece& piece : pieces) {
      body += "--" + std::string(kBoundary) + "\r\nContent-Disposition: form-data; name=\"" +
              piece.name + "\"";
      if (!piece.file_name.empty()) body += "; filename=\"" + piece.file_name + "\"";
      body += "\r\n\r\n" + piece.data + "\r\n";
    }
    body += "--" + std::string(kBoundary) + "--\r\n";
    return Ask(who,
               {Method::kPost,
                std::move(target),
                std::move(body),
                {{"Content-Type", "multipart/form-data; boundary=" + std::string(kBoundary)}}});
  }
  http::Response UploadChunk(const std::string& data, bool gzip = false) {
    return Upload(
        ci_, Acme("chunk-upload/"),
        {{gzip ? "file_gzip" : "file", crypto::Sha1Hex(data), gzip ? compress::Gzip(data) : data}});
  }
  static json::Value Json(const http::Response& response) {
    auto parsed = json::Parse(response.body);
    EXPECT_TRUE(parsed.has_value()) << response.status << response.body;
    return parsed ? *parsed : json::Value(json::Object());
  }
  static std::string Field(const http::Response& response, std::string_view name) {
    const json::Value value = Json(response);
    const json::Value* found = value.is_object() ? value.as_object().if_contains(name) : nullptr;
    if (found == nullptr) return "(none)";
    return found->is_string() ? std::string(found->as_string()) : json::Serialize(*found);
  }

  Credentials ci_;
};
GATEHOUSE_ON_ALL_ENGINES(ReleaseApiTest);

TEST_P(ReleaseApiTest, HealthIsAddedWhereItIsAskedFor) {
  Create("shop@1.0.0");
  Create("shop@1.1.0");
  const projects::Project shop = Do(app().projects->Get(acme_, "shop"));
  const std::int64_t hour = app().clock.Now().micros / 3'600'000'000;
  sessions::Tally tally;
  sessions::Counts& old = tally[{acme_, shop.id, "shop@1.0.0", "production", hour - 48}];
  old.sessions = 80;
  sessions::Counts& fresh = tally[{acme_, shop.id, "shop@1.1.0", "production", hour}];
  fresh.sessions = 40;
  fresh.crashed = 1;
  fresh.errored = 3;
  for (int i = 0; i < 10; ++i) fresh.users.Add("user" + std::to_string(i));
  fresh.users_crashed.Add("user3");
  for (int i = 1; i <= 40; ++i) fresh.duration_parts.Add(std::chrono::seconds(i));
  auto counted = app().db->WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) {
    return sessions::store::Apply(tx, *app().ids, tally, app().clock.Now());
  });
  ASSERT_TRUE(counted.has_value());

  const auto health = [&](const http::Response& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    const json::Value value = Json(response);
    const json::Value& release = value.is_array() ? value.at(0) : value;
    const json::Value* data = release.at("projects").at(0).as_object().if_contains("healthData");
    return data == nullptr ? json::Value(nullptr) : *data;
  };
  EXPECT_TRUE(health(Get(ci_, Acme("releases/shop@1.1.0/"))).is_null()) << "not asked for";
  const json::Value now = health(Get(ci_, Acme("releases/shop@1.1.0/?health=1")));
  EXPECT_TRUE(now.at("hasHealthData").as_bool());
  EXPECT_EQ(now.at("totalSessions").as_int64(), 40);
  EXPECT_EQ(now.at("totalSessions24h").as_int64(), 40);
  EXPECT_EQ(now.at("sessionsCrashed").as_int64(), 1);
  EXPECT_EQ(now.at("sessionsErrored").as_int64(), 2);
  EXPECT_EQ(now.at("totalUsers").as_int64(), 10);
  EXPECT_DOUBLE_EQ(now.at("crashFreeSessions").as_double(), 97.5);
  EXPECT_DOUBLE_EQ(now.at("crashFreeUsers").as_double(), 90);
  EXPECT_DOUBLE_EQ(now.at("sessionsAdoption").as_double(), 100);
  EXPECT_NEAR(now.at("durationP50").as_double(), 20, 2) << "seconds";
  EXPECT_NEAR(now.at("durationP90").as_double(), 36, 3.6);
  const json::Array& points = now.at("stats").at("24h").as_array();
  std::int64_t sum = 0;
  for (const json::Value& point : points) sum += point.at(1).as_int64();
  EXPECT_EQ(sum, 40);

  const json::Value then = health(Get(ci_, Acme("releases/shop@1.0.0/?health=1")));
  EXPECT_EQ(then.at("totalSessions").as_int64(), 80);
  EXPECT_EQ(then.at("totalSessions24h").as_int64(), 0);
  EXPECT_TRUE(then.at("durationP50").is_null()) << "no session told how long it took";
  const json::Value lately =
      health(Get(ci_, Acme("releases/shop@1.0.0/?health=1&summaryStatsPeriod=1d")));
  EXPECT_FALSE(lately.at("hasHealthData").as_bool());
  EXPECT_TRUE(lately.at("crashFreeSessions").is_null());
  const json::Value users = health(
      Get(ci_, Acme("releases/shop@1.1.0/?health=1&healthStat=users&healthStatsPeriod=14d")));
  std::int64_t people = 0;
  for (const json::Value& point : users.at("stats").at("14d").as_array()) {
    people += point.at(1).as_int64();
  }
  EXPECT_EQ(people, 10);
  const json::Value elsewhere =
      health(Get(ci_, Acme("releases/shop@1.1.0/?health=1&environment=staging")));
  EXPECT_EQ(elsewhere.at("totalSessions").as_int64(), 0);

  const json::Value list = Json(Get(ci_, Acme("releases/?health=1&adoptionStages=1")));
  ASSERT_EQ(list.as_array().size(), 2u);
  const json::Value& stages = list.at(0).at("projects").at(0).at("adoptionStages");
  EXPECT_EQ(stages.at("production").at("stage").as_string(), "adopted");
  EXPECT_EQ(list.at(1).at("projects").at(0).at("adoptionStages").at("production").at("stage"),
            "replaced");
  for (const char* odd : {"summaryStatsPeriod=x", "healthStatsPeriod=9999d", "healthStat=money"}) {
    EXPECT_EQ(Get(ci_, Acme("releases/?health=1&") + odd).status, 400) << odd;
  }
}

// 235
TEST_P(ReleaseApiTest, CreatingIsIdempotentAndValidates) {
  http::Response made = Create("shop@1.0.0");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(Field(made, "version"), "shop@1.0.0");
  EXPECT_EQ(Field(made, "shortVersion"), "1.0.0");
  const json::Value release = Json(made);
  EXPECT_EQ(release.at("versionInfo").at("package").as_string(), "shop");
  EXPECT_EQ(release.at("versionInfo").at("version").at("minor").as_int64(), 0);
  EXPECT_EQ(release.at("projects").at(0).at("slug").as_string(), "shop");
  EXPECT_EQ(Create("shop@1.0.0").status, 208);

  EXPECT_EQ(Post(Acme("releases/"), R"({"projects":["shop"]})").status, 400);
  EXPECT_EQ(Post(Acme("releases/"), R"({"version":"a"})").status, 400);
  http::Response slash = Create("a/b");
  EXPECT_EQ(slash.status, 400);
  EXPECT_EQ(Json(slash).at("version").at(0).as_string(), "Release with name a/b is not allowed");
  EXPECT_EQ(Create(" padded ").status, 400);
  http::Response foreign = Post(Acme("releases/"), R"({"version":"a","projects":["theirs"]})");
  EXPECT_EQ(foreign.status, 400);
  EXPECT_EQ(Json(foreign).at("projects").at(0).as_string(), "Invalid project slugs");
  for (const char* bad :
       {R"("ref":7)", R"x("url":"javascript:alert(1)")x", R"("dateReleased":"yesterday")",
        R"("commits":[{"message":"no id"}])", R"("commits":"x")", R"("status":"gone")",
        R"("refs":[{"repository":"a/b","commit":"c"}])"}) {
    http::Response refused = Post(
        Acme("releases/"), R"({"version":"bad","projects":["shop"],)" + std::string(bad) + "}");
    EXPECT_EQ(refused.status, 400) << bad << refused.body;
  }
  EXPECT_EQ(Get(ci_, Acme("releases/bad/")).status, 404);
}

TEST_P(ReleaseApiTest, IsFinishedArchivedAndDeleted) {
  Create("shop@1.0.0");
  http::Response finished = Put(Acme("releases/shop%401.0.0/"),
                                R"({"dateReleased":"2026-11-21T07:54:00.5+01:00","ref":"main"})");
  EXPECT_EQ(finished.status, 200) << finished.body;
  EXPECT_EQ(Field(finished, "dateReleased"), "2026-11-21T06:54:00.500000Z");
  EXPECT_EQ(Put(Acme("releases/shop@1.0.0/"), R"({"status":"archived"})").status, 200);
  EXPECT_EQ(Json(Get(ci_, Acme("releases/"))).as_array().size(), 0u);
  EXPECT_EQ(Json(Get(ci_, Acme("releases/?status=archived"))).as_array().size(), 1u);
  http::Response status = Get(ci_, Acme("releases/?status=bogus"));
  EXPECT_EQ(status.status, 400);
  EXPECT_EQ(Field(status, "code"), "release_status_unknown");
  http::Response sort = Get(ci_, Acme("releases/?sort=bogus"));
  EXPECT_EQ(sort.status, 400);
  EXPECT_EQ(Field(sort, "detail"), "invalid sort");
  EXPECT_EQ(Field(sort, "code"), "release_sort_unknown");
  EXPECT_EQ(Send(ci_, Method::kDelete, Acme("releases/shop@1.0.0/"), "").status, 204);
  EXPECT_EQ(Get(ci_, Acme("releases/shop@1.0.0/")).status, 404);
}

// 236
TEST_P(ReleaseApiTest, TheListIsPagedByALinkHeader) {
  for (int i = 0; i < 3; ++i) Create("v" + std::to_string(i));
  http::Response first = Get(ci_, Acme("releases/?per_page=2"));
  EXPECT_EQ(Json(first).as_array().size(), 2u);
  const std::string link(first.headers.Get("Link"));
  EXPECT_NE(link.find("rel=\"next\"; results=\"true\"; cursor=\"0:2:0\""), std::string::npos)
      << link;
  EXPECT_NE(link.find("rel=\"previous\"; results=\"false\""), std::string::npos) << link;
  http::Response second = Get(ci_, Acme("releases/?per_page=2&cursor=0:2:0"));
  EXPECT_EQ(Json(second).as_array().size(), 1u);
  EXPECT_EQ(Get(ci_, Acme("releases/?cursor=x")).status, 400);
  EXPECT_EQ(Json(Get(ci_, Acme("releases/?query=v1"))).as_array().size(), 1u);
  EXPECT_EQ(Json(Get(ci_, Acme("releases/?project=blog"))).as_array().size(), 0u);
  EXPECT_EQ(Get(ci_, Acme("releases/?project=theirs")).status, 404);
  EXPECT_EQ(Json(Get(ci_, "/api/0/projects/acme/shop/releases/")).as_array().size(), 3u);
  EXPECT_EQ(Json(Get(ci_, "/api/0/projects/acme/blog/releases/")).as_array().size(), 0u);
  EXPECT_EQ(Get(ci_, "/api/0/projects/acme/blog/releases/v1/").status, 404);
}

TEST_P(ReleaseApiTest, CommitsDeploysAndCountsAreShown) {
  http::Response made = Post(Acme("releases/"), R"({"version":"v1","projects":["shop"],"commits":[
      {"id":"c1","repository":"acme/shop","message":"pay","author_name":"Ann",
       "author_email":"ann@acme.example","timestamp":"2026-11-20T10:00:00+02:00",
       "patch_set":[{"path":"src/cart.ts","type":"M"}]}]})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(Json(made).at("lastCommit").at("id").as_string(), "c1");
  EXPECT_EQ(Json(Get(ci_, Acme("releases/v1/commits/"))).at(0).at("author").at("email").as_string(),
            "ann@acme.example");
  EXPECT_EQ(Json(Get(ci_, Acme("repos/"))).at(0).at("name").as_string(), "acme/shop");
  EXPECT_EQ(Get(ci_, Acme("releases/v1/previous-with-commits/")).body, "{}");
  http::Response deploy = Post(Acme("releases/v1/deploys/"), R"({"environment":"production"})");
  EXPECT_EQ(deploy.status, 201) << deploy.body;
  EXPECT_EQ(Field(deploy, "name"), "null");
  for (const char* bad :
       {"{}", R"({"environment":"a/b"})", R"({"environment":"production","projects":["blog"]})",
        R"({"environment":"production","projects":["theirs"]})"}) {
    EXPECT_EQ(Post(Acme("releases/v1/deploys/"), bad).status, 400) << bad;
  }
  EXPECT_EQ(Json(Get(ci_, Acme("releases/v1/deploys/"))).as_array().size(), 1u);
  const json::Value meta = Json(Get(ci_, Acme("releases/v1/meta/")));
  EXPECT_EQ(meta.at("commitCount").as_int64(), 1);
  EXPECT_EQ(meta.at("commitFilesChanged").as_int64(), 1);
  EXPECT_EQ(meta.at("deployCount").as_int64(), 1);
}

TEST_P(ReleaseApiTest, FilesOfAReleaseComeBackAsTheyWereSentAndHarmless) {
  Create("v1");
  const std::string files = Acme("releases/v1/files/");
  http::Response made = Upload(ci_, files,
                               {{"file", "..\\..\\CON\"x.js", "alert(1)"},
                                {"name", "", "~/app.js"},
                                {"header", "", "Sourcemap: app.js.map"}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(Field(made, "sha1"), crypto::Sha1Hex("alert(1)"));
  EXPECT_EQ(Json(made).at("headers").at("Sourcemap").as_string(), "app.js.map");
  EXPECT_EQ(Upload(ci_, files, {{"file", "x", "2"}, {"name", "", "~/app.js"}}).status, 409);
  EXPECT_EQ(Upload(ci_, files, {{"name", "", "~/app.js"}}).status, 400);
  EXPECT_EQ(Upload(ci_, files, {{"file", "x", "2"}, {"header", "", "no colon"}}).status, 400);
  EXPECT_EQ(Post(files, "{}").status, 400);
  const std::string one = files + Field(made, "id") + "/";
  http::Response content = Get(ci_, one + "?download=1");
  EXPECT_EQ(content.body, "alert(1)");
  EXPECT_EQ(content.headers.Get("Content-Type"), "application/octet-stream");
  EXPECT_EQ(content.headers.Get("Content-Disposition"), "attachment; filename=\"app.js\"");
  EXPECT_EQ(Put(one, R"({"name":"~/b.js"})").status, 200);
  EXPECT_EQ(Json(Get(ci_, files)).at(0).at("name").as_string(), "~/b.js");
  // Not under another release, not for another organization.
  Create("v2");
  EXPECT_EQ(Get(ci_, Acme("releases/v2/files/") + Field(made, "id") + "/").status, 404);
  EXPECT_EQ(Get(LogIn(stranger_), one).status, 404);
  EXPECT_EQ(Send(ci_, Method::kDelete, one, "").status, 204);
  EXPECT_EQ(Get(ci_, one).status, 404);
}

// 238
TEST_P(ReleaseApiTest, TheAddressForChunksSuitsTheClient) {
  const std::string relative = "organizations/acme/chunk-upload/";
  const std::string absolute = std::string(kBase) + "/api/0/" + relative;
  const auto told = [&](const std::string& client) {
    const http::Response options =
        Ask(ci_, {Method::kGet, Acme("chunk-upload/"), "", {{"User-Agent", client}}});
    return std::string(Json(options).at("url").as_string());
  };
  for (const char* client : {"sentry-cli/1.70.1", "sentry-cli/1.77.3", "sentry-cli/2.0.0",
                             "sentry-cli/2.29.1", "sentry-cli/1.71.0-beta"}) {
    EXPECT_EQ(told(client), relative) << client;
  }
  for (const char* client :
       {"sentry-cli/1.70.0", "sentry-cli/0.99.9", "sentry-cli/2.30.0", "sentry-cli/2.30",
        "sentry-cli/3.0.0", "sentry-cli/", "sentry-cli/x.y.z", "sentry-cli/2.1",
        "sentry-cli/99999999999.1.1", "sentry-cli", "curl/8.5.0", ""}) {
    EXPECT_EQ(told(client), absolute) << client;
  }
}

// 238
TEST_P(ReleaseApiTest, ChunksAreTakenAsDocumented) {
  const json::Value options = Json(Get(ci_, Acme("chunk-upload/")));
  EXPECT_EQ(options.at("url").as_string(),
            std::string(kBase) + "/api/0/organizations/acme/chunk-upload/");
  EXPECT_EQ(options.at("chunkSize").as_int64(), 8388608);
  EXPECT_EQ(options.at("chunksPerRequest").as_int64(), 64);
  EXPECT_EQ(options.at("maxFileSize").as_int64(), 2147483648);
  EXPECT_EQ(options.at("maxRequestSize").as_int64(), 33554432);
  EXPECT_EQ(options.at("concurrency").as_int64(), 8);
  EXPECT_EQ(options.at("hashAlgorithm").as_string(), "sha1");
  EXPECT_EQ(json::Serialize(options.at("compression")), R"(["gzip"])");
  const std::string accept = json::Serialize(options.at("accept"));
  for (const char* kind : {"debug_files", "release_files", "artifact_bundles_v2"}) {
    EXPECT_NE(accept.find("\"" + std::string(kind) + "\""), std::string::npos) << kind;
  }
  EXPECT_EQ(Post(Acme("chunk-upload/"), "").status, 200) << "no file is no mistake";
  const http::Response empty = Upload(ci_, Acme("chunk-upload/"), {});
  EXPECT_EQ(empty.status, 200);
  EXPECT_EQ(empty.body, "");
  EXPECT_EQ(UploadChunk("hello").status, 200);
  EXPECT_EQ(UploadChunk("hello", true).status, 200);
  http::Response wrong =
      Upload(ci_, Acme("chunk-upload/"), {{"file", crypto::Sha1Hex("other"), "hello"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.body, R"({"error":"Checksum mismatch"})");
  const std::vector<Piece> many(65, Piece{"file", crypto::Sha1Hex("x"), "x"});
  EXPECT_EQ(Upload(ci_, Acme("chunk-upload/"), many).body, R"({"error":"Too many chunks"})");
  EXPECT_EQ(UploadChunk(std::string(8388609, '\0'), true).body,
            R"({"error":"Chunk size too large"})");
  EXPECT_EQ(UploadChunk(std::string(8388609, '\0')).body, R"({"error":"Chunk size too large"})");
  // Each is small enough, but not all together.
  const std::string large(8388608, 'x');
  const std::vector<Piece> heavy(5,
                                 Piece{"file_gzip", crypto::Sha1Hex(large), compress::Gzip(large)});
  const http::Response too_large = Upload(ci_, Acme("chunk-upload/"), heavy);
  EXPECT_EQ(too_large.status, 400);
  EXPECT_EQ(too_large.body, R"({"error":"Request too large"})");
  const Credentials nobody{.session = {}, .pending = {}, .token = "ghp_nonsense"};
  EXPECT_EQ(Upload(nobody, Acme("chunk-upload/"), {}).status, 401);
  EXPECT_EQ(Get(nobody, Acme("chunk-upload/")).status, 401);
  EXPECT_EQ(Upload(Token(owner_, {"org:read"}), Acme("chunk-upload/"), {}).status, 403);
  EXPECT_EQ(Upload(LogIn(stranger_), Acme("chunk-upload/"), {}).status, 404);
  EXPECT_EQ(Upload({}, Acme("chunk-upload/"), {}).status, 401);
}

// 239
TEST_P(ReleaseApiTest, AssemblingTellsHowFarItIs) {
  const std::string target = Acme("artifactbundle/assemble/");
  const auto ask = [&](std::string_view rest) {
    return Post(target, R"({"checksum":")" + crypto::Sha1Hex("no archive") + R"(",)" +
                            std::string(rest) + "}");
  };
  const std::string chunks = R"("chunks":[")" + crypto::Sha1Hex("no archive") + R"("])";
  EXPECT_EQ(Post(target, "{").body, R"({"error":"Invalid json body"})");
  EXPECT_EQ(ask(R"("projects":["shop"])").status, 400);
  EXPECT_EQ(ask(chunks).body, R"({"error":"You need to specify at least one project"})");
  EXPECT_EQ(ask(chunks + R"(,"projects":["theirs"])").body,
            R"({"error":"One or more projects are invalid"})");
  EXPECT_EQ(ask(chunks + R"(,"projects":["shop"],"dist":"1")").status, 400);
  EXPECT_EQ(Post(target, R"({"checksum":"../../x","chunks":["a"],"projects":["shop"]})").status,
            400);
  http::Response poll = ask(R"("chunks":[],"projects":["shop"])");
  EXPECT_EQ(Field(poll, "state"), "not_found");
  http::Response missing = ask(chunks + R"(,"projects":["shop"])");
  EXPECT_EQ(Field(missing, "state"), "not_found");
  EXPECT_EQ(Json(missing).at("missingChunks").as_array().size(), 1u);
  UploadChunk("no archive");
  EXPECT_EQ(Field(ask(chunks + R"(,"projects":["shop"])"), "state"), "created");
  Do(events().services().artifacts.AssembleWaiting());
  http::Response done = ask(chunks + R"(,"projects":["shop"])");
  EXPECT_EQ(Field(done, "state"), "error");
  EXPECT_EQ(Field(done, "detail"), "The archive is damaged or not safe to unpack");
  // The older form.
  EXPECT_EQ(Post(Acme("releases/nowhere/assemble/"), "{}").status, 404);
  Create("v1");
  EXPECT_EQ(Post(Acme("releases/v1/assemble/"), "{}").status, 400);
}

TEST_P(ReleaseApiTest, DebugFilesAreAssembledListedAndDeleted) {
  const std::string symbols = "MODULE Linux x86_64 C0DE00000000000000000000000000C00 shop\n";
  const std::string sum = crypto::Sha1Hex(symbols);
  const std::string project = "/api/0/projects/acme/shop/";
  const std::string wish = R"({")" + sum + R"(":{"name":"shop.sym","chunks":[")" + sum + R"("]}})";
  const auto state = [&] {
    return std::string(
        Json(Post(project + "files/difs/assemble/", wish)).at(sum).at("state").as_string());
  };
  EXPECT_EQ(Post(project + "files/difs/assemble/", "[]").body, R"({"error":"Invalid json body"})");
  EXPECT_EQ(Post(project + "files/difs/assemble/", R"({"x":{}})").status, 400);
  EXPECT_EQ(state(), "not_found");
  UploadChunk(symbols);
  EXPECT_EQ(state(), "created");
  Do(events().services().artifacts.AssembleWaiting());
  EXPECT_EQ(state(), "ok");
  const json::Value list = Json(Get(ci_, project + "files/dsyms/"));
  ASSERT_EQ(list.as_array().size(), 1u);
  EXPECT_EQ(list.at(0).at("cpuName").as_string(), "x86_64");
  const std::string id(list.at(0).at("id").as_string());
  EXPECT_EQ(Get(ci_, project + "files/dsyms/?id=" + id).body, symbols);
  EXPECT_EQ(Get(ci_, "/api/0/projects/acme/blog/files/dsyms/?id=" + id).status, 404);
  EXPECT_EQ(Json(Post(project + "files/difs/unknown/?checksums=" + sum + "&checksums=x", "{}"))
                .at("missing")
                .as_array()
                .size(),
            1u);
  EXPECT_EQ(Send(ci_, Method::kDelete, project + "files/dsyms/?id=" + id, "").status, 204);
  EXPECT_EQ(Json(Get(ci_, project + "files/dsyms/")).as_array().size(), 0u);
  EXPECT_EQ(Upload(ci_, project + "files/dsyms/", {{"file", "shop.sym", symbols}}).status, 201);
  EXPECT_EQ(Upload(ci_, project + "files/dsyms/", {{"file", "x", "just text"}}).status, 400);
  EXPECT_EQ(Json(Get(ci_, project + "files/artifact-bundles/")).as_array().size(), 0u);
  EXPECT_EQ(Send(ci_, Method::kDelete, project + "files/artifact-bundles/7/", "").status, 404);
}

}  // namespace
}  // namespace gatehouse::app
