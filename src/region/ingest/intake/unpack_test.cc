// What bodies cost before it is known who sends them and what they hold: large ones, packed ones,
// many at once.

#include <gtest/gtest.h>

#include <thread>

#include "platform/compress/encode.h"
#include "region/ingest/intake/pipeline_fixture.h"

namespace gatehouse::ingest {
namespace {

TEST(UnpackBudget, GivesNoMoreThanThereIsAndTakesItBack) {
  UnpackBudget budget(100);
  {
    auto first = budget.Take(60);
    ASSERT_TRUE(first);
    EXPECT_FALSE(budget.Take(41));
    auto second = budget.Take(40);
    ASSERT_TRUE(second);
    EXPECT_EQ(budget.used(), 100u);
    EXPECT_FALSE(budget.Take(1));
    *first = std::move(*second);
    EXPECT_EQ(budget.used(), 40u);
  }
  EXPECT_EQ(budget.used(), 0u);
  EXPECT_FALSE(budget.Take(101));
  EXPECT_FALSE(budget.Take(SIZE_MAX));
  EXPECT_EQ(budget.used(), 0u);
}

class UnpackTest : public PipelineFixture {
 protected:
  // With a budget of this many bytes, and workers as the server has them.
  void Restart(std::size_t max_unpacked) {
    Intake::Parts parts = IntakeParts();
    parts.max_unpacked = max_unpacked;
    parts.workers = &unpack_;
    intake_ = std::make_unique<Intake>(parts);
  }
  // As over HTTP: the body belongs to the request and may be taken.
  IntakeAnswer Post(std::string body, std::string_view encoding, bool with_key = true) {
    IntakeRequest request = Request(body);
    request.owned_body = &body;
    request.content_encoding = encoding;
    if (!with_key) request.x_sentry_auth = {};
    auto answer = Run(intake_->Envelope(request));
    EXPECT_OK(answer);
    EXPECT_EQ(intake_->unpacked_bytes(), 0u) << "everything is given back";
    return answer.value_or(IntakeAnswer{.status = 0, .body = {}, .headers = {}});
  }
  std::string File(std::size_t size) {
    std::string file(size, 'z');
    for (std::size_t i = 0; i < size; i += 97) file[i] = static_cast<char>('a' + i % 25);
    return file;
  }
  std::string WithDsn(std::string envelope) {
    envelope.insert(
        1, "\"dsn\":\"https://" + key_.public_key + "@gate.example/" + shop_.id.ToString() + "\",");
    return envelope;
  }

