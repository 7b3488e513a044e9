// Recorded traffic of real clients, sent to the routes as it came: each request answered as the
// protocol says, and everything of it stored and readable, per type. The folder is named by
// GATEHOUSE_TEST_SHARED; without it these tests are skipped, visibly.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "base/text.h"
#include "edge/intake/routes.h"
#include "platform/compress/decode.h"
#include "platform/http/router.h"
#include "region/ingest/intake/pipeline_fixture.h"
#include "region/ingest/protocol/time_text.h"

namespace gatehouse::edge_intake {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

json::Value ReadJson(const fs::path& path) {
  auto value = json::Parse(ReadFile(path), {.max_bytes = 64u << 20, .max_depth = 100});
  EXPECT_TRUE(value) << path;
  return value ? std::move(*value) : json::Value();
}

// The keys of the recordings name several projects each; here a key is of one project alone: its
// last digit is the project's.
constexpr std::string_view kKeys[] = {
    "a1b2c3d4e5f60718293a4b5c6d7e8f90", "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0",
    "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0", "c5bc5bc5bc5bc5bc5bc5bc5bc5bc5bc5"};

std::string OwnKey(std::string_view key, char project) {
  std::string own(key);
  own.back() = project;
  return own;
}

void ReplaceKeys(std::string& text, char project) {
  for (const std::string_view key : kKeys) {
    const std::string own = OwnKey(key, project);
    for (std::size_t at = 0; (at = text.find(key, at)) != std::string::npos; at += own.size()) {
      text.replace(at, key.size(), own);
    }
  }
}

class CapturesTest : public ingest::PipelineFixture {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("GATEHOUSE_TEST_SHARED");
    if (folder == nullptr || !fs::is_directory(folder)) {
      GTEST_SKIP() << "GATEHOUSE_TEST_SHARED names no folder";
    }
    root_ = folder;
    PipelineFixture::SetUp();
    if (IsSkipped()) return;
    AddRoutes(router_, *intake_);
    for (char project = '1'; project <= '5'; ++project) {
      const std::string id(1, project);
      const std::string organization = acme_.ToString();
      Execute(
          "INSERT INTO projects (id, organization_id, slug, name, platform, status, flags, "
          "options, last_short_id, version, created_at) VALUES (" +
          id + ", " + organization + ", 'p" + id + "', 'P" + id +
          "', '', 'active', 0, '{}', 0, 1, 0)");
      for (std::size_t k = 0; k < std::size(kKeys); ++k) {
        Execute(
            "INSERT INTO project_keys (id, organization_id, project_id, public_key, label, "
            "is_active, rate_count, rate_seconds, created_at) VALUES (" +
            std::to_string(1000 + (project - '0') * 10 + static_cast<int>(k)) + ", " +
            organization + ", " + id + ", '" + OwnKey(kKeys[k], project) + "', 'k', 1, 0, 0, 0)");
      }
    }
  }

  http::Response Ask(http::Request& request) {
    std::vector<http::Method> allowed;
    const http::Route* route = router_.Match(request, &allowed);
    EXPECT_NE(route, nullptr) << request.path;
    if (route == nullptr) return {};
    auto response = Run(route->handler(request));
    EXPECT_OK(response);
    return response ? std::move(*response) : http::Response{};
  }

  // Records of a container, else 1.
  static std::int64_t RecordsOf(const ingest::EnvelopeItem& item) {
    return item.is_container() ? item.item_count().value_or(0) : 1;
  }

  // What has to be stored of an envelope: numbers of things, and ids of those that replace.
  void Expect(std::string_view body, std::int64_t project) {
    auto envelope = ingest::ParseEnvelope(body);
    ASSERT_TRUE(envelope);
    const std::string event =
        envelope->header.event_id ? envelope->header.event_id->ToString() : std::string();
    for (const ingest::EnvelopeItem& item : envelope->items) {
      const std::string type(item.type_name());
      auto payload = json::ParseObject(item.payload, {.max_bytes = 64 << 20, .max_depth = 128});
      if (type == "event" || type == "transaction") {
        std::string id = event;
        if (id.empty() && payload) id = json::GetString(*payload, "event_id").value_or("");
        events_.insert({project, id});
      } else if (type == "session") {
        std::string sid(json::GetString(*payload, "sid").value_or(""));
        std::erase(sid, '-');
        ids_[type].insert({project, sid});
      } else if (type == "feedback" || type == "user_report") {
        ids_[type].insert({project, event});
      } else if (type == "sessions") {
        counts_[type] += static_cast<std::int64_t>(json::GetArray(*payload, "aggregates")->size());
      } else if (type == "check_in") {
        std::string id(json::GetString(*payload, "check_in_id").value_or(""));
        std::erase(id, '-');
        ids_[type].insert({project, id});
      } else if (type != "client_report") {
        counts_[type] += RecordsOf(item);
      }
    }
  }

  fs::path root_;
  http::Router router_;
  std::map<std::string, std::int64_t> counts_;
  std::map<std::string, std::set<std::pair<std::int64_t, std::string>>> ids_;
  std::set<std::pair<std::int64_t, std::string>> events_;
};
GATEHOUSE_ON_ALL_ENGINES(CapturesTest);

