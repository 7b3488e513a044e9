#include "region/events/save/prepare.h"

#include <gtest/gtest.h>

namespace gatehouse::events {
namespace {

json::Object Object(std::string_view text) {
  auto parsed = json::ParseObject(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? std::move(*parsed) : json::Object();
}

TEST(SearchMessage, IsTheMessageAndWhatMetadataAndCulpritAdd) {
  struct Case {
    const char* event;
    const char* metadata;
    const char* culprit;
    const char* text;
  };
  const Case cases[] = {
      {"{}", "{}", "", ""},
      {R"({"logentry":{"formatted":"order 7 paid","message":"order %s paid"}})", "{}", "",
       "order 7 paid"},
      {R"({"logentry":{"message":"order %s paid"}})", "{}", "", "order %s paid"},
      {"{}", R"({"type":"TypeError","value":"x is undefined"})", "pay(app)",
       "TypeError x is undefined pay(app)"},
      // What is in it already is not said again.
      {R"({"logentry":{"formatted":"TypeError: x is undefined in pay"}})",
       R"({"type":"TypeError","value":"x is undefined"})", "pay",
       "TypeError: x is undefined in pay"},
      // Keys that say nothing, and values that are no texts.
      {"{}", R"({"in_app_frame_mix":"mixed","type":"A","flag":true,"number":5,"none":null})", "",
       "A"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(SearchMessage(Object(c.event), Object(c.metadata), c.culprit), c.text) << c.event;
  }
}

TEST(SearchMessage, IsBoundedAndNeverCutsACharacter) {
  std::string text(8190, 'a');
  for (int i = 0; i < 4; ++i) text += "\xE2\x82\xAC";
  const json::Object event{{"logentry", json::Object{{"formatted", text}}}};
  const std::string cut = SearchMessage(event, {}, "");
  EXPECT_LE(cut.size(), 8192u);
  EXPECT_EQ(cut, std::string(8190, 'a'));
}

TEST(PlaceholderTitle, SaysNothing) {
  for (const char* title : {"", "<unlabeled event>", "<untitled>", "<unknown>", "Error"}) {
    EXPECT_TRUE(IsPlaceholderTitle(title)) << title;
  }
  EXPECT_FALSE(IsPlaceholderTitle("TypeError: boom"));
}

}  // namespace
}  // namespace gatehouse::events