  runtime::WorkerPool unpack_{"unpack", 1, 2};
};
GATEHOUSE_ON_ALL_ENGINES(UnpackTest);

// Whoever is not known is told so after the first line: what stands behind it is not even read.
TEST_P(UnpackTest, WithoutAKeyNothingButTheFirstLineIsUnpacked) {
  Restart(1000);  // no room for anything
  std::string packed =
      compress::Gzip("{}\n{\"type\":\"attachment\",\"length\":3000000}\n" + File(3'000'000));
  EXPECT_EQ(Post(packed, "gzip", false).status, 401);
  packed.resize(packed.size() - 100);
  EXPECT_EQ(Post(packed, "gzip", false).status, 401) << "damaged behind it";
  EXPECT_EQ(Post(compress::Gzip(std::string(100u << 20, '\0')), "gzip", false).status, 400);
  EXPECT_EQ(Post(File(3'000'000), "", false).status, 400) << "a line without an end";
  const std::string unknown = "{\"dsn\":\"https://" + std::string(32, 'a') + "@gate.example/" +
                              shop_.id.ToString() + "\"}\n" + Item("attachment", File(3'000'000));
  EXPECT_EQ(Post(compress::Gzip(unknown), "gzip", false).status, 403);
  EXPECT_EQ(Process(), 0u);
}

TEST_P(UnpackTest, TheEnvelopesOwnKeyLetsTheRestIn) {
  Restart(256u << 20);
  EXPECT_EQ(Post(WithDsn(Error(HexId(1))), "", false).status, 200);
  EXPECT_EQ(Post(compress::Gzip(WithDsn(Error(HexId(2)))), "gzip", false).status, 200);
  const std::string large =
      WithDsn(Error(HexId(3)) + Item("attachment", File(3'000'000), R"(,"filename":"core")"));
  EXPECT_EQ(Post(compress::Brotli(large), "br", false).status, 200);
  IntakeRequest tunnelled = Request(large);
  tunnelled.path_project = {};
  tunnelled.x_sentry_auth = {};
  EXPECT_EQ(Run(intake_->Tunnel(tunnelled))->status, 200);
  EXPECT_EQ(Process(), 4u);
  for (int i = 1; i <= 3; ++i) EXPECT_TRUE(*Run(store_->Get(shop_.id.value, HexId(i)))) << i;
}

// INTAKE-03: 100 kB that become 100 MB.
TEST_P(UnpackTest, ABombIsRefusedBeforeRoomIsTakenForIt) {
  Restart(1000);
  const std::string zeros = compress::Gzip(std::string(100u << 20, '\0'));
  EXPECT_EQ(Post(zeros, "gzip").status, 413);
  const std::string file = compress::Gzip("{}\n{\"type\":\"attachment\",\"length\":104857600}\n" +
                                          std::string(100u << 20, '\0'));
  EXPECT_EQ(Post(file, "gzip").status, 413) << "its ratio";
  const std::string event =
      compress::Gzip("{}\n{\"type\":\"event\",\"length\":20000000}\n" + File(20'000'000));
  EXPECT_EQ(Post(event, "gzip").status, 413) << "its header says it";
  EXPECT_EQ(OutcomeCount("invalid", "too_large"), 2);
  EXPECT_EQ(OutcomeCount("invalid", "too_large:event"), 1);
  EXPECT_EQ(Process(), 0u);
}

TEST_P(UnpackTest, MoreThanAllTogetherMayHoldIsToldToComeAgain) {
  Restart(2'000'000);
  const std::string large = Error(kId) + Item("attachment", File(3'000'000), R"(,"filename":"f")");
  for (const IntakeAnswer& answer : {Post(large, ""), Post(compress::Gzip(large), "gzip")}) {
    EXPECT_EQ(answer.status, 429);
    bool retry = false;
    for (const auto& [name, value] : answer.headers) retry = retry || name == "Retry-After";
    EXPECT_TRUE(retry);
  }
  EXPECT_EQ(Post(Error(kId), "").status, 200) << "there is room for a small one";
  EXPECT_EQ(Process(), 1u);
}

TEST_P(UnpackTest, ManyLargeBodiesAtOnceArriveWholeOrAreRefused) {
  Restart(20'000'000);
  const std::string auth = Auth();
  const std::string project = shop_.id.ToString();
  const std::string file = File(3'000'000);
  std::atomic<int> accepted{0}, refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&, i] {
      std::string body =
          compress::Gzip(Error(HexId(i)) + Item("attachment", file, R"(,"filename":"f")"));
      IntakeRequest request;
      request.path_project = project;
      request.x_sentry_auth = auth;
      request.content_encoding = "gzip";
      request.received = clock().Now();
      request.body = body;
      request.owned_body = &body;
      auto answer = runtime::RunSync(intake_->Envelope(request));
      if (!answer) return;
      (answer->status == 200 ? accepted : refused) += 1;
      if (answer->status != 200) EXPECT_EQ(answer->status, 429);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted + refused, 12);
  EXPECT_GE(accepted, 1);
  EXPECT_EQ(intake_->unpacked_bytes(), 0u);
  EXPECT_EQ(Process(), static_cast<std::size_t>(accepted));
  for (const auto& item : Items("attachment")) EXPECT_EQ(item.payload, file);
}

}  // namespace
}  // namespace gatehouse::ingest
