// Recorded traffic of real clients and published vectors, where the folder is at hand. The folder
// is named by GATEHOUSE_TEST_SHARED; without it these tests are skipped, visibly.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "base/bytes.h"
#include "base/text.h"
#include "platform/compress/decode.h"
#include "region/ingest/protocol/auth.h"
#include "region/ingest/protocol/check_in.h"
#include "region/ingest/protocol/client_report.h"
#include "region/ingest/protocol/envelope.h"
#include "region/ingest/protocol/envelope_rules.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/replay.h"
#include "region/ingest/protocol/security_report.h"
#include "region/ingest/protocol/session.h"
#include "region/ingest/protocol/store.h"
#include "region/ingest/protocol/time_text.h"
#include "region/ingest/protocol/trace_item.h"
#include "region/ingest/protocol/user_report.h"

namespace gatehouse::ingest {
namespace {

namespace fs = std::filesystem;

class SharedData : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("GATEHOUSE_TEST_SHARED");
    if (folder == nullptr || !fs::is_directory(folder)) {
      GTEST_SKIP() << "GATEHOUSE_TEST_SHARED names no folder";
    }
    root_ = folder;
  }
  static std::string Read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  static json::Value ReadJson(const fs::path& path) {
    auto value = json::Parse(Read(path), {.max_bytes = 64u << 20, .max_depth = 100});
    EXPECT_TRUE(value) << path;
    return value ? std::move(*value) : json::Value();
  }
  fs::path root_;
};

std::string_view View(const json::Value& value) {
  return {value.as_string().data(), value.as_string().size()};
}

TEST_F(SharedData, EnvelopeVectors) {
  json::Value vectors = ReadJson(root_ / "fixtures/envelope_vectors.json");
  for (const json::Value& vector : vectors.as_array()) {
    std::string body = *Base64Decode(View(vector.at("body_b64")));
    auto envelope = ParseEnvelope(body);
    ASSERT_EQ(envelope.has_value(), vector.at("valid").as_bool()) << vector.at("name");
    if (!envelope) continue;
    const json::Array& items = vector.at("items").as_array();
    ASSERT_EQ(envelope->items.size(), items.size()) << vector.at("name");
    for (std::size_t i = 0; i < items.size(); ++i) {
      EXPECT_EQ(envelope->items[i].type_name(), View(items[i].at("type")));
      EXPECT_EQ(envelope->items[i].payload, *Base64Decode(View(items[i].at("payload_b64"))));
    }
  }
}

TEST_F(SharedData, SecurityReportVectors) {
  int seen = 0;
  for (const auto& entry : fs::directory_iterator(root_ / "fixtures/relay_security")) {
    std::string name = entry.path().filename().string();
    std::size_t at = name.find(".input.json");
    if (at == std::string::npos) continue;
    json::Value expected =
        ReadJson(entry.path().parent_path() / (name.substr(0, at) + ".no_processing.output.json"));
    auto events = ParseSecurityReports(
        Read(entry.path()), {"", "", "01d5c3165d9fbc5c8bdcf9550a1d6793a80fc02b", "production"});
    ASSERT_TRUE(events) << name;
    ASSERT_EQ(events->size(), 1u);
    json::Object event = events->at(0);
    // What the vectors leave to later steps.
    event.erase("logger");
    event.erase("level");
    event.erase("platform");
    EXPECT_EQ(json::Value(event), expected) << name << "\n" << json::Serialize(event);
    ++seen;
  }
  EXPECT_GE(seen, 5);
}

