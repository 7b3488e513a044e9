#include "platform/mail/mail.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/bytes.h"
#include "base/rng.h"
#include "base/text.h"

namespace gatehouse::mail {
namespace {

constexpr const char* kFrom = "Gatehouse <sso@gate.example>";

Message Sample() {
  return {.id = "01J-invite.7",
          .to = "ada@example.com",
          .subject = "Welcome",
          .text = "Hello",
          .html = "",
          .date = Timestamp{1'795'247'640'123'456}};
}

std::string Reason(const Message& m, const std::string& from = kFrom) {
  auto r = Format(m, from);
  if (r) return "ok";
  EXPECT_EQ(r.error().code, Code::kInvalidArgument);
  return std::string(r.error().reason);
}

std::string HeaderLine(const std::string& mime, const std::string& name) {
  std::size_t at = mime.find(name + ": ");
  if (at == std::string::npos) return "";
  std::size_t end = at;
  do {
    end = mime.find("\r\n", end + 1);
  } while (end != std::string::npos && mime.compare(end + 2, 1, " ") == 0);
  return mime.substr(at + name.size() + 2, end - at - name.size() - 2);
}

std::string DecodeQuotedPrintable(std::string_view in) {
  std::string out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] != '=') {
      out += in[i];
    } else if (in.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else {
      out += *HexDecode(AsciiLower(in.substr(i + 1, 2)));
      i += 2;
    }
  }
  return out;
}

TEST(MailFormatTest, PlainMessage) {
  EXPECT_EQ(*Format(Sample(), kFrom),
            "Date: Sat, 21 Nov 2026 07:54:00 +0000\r\n"
            "From: \"Gatehouse\" <sso@gate.example>\r\n"
            "To: ada@example.com\r\n"
            "Subject: Welcome\r\n"
            "Message-ID: <01J-invite.7@gate.example>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello\r\n");
  EXPECT_EQ(HeaderLine(*Format(Sample(), "sso@gate.example"), "From"), "sso@gate.example");
}

TEST(MailFormatTest, DatesIncludingLeapDayAndEpoch) {
  Message m = Sample();
  for (const auto& [seconds, text] : std::vector<std::pair<std::int64_t, std::string>>{
           {0, "Thu, 01 Jan 1970 00:00:00 +0000"},
           {1709210096, "Thu, 29 Feb 2024 12:34:56 +0000"},
           {1767225599, "Wed, 31 Dec 2025 23:59:59 +0000"}}) {
    m.date = Timestamp::FromSeconds(seconds);
    EXPECT_EQ(HeaderLine(*Format(m, kFrom), "Date"), text);
  }
}

TEST(MailFormatTest, NonAsciiSubjectIsEncodedInShortWords) {
  Message m = Sample();
  m.subject = "Grüße";
  EXPECT_EQ(HeaderLine(*Format(m, kFrom), "Subject"), "=?UTF-8?B?R3LDvMOfZQ==?=");
  m.subject = "=?UTF-8?B?R3LDvMOfZQ==?=";
  EXPECT_NE(HeaderLine(*Format(m, kFrom), "Subject"), m.subject) << "shown as written";
  m.subject.clear();
  for (int i = 0; i < 60; ++i) m.subject += i % 2 == 0 ? "日本 " : "é😀x";
  std::string decoded;
  for (std::string_view line : Split(HeaderLine(*Format(m, kFrom), "Subject"), '\n')) {
    line = Trim(line);
    ASSERT_TRUE(line.starts_with("=?UTF-8?B?") && line.ends_with("?=")) << line;
    EXPECT_LE(line.size(), 75u);
    std::string part = *Base64Decode(line.substr(10, line.size() - 12));
    EXPECT_TRUE(IsValidUtf8(part)) << "a word never ends inside a character";
    decoded += part;
  }
  EXPECT_EQ(decoded, m.subject);
}

TEST(MailFormatTest, BodyLinesAreShortAndDecodeToTheText) {
  Message m = Sample();
  m.text = "a=b \r\nlong: " + std::string(300, 'x') + "\ntab\t\n.\n..dots\nFrom me\rémoji 😀 " +
           std::string(90, '=') + "\n\nend";
  std::string mime = *Format(m, kFrom);
  std::string body = mime.substr(mime.find("\r\n\r\n") + 4);
  for (std::string_view line : Split(body, '\n')) {
    EXPECT_LE(line.size(), 77u);
    EXPECT_TRUE(line.empty() || line.ends_with('\r'));
    for (char c : line) EXPECT_TRUE(c == '\r' || c == '\t' || (c >= ' ' && c <= '~'));
  }
  EXPECT_NE(body.find("a=3Db=20\r\n"), std::string::npos);
  EXPECT_NE(body.find("tab=09\r\n"), std::string::npos);
  EXPECT_EQ(DecodeQuotedPrintable(body), "a=b \r\nlong: " + std::string(300, 'x') +
                                             "\r\ntab\t\r\n.\r\n..dots\r\nFrom me\r\némoji 😀 " +
                                             std::string(90, '=') + "\r\n\r\nend\r\n");
}

TEST(MailFormatTest, HtmlMakesAMultipartWhoseBoundaryNoPartCanContain) {
  Message m = Sample();
  m.text = "--=_gatehouse_part--";
  m.html = "<p>--=_gatehouse_part</p>";
  std::string mime = *Format(m, kFrom);
  EXPECT_EQ(HeaderLine(mime, "Content-Type"),
            "multipart/alternative; boundary=\"=_gatehouse_part\"");
  std::size_t count = 0;
  for (std::size_t at = 0; (at = mime.find("--=_gatehouse_part", at)) != std::string::npos; ++at) {
    ++count;
  }
  EXPECT_EQ(count, 3u);
  EXPECT_LT(mime.find("text/plain"), mime.find("text/html"));
  EXPECT_NE(mime.find("<p>--=3D_gatehouse_part</p>\r\n"), std::string::npos);
  EXPECT_TRUE(mime.ends_with("\r\n--=_gatehouse_part--\r\n"));
}

TEST(MailAttack, HeaderInjectionThroughTheRecipientIsRefused) {
  Message m = Sample();
  for (const char* to : {"a@b.example\r\nBcc: x@evil.example",
                         "a@b.example\nBcc: x@evil.example",
                         "a@b.example\r",
                         "a@b.example>\r\nRCPT TO:<x@evil.example",
                         "a@b.example,x@evil.example",
                         "a@b.example x@evil.example",
                         "a@b.example;x@evil.example",
                         "A <a@b.example>",
                         "<a@b.example>",
                         "a@b@c.example",
                         "a@",
                         "@b.example",
                         "a",
                         "",
                         " a@b.example",
                         "a@b.example ",
                         "a..b@c.example",
                         ".a@c.example",
                         "a.@c.example",
                         "\"a b\"@c.example",
                         "a@[127.0.0.1]",
                         "a@-b.example",
                         "a@b..example",
                         "a@b.example.",
                         "a@b_c.example",
                         "é@b.example",
                         "a@é.example",
                         "a\t@b.example",
                         "a(x)@b.example"}) {
    m.to = to;
    EXPECT_EQ(Reason(m), "mail_address_invalid") << to;
    EXPECT_FALSE(IsAddress(to)) << to;
  }
  EXPECT_FALSE(IsAddress(std::string_view("a@b.example\0", 12)));
  EXPECT_FALSE(IsAddress(std::string(65, 'a') + "@b.example"));
  EXPECT_FALSE(IsAddress("a@" + std::string(64, 'b') + ".example"));
  std::string long_host;
  for (int i = 0; i < 5; ++i) long_host += std::string(50, 'b') + ".";
  EXPECT_FALSE(IsAddress("a@" + long_host + "example"));
  for (const char* good : {"a@b.example", "first.last+tag@sub.example.co", "o'neil@x-y.example",
                           "root@localhost", "a@xn--bcher-kva.example"}) {
    EXPECT_TRUE(IsAddress(good)) << good;
  }
}

TEST(MailAttack, HeaderInjectionThroughSubjectIdOrSenderIsRefused) {
  for (const char* bad : {"x\r\nBcc: evil@example.com", "x\ny", "x\ry", "x\ty", "\x7f", "\xff"}) {
    Message m = Sample();
    m.subject = bad;
    EXPECT_EQ(Reason(m), "mail_header_invalid") << bad;
    m = Sample();
    m.id = bad;
    EXPECT_EQ(Reason(m), "mail_header_invalid") << bad;
    EXPECT_EQ(Reason(Sample(), std::string("N") + bad + " <a@b.example>"), "mail_address_invalid");
  }
  Message m = Sample();
  m.subject = std::string("a\0b", 3);
  EXPECT_EQ(Reason(m), "mail_header_invalid");
  m.subject = std::string(901, 'x');
  EXPECT_EQ(Reason(m), "mail_header_invalid");
  for (const char* id : {"", "../../etc/x", "a/b", ".hidden", "a>b", "a@b", "a b"}) {
    m = Sample();
    m.id = id;
    EXPECT_EQ(Reason(m), "mail_header_invalid") << id;
  }
}

TEST(MailFormatTest, Senders) {
  auto from = [](const char* sender) { return HeaderLine(*Format(Sample(), sender), "From"); };
  EXPECT_EQ(from("\"A, B\" <a@b.example>"), "\"A, B\" <a@b.example>");
  EXPECT_EQ(from("A, B <a@b.example>"), "\"A, B\" <a@b.example>");
  EXPECT_EQ(from("Tür <a@b.example>"), "=?UTF-8?B?VMO8cg==?= <a@b.example>");
  for (const char* bad : {"", "A", "A <a@b.example", "<>", "A <a>", "a@b.example, c@d.example",
                          "A \"B\" <a@b.example>", "A <x> <a@b.example>"}) {
    EXPECT_FALSE(IsSender(bad)) << bad;
    EXPECT_EQ(Reason(Sample(), bad), "mail_address_invalid") << bad;
  }
}

class FileMailerTest : public testing::Test {
 protected:
  void SetUp() override {
    SystemRng rng;
    folder_ = std::filesystem::temp_directory_path() / ("mail-" + rng.Token(9));
    mailer_ = NewFileMailer(folder_ / "outbox", kFrom);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  std::unique_ptr<Mailer> mailer_;
};

TEST_F(FileMailerTest, StoresPrivatelyAndReadsBackNewestFirst) {
  EXPECT_EQ(ReadMailFolder(folder_ / "outbox", 10)->size(), 0u);
  for (int i = 0; i < 5; ++i) {
    Message m = Sample();
    m.id = "m" + std::to_string(i);
    m.subject = "Größe \"" + std::to_string(i) + "\"";
    m.html = "<p>1 < 2</p>\n";
    m.date = Timestamp::FromSeconds(1000 + (i * 7) % 5);
    ASSERT_TRUE(runtime::RunSync(mailer_->Send(m)).has_value());
  }
  auto mails = ReadMailFolder(folder_ / "outbox", 3);
  ASSERT_TRUE(mails.has_value());
  ASSERT_EQ(mails->size(), 3u);
  EXPECT_EQ((*mails)[0].date, Timestamp::FromSeconds(1004));
  EXPECT_EQ((*mails)[1].date, Timestamp::FromSeconds(1003));
  EXPECT_EQ((*mails)[0].subject, "Größe \"2\"");
  EXPECT_EQ((*mails)[0].to, "ada@example.com");
  EXPECT_EQ((*mails)[0].html, "<p>1 < 2</p>\n");
  struct stat info{};
  ASSERT_EQ(stat((folder_ / "outbox" / "m2.json").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat((folder_ / "outbox").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(FileMailerTest, RepeatReplacesTheEarlierCopyAndLeavesNothingElse) {
  Message m = Sample();
  ASSERT_TRUE(runtime::RunSync(mailer_->Send(m)).has_value());
  m.text = "again";
  ASSERT_TRUE(runtime::RunSync(mailer_->Send(m)).has_value());
  auto mails = ReadMailFolder(folder_ / "outbox", 10);
  ASSERT_EQ(mails->size(), 1u);
  EXPECT_EQ((*mails)[0].text, "again");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / "outbox"), {}), 1);
}

TEST_F(FileMailerTest, ForeignFilesDoNotHideTheMailbox) {
  ASSERT_TRUE(runtime::RunSync(mailer_->Send(Sample())).has_value());
  std::ofstream(folder_ / "outbox" / "broken.json") << "{";
  std::ofstream(folder_ / "outbox" / "other.json") << "{\"id\":1}";
  std::ofstream(folder_ / "outbox" / "notes.txt") << "x";
  EXPECT_EQ(ReadMailFolder(folder_ / "outbox", 10)->size(), 1u);
}

TEST_F(FileMailerTest, PathTraversalThroughTheIdIsRefused) {
  Message m = Sample();
  m.id = "../escape";
  EXPECT_EQ(runtime::RunSync(mailer_->Send(m)).error().reason, "mail_header_invalid");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "escape.json"));
}

TEST_F(FileMailerTest, UnwritableFolderIsRetryable) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "file") << "x";
  auto r = runtime::RunSync(NewFileMailer(folder_ / "file", kFrom)->Send(Sample()));
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().code, Code::kUnavailable);
  EXPECT_EQ(r.error().reason, "mail_unavailable");
}

}  // namespace
}  // namespace gatehouse::mail
