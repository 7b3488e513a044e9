#include "platform/mail/compose.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "platform/mail/mail.h"

namespace gatehouse::mail {
namespace {

Draft Sample() {
  return {.subject = "Your parcel",
          .before = {"A parcel for you has arrived at the post office around the corner, where it "
                     "waits for you until Friday."},
          .action = Action{.label = "Show it", .url = "https://post.example/p/17/?a=1&b=2"},
          .after = {"Bring a bag."},
          .small_print = "You get this because you ordered something."};
}

TEST(Compose, TextIsWrappedAndTheLinkStandsAlone) {
  const Composed mail = Compose(Sample());
  EXPECT_EQ(mail.subject, "Your parcel");
  EXPECT_EQ(mail.text,
            "Hello,\n\n"
            "A parcel for you has arrived at the post office around the corner, where\n"
            "it waits for you until Friday.\n\n"
            "https://post.example/p/17/?a=1&b=2\n\n"
            "Bring a bag.\n\n"
            "-- \nYou get this because you ordered something.\n");
}

TEST(Compose, HtmlSaysTheSameAndFollowsTheTheme) {
  const std::string html = Compose(Sample()).html;
  for (const char* words :
       {"Hello,", "until Friday.", "Show it", "Bring a bag.", "You get this because",
        "href=\"https://post.example/p/17/?a=1&amp;b=2\"", "<title>Your parcel</title>",
        "name=\"color-scheme\" content=\"light dark\""}) {
    EXPECT_TRUE(html.contains(words)) << words << "\n" << html;
  }
  for (const char* remote : {"<img", "<link", "url(", "<script", "@import"}) {
    EXPECT_FALSE(html.contains(remote)) << remote;
  }
  // Text without a colour of its own, so that a dark theme may choose it.
  EXPECT_FALSE(html.contains("<p style=\"color"));
  EXPECT_FALSE(html.contains("background:#fff"));
}

TEST(Compose, MarkupStaysText) {
  Draft draft = Sample();
  draft.greeting = "<b>\"Ann\"</b>";
  draft.before = {"</p><script>alert(1)</script>"};
  draft.action->label = "<img src=x onerror=alert(1)>";
  draft.small_print = "</div><style>*{display:none}</style>";
  const Composed mail = Compose(draft);
  for (const char* tag : {"<script", "<img", "<style", "<b>"}) {
    EXPECT_FALSE(mail.html.contains(tag)) << mail.html;
  }
  EXPECT_TRUE(mail.text.contains("</p><script>alert(1)</script>"));
}

TEST(Compose, ASubjectInjectsNoHeader) {
  Draft draft = Sample();
  draft.subject = "Join Acme\r\nBcc: everybody@example.com\x01\xC2\x85";
  const Composed mail = Compose(draft);
  EXPECT_EQ(mail.subject, "Join Acme  Bcc: everybody@example.com");
  Message message{.id = "1",
                  .to = "a@example.com",
                  .subject = mail.subject,
                  .text = mail.text,
                  .html = mail.html,
                  .date = {}};
  auto formatted = Format(message, "g@example.com");
  ASSERT_TRUE(formatted.has_value()) << formatted.error().reason;
  EXPECT_FALSE(formatted->contains("\r\nBcc:"));
}

TEST(Compose, EverySubjectIsFitForAMessage) {
  Draft draft = Sample();
  for (const std::string& subject :
       {std::string(5000, 'x'), std::string("\xFF\xFE broken"), "ö" + std::string(400, 'y'),
        std::string("\xE2\x80\xAEgnp.exe")}) {
    draft.subject = subject;
    const Composed mail = Compose(draft);
    EXPECT_LE(mail.subject.size(), 203u);
    EXPECT_TRUE(IsValidUtf8(mail.subject));
    EXPECT_FALSE(mail.subject.contains("\xE2\x80\xAE"));
    Message message{.id = "1",
                    .to = "a@example.com",
                    .subject = mail.subject,
                    .text = mail.text,
                    .html = mail.html,
                    .date = {}};
    EXPECT_TRUE(Format(message, "g@example.com").has_value());
  }
}

TEST(Compose, WordsThatTurnTextAreTamed) {
  EXPECT_EQ(Plain("a\xE2\x80\xAE"
                  "b\xE2\x81\xA6"
                  "c"),
            "a b c");
  EXPECT_EQ(Plain("  \t\r\n ", "nobody"), "nobody");
  EXPECT_EQ(Plain("Zoë – \xE2\x82\xAC"), "Zoë – €");
  EXPECT_EQ(Plain("caf\xE9"), "caf?");
  EXPECT_EQ(Plain("\xE2\x80"), "??");
}

TEST(Compose, ALongWordAndALongLinkAreNotBroken) {
  Draft draft = Sample();
  draft.action->url = "https://post.example/" + std::string(300, 'a');
  draft.before = {std::string(100, 'b') + " end"};
  const std::string text = Compose(draft).text;
  EXPECT_TRUE(text.contains("\n" + draft.action->url + "\n"));
  EXPECT_TRUE(text.contains(std::string(100, 'b') + "\nend\n"));
}

TEST(Compose, EmptyPartsLeaveNothingBehind) {
  const Composed mail = Compose({.subject = "Hi", .greeting = "", .before = {"One.", ""}});
  EXPECT_EQ(mail.text, "One.\n");
  EXPECT_FALSE(mail.html.contains("<a "));
}

TEST(Compose, PayloadCarriesAllParts) {
  const json::Object payload = Payload("m-1", "a@example.com", Compose(Sample()));
  for (const char* key : {"id", "to", "subject", "text", "html"}) {
    ASSERT_TRUE(payload.contains(key));
    EXPECT_FALSE(payload.at(key).as_string().empty()) << key;
  }
}

TEST(Compose, LinksAreJoinedAndEncoded) {
  EXPECT_EQ(Url("https://a.example//", "/b/"), "https://a.example/b/");
  EXPECT_EQ(PercentEncode("bob+x&y@example.com"), "bob%2Bx%26y%40example.com");
}

}  // namespace
}  // namespace gatehouse::mail