// What a captured item becomes; false if it is not what its type promises.
bool ItemHolds(const EnvelopeItem& item, const EnvelopeHeader& header, Timestamp received) {
  SeededRng rng(1);
  ItemContext context{received, header.sent_at, "127.0.0.1", "agent"};
  switch (item.type) {
    case ItemType::kSession:
      return ParseSession(item.payload, context, rng).has_value();
    case ItemType::kSessions:
      return ParseSessions(item.payload, context).has_value();
    case ItemType::kClientReport:
      return ParseClientReport(item.payload, received).has_value();
    case ItemType::kCheckIn:
      return ParseCheckIn(item.payload).has_value();
    case ItemType::kUserReport:
      return ParseUserReport(item.payload).has_value();
    case ItemType::kLog: {
      auto logs = ParseLogs(item.payload, item.item_count());
      return logs && logs->invalid == 0;
    }
    case ItemType::kTraceMetric: {
      auto metrics = ParseMetrics(item.payload, item.item_count());
      return metrics && metrics->invalid == 0;
    }
    case ItemType::kSpan: {
      if (!item.is_container()) return ParseSingleSpan(item.payload).has_value();
      auto spans = ParseSpans(item.payload, item.item_count());
      return spans && spans->invalid == 0;
    }
    case ItemType::kReplayRecording:
      return ParseReplayRecording(item.payload).has_value();
    case ItemType::kFeedback: {
      auto event = ParsePayloadObject(item.payload);
      return event && CompleteFeedback(*event);
    }
    case ItemType::kAttachment:
      return true;
    case ItemType::kUnknown:
      return false;
    default:
      return ParsePayloadObject(item.payload).has_value();
  }
}

TEST_F(SharedData, EveryCapturedIntakeRequestIsUnderstood) {
  json::Value manifest = ReadJson(root_ / "captures/manifest.json");
  std::map<std::string, int> items;
  int requests = 0;
  compress::Decoder decoder;
  SeededRng rng(1);
  for (const json::Value& entry : manifest.as_array()) {
    std::string url(View(entry.at("url")));
    auto [path, query] = SplitOnce(url, '?');
    bool tunnel = path.starts_with("/tunnel");
    bool intake = path.starts_with("/api/") && !path.starts_with("/api/0/") &&
                  !path.starts_with("/api/embed/");
    if (!tunnel && !intake) continue;
    std::string file(View(entry.at("file")));
    fs::path base = root_ / "captures/requests" / file;
    json::Value head = ReadJson(base.string() + ".headers.json");
    const json::Object& headers = head.at("headers").as_object();
    auto header = [&](std::string_view name) {
      return json::GetString(headers, name).value_or(std::string_view());
    };
    Timestamp received = *ParseRfc3339(View(head.at("time")));

    auto auth = FindAuth({.x_sentry_auth = header("x-sentry-auth"),
                          .authorization = header("authorization"),
                          .query = query});
    ASSERT_TRUE(auth) << file << auth.error().reason;
    EXPECT_EQ(auth->has_value(), !tunnel) << file;

    auto encoding = compress::ParseEncoding(header("content-encoding"));
    ASSERT_TRUE(encoding) << file;
    auto body = decoder.Decode(*encoding, Read(base.string() + ".body"),
                               {.max_out = 200u << 20, .max_ratio = 500});
    ASSERT_TRUE(body) << file;
    if (fs::exists(base.string() + ".dec")) {
      EXPECT_EQ(*body, Read(base.string() + ".dec")) << file;
    }
    ++requests;

    if (path.find("/security/") != std::string_view::npos) {
      EXPECT_TRUE(IsSecurityContentType(header("content-type"))) << file;
      auto events = ParseSecurityReports(*body, {});
      EXPECT_TRUE(events && !events->empty()) << file;
      continue;
    }
    if (path.find("/store/") != std::string_view::npos) {
      auto store = ParseStore(*body, "", 1 << 20, rng);
      ASSERT_TRUE(store) << file;
      EXPECT_TRUE(ParsePayloadObject(store->payload)) << file;
      continue;
    }
    auto envelope = ParseEnvelope(*body);
    ASSERT_TRUE(envelope) << file << envelope.error().reason;
    EXPECT_TRUE(!tunnel || envelope->header.dsn) << file;
    auto admission = Admit(*envelope);
    ASSERT_TRUE(admission) << file << admission.error().reason;
    EXPECT_EQ(admission->unknown_items, 0u) << file;
    const json::Array& recorded = entry.at("items").as_array();
    EXPECT_EQ(envelope->items.size(), recorded.size()) << file;
    for (const EnvelopeItem& item : envelope->items) {
      ++items[std::string(item.type_name())];
      EXPECT_TRUE(ItemHolds(item, envelope->header, received)) << file << " " << item.type_name();
    }
  }
  EXPECT_EQ(requests, 502);
  EXPECT_EQ(items.size(), 16u);
}

}  // namespace
}  // namespace gatehouse::ingest
