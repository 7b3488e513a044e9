#include "region/ingest/protocol/envelope_watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

// What the watch says of a text that comes in pieces of this size; "" for nothing.
std::string_view Watched(std::string_view text, std::size_t piece,
                         const EnvelopeLimits& limits = {}) {
  EnvelopeWatch watch(limits);
  while (!text.empty()) {
    if (auto taken = watch.Take(text.substr(0, piece)); !taken) return taken.error().reason;
    text.remove_prefix(std::min(piece, text.size()));
  }
  return "";
}

TEST(EnvelopeWatch, LetsPassWhatTheParserTakesInPiecesOfAnySize) {
  for (const std::string_view text :
       {"{}", "{}\n", "{}\n\n", "{}\n{\"type\":\"event\"}\n{}\r\n", "{}\n{\"type\":\"event\"}",
        "{}\n{\"type\":\"attachment\",\"length\":0}\n\n{\"type\":\"attachment\",\"length\":0}\n",
        "{}\n{\"type\":\"attachment\",\"length\":8}\na\r\nb\r\nc\n\n{\"type\":\"new\"}\n{}",
        "{}\n{\"type\":\"event\"}\n\n{\"type\":\"session\"}\nx"}) {
    ASSERT_TRUE(ParseEnvelope(text)) << text;
    for (const std::size_t piece : {1u, 2u, 3u, 1000u}) EXPECT_EQ(Watched(text, piece), "") << text;
  }
}

TEST(EnvelopeWatch, RefusesWhatIsDamagedWithTheParsersReason) {
  for (const std::string_view text :
       {"x\n", "{\"event_id\":\"nonsense\"}\n", "{}\nx\n", "{}\n{}\n", "{}\n\n\n",
        "{}\n{\"type\":\"event\",\"length\":-1}\n", "{}\n{\"type\":\"event\",\"length\":1}\nxy",
        "{}\n{\"type\":\"event\",\"length\":1e3}\n"}) {
    const auto parsed = ParseEnvelope(text);
    ASSERT_FALSE(parsed) << text;
    for (const std::size_t piece : {1u, 1000u}) {
      EXPECT_EQ(Watched(text, piece), parsed.error().reason) << text;
    }
  }
  EXPECT_EQ(Watched(std::string(70'000, ' '), 1000), kBodyTooLarge) << "a line without an end";
  EXPECT_EQ(Watched("{}\n" + std::string(70'000, ' '), 1000), kBodyTooLarge);
}

TEST(EnvelopeWatch, AnItemThatIsTooLargeIsRefusedByItsHeaderAlone) {
  const EnvelopeLimits limits{.event = 100, .attachment = 1000, .attachments_together = 1500};
  const auto slug = [](ItemType type) { return InfoOf(type).too_large.slug; };
  EXPECT_EQ(Watched("{}\n{\"type\":\"event\",\"length\":101}\n", 7, limits),
            slug(ItemType::kEvent));
  EXPECT_EQ(Watched("{}\n{\"type\":\"event\",\"length\":100}\n", 7, limits), "");
  const std::string two = "{\"type\":\"attachment\",\"length\":800}\n";
  EXPECT_EQ(Watched("{}\n" + two + std::string(800, 'x') + "\n" + two, 7, limits),
            slug(ItemType::kAttachment));
  // Of a payload that ends with its line nobody knows before.
  EXPECT_EQ(Watched("{}\n{\"type\":\"event\"}\n" + std::string(101, 'x'), 7, limits),
            slug(ItemType::kEvent));
  // Nobody keeps what nobody knows.
  EXPECT_EQ(Watched("{}\n{\"type\":\"new\",\"length\":100000}\n", 7, limits), "");
  std::string many = "{}\n";
  for (std::size_t i = 0; i <= kMaxEnvelopeItems; ++i) many += "{\"type\":\"session\"}\n{}\n";
  EXPECT_EQ(Watched(many, 1000), kEnvelopeTooManyItems);
}

}  // namespace
}  // namespace gatehouse::ingest