TEST_P(CapturesTest, EveryRequestIsAnsweredAndStoredPerType) {
  const json::Value manifest = ReadJson(root_ / "captures/manifest.json");
  int requests = 0;
  int security = 0;
  compress::Decoder decoder;
  for (const json::Value& entry : manifest.as_array()) {
    const std::string url(entry.at("url").as_string());
    if (url.starts_with("/api/0/") || url.starts_with("/api/embed/")) continue;
    const std::string file(entry.at("file").as_string());
    const fs::path base = root_ / "captures/requests" / file;
    const json::Value head = ReadJson(base.string() + ".headers.json");
    http::Request request;
    for (const auto& [name, value] : head.at("headers").as_object()) {
      request.headers.Add(std::string(name), std::string(value.as_string()));
    }
    request.method = http::Method::kPost;
    request.body = ReadFile(base.string() + ".body");
    const auto encoding = compress::ParseEncoding(request.headers.Get("content-encoding"));
    ASSERT_TRUE(encoding) << file;
    auto plain = decoder.Decode(*encoding, request.body, {.max_out = 200u << 20});
    ASSERT_TRUE(plain) << file;
    const bool tunnel = url.starts_with("/tunnel");
    // "…@127.0.0.1:9100/2"
    const std::size_t dsn = plain->find("@127.0.0.1:9100/");
    const char project = tunnel ? (*plain)[dsn + 16] : url[5];
    std::string replaced = *plain;
    ReplaceKeys(replaced, project);
    if (replaced != *plain) {
      // A body that names the key goes on as plain text; all others as they were sent.
      request.body = replaced;
      request.headers.Set("content-encoding", "");
    }
    std::string target = url;
    ReplaceKeys(target, project);
    std::string auth(request.headers.Get("x-sentry-auth"));
    ReplaceKeys(auth, project);
    if (!auth.empty()) request.headers.Set("x-sentry-auth", auth);
    const auto [path, query] = SplitOnce(target, '?');
    request.target = target;
    request.path = path;
    request.query = query;
    request.remote_ip = "203.0.113.9";
    const auto at = ingest::ParseRfc3339(head.at("time").as_string());
    ASSERT_TRUE(at) << file;
    clock().SetWall(*at);
    request.received = *at;

    const http::Response response = Ask(request);
    ++requests;
    EXPECT_EQ(response.status, 200) << file << " " << response.body;
    EXPECT_EQ(response.headers.Get("Access-Control-Allow-Origin"), "*") << file;
    if (path.find("/security/") != std::string_view::npos) {
      ++security;
      EXPECT_EQ(response.body, "") << file;
      continue;
    }
    if (path.find("/store/") != std::string_view::npos) {
      auto event = json::ParseObject(replaced, {.max_bytes = 4 << 20, .max_depth = 128});
      ASSERT_TRUE(event) << file;
      std::string id(json::GetString(*event, "event_id").value_or(""));
      std::erase(id, '-');
      events_.insert({project - '0', id});
      EXPECT_EQ(response.body, "{\"id\":\"" + id + "\"}") << file;
      continue;
    }
    auto answer = json::ParseObject(response.body);
    ASSERT_TRUE(answer) << file << response.body;
    if (auto header = ingest::ParseEnvelopeHeader(replaced); header && header->event_id) {
      const auto id = json::GetString(*answer, "id");
      EXPECT_TRUE(!id || *id == header->event_id->ToString()) << file;
    }
    Expect(replaced, project - '0');
  }
  EXPECT_EQ(requests, 502);
  EXPECT_EQ(security, 16);
  Process();

  // Everything is there, per type, and can be read back.
  for (const auto& [project, id] : events_) {
    auto stored = Run(store_->Get(project, id));
    ASSERT_OK(stored);
    EXPECT_TRUE(stored->has_value()) << project << " " << id;
  }
  std::map<std::string, std::int64_t> found;
  for (std::int64_t project = 1; project <= 5; ++project) {
    for (const char* type :
         {"session", "sessions", "check_in", "feedback", "user_report", "attachment", "span", "log",
          "trace_metric", "profile", "profile_chunk", "replay_event", "replay_recording"}) {
      for (const eventstore::StoredItem& item : Items(type, project)) {
        ++found[type];
        const bool may_be_empty = item.type == "sessions" || item.type == "attachment";
        EXPECT_TRUE(may_be_empty || !item.payload.empty()) << type;
      }
    }
  }
  for (const auto& [type, ids] : ids_) counts_[type] = static_cast<std::int64_t>(ids.size());
  EXPECT_EQ(counts_.size(), 13u);
  for (const auto& [type, count] : counts_) EXPECT_EQ(found[type], count) << type;
  EXPECT_GT(Number("SELECT COUNT(*) FROM monitors"), 0);
  EXPECT_OK(Run(outcomes_->Flush()));
  // Beginning and end of one run name a monitor that nobody has configured.
  const std::int64_t unknown =
      Number("SELECT COALESCE(SUM(quantity), 0) FROM outcomes WHERE reason = 'monitor_not_found'");
  EXPECT_EQ(unknown, 2);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM monitor_check_ins"), counts_["check_in"] - 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM user_reports"), counts_["user_report"]);
  EXPECT_GT(Number("SELECT COALESCE(SUM(sessions), 0) FROM session_counts"), 0);
  EXPECT_OK(Run(outcomes_->Flush()));
  EXPECT_GT(Number("SELECT SUM(quantity) FROM outcomes WHERE outcome = 'client_discard'"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM outcomes WHERE outcome = 'invalid' AND reason NOT IN ("
                   "'duplicate', 'monitor_not_found')"),
            0);
}

}  // namespace
}  // namespace gatehouse::edge_intake
