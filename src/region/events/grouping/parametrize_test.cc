#include "region/events/grouping/parametrize.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gatehouse::grouping {
namespace {

struct Case {
  const char* text;
  const char* expected;
};

TEST(Parametrize, EachKind) {
  for (const Case& c : {
           Case{"", ""},
           Case{"no values here", "no values here"},
           Case{"mail a.b+c@x-y.example.com now", "mail <email> now"},
           Case{"a@b", "<email>"},
           Case{"see https://x.example/a?b=1 and ftp://y/z", "see <url> and <url>"},
           Case{"xhttps://a.example/", "xhttps://a.example/"},
           Case{"http:// none", "http:// none"},
           Case{"host db-1.internal.example.com:5432", "host <hostname>:<int>"},
           Case{"EXAMPLE.COM and Example.Com", "<hostname> and Example.Com"},
           Case{"file.txt and a.bc", "file.txt and a.bc"},
           Case{"www.example.co.uk", "<hostname>.uk"},
           Case{"at 192.168.0.1", "at <ip>"},
           Case{"at 256.168.0.1", "at <float>.<float>"},
           Case{"at 2001:db8:0:0:0:0:0:1", "at <ip>"},
           Case{"at ::1", "at <ip>"},
           Case{"id 7c1811ed-e98f-4c9c-a9f9-58c757ff494f.", "id <uuid>."},
           Case{"5fc35719b9cf96ec602dbc748ff31c587a46961d", "<sha1>"},
           Case{"0751007cd28df267e8e051b51f918c60", "<md5>"},
           Case{"took 15ms and 3s or 1.5s", "took <duration> and <duration> or <duration>"},
           Case{"at 0x9af8c3b", "at <hex>"},
           Case{"-1.5 and 2.5", "<float> and <float>"},
           Case{"-12 and 7 and a7 and 7a", "<int> and <int> and a7 and 7a"},
           Case{"a='x y' b=\"z\" c='", "a=<quoted_str> b=<quoted_str> c='"},
           Case{"a=true b=False c=truely true", "a=<bool> b=<bool> c=<bool>ly true"},
           Case{"Encoding: utf-8 UTF-16.", "Encoding: utf-8 UTF-16."},
           Case{"order-8 utfx-8 xutf-8 utf-8x", "order<int> utfx<int> xutf<int> utf-8x"},
           Case{"tcp://user:pass@email.com:10", "tcp://user:<email>:<int>"},
           Case{"wert 5 \xC3\xBC"
                "5 \xE2\x80\x9C"
                "5\xE2\x80\x9D",
                "wert <int> \xC3\xBC"
                "5 \xE2\x80\x9C<int>\xE2\x80\x9D"},
       }) {
    EXPECT_EQ(Parametrize(c.text), c.expected) << c.text;
  }
}

TEST(Parametrize, Dates) {
  for (const char* date : {
           "Mon, 02 Jan 2006 15:04:05 MST",
           "Mon, 02 Jan 06 15:04 -0700",
           "Mon Jan 02, 1999",
           "Jan 02, 1999",
           "Monday, 02-Jan-06 15:04:05 MST",
           "2006-01-02T15:04:05",
           "2006-01-02T15:04:05Z",
           "2006-01-02T15:04:05.123456789Z07:00",
           "2006-01-02T15:04:05+01:00",
           "2006-01-02 15:04:05",
           "20060102 15:04:05.123",
           "2006-01-02",
           "15:04:05",
           "3:04PM",
           "3:04",
           "Mon Jan  2 15:04:05 2006",
           "Jan 2 15:04:05 2006",
           "02 Jan 2006 15:04:05 +0100",
           "datetime.datetime(2006, 1, 2, 15, 4)",
       }) {
    EXPECT_EQ(Parametrize(date), "<date>") << date;
    EXPECT_EQ(Parametrize("at " + std::string(date) + " it broke"), "at <date> it broke");
  }
  EXPECT_EQ(Parametrize("3:04 PM"), "<date> PM");
  EXPECT_EQ(Parametrize("2006-01-02T15:04Z"), "<date>T<date>Z");
  EXPECT_EQ(Parametrize("2006-93-45"), "<int><int><int>");
  EXPECT_EQ(Parametrize("datetime.datetime(2006"), "datetime.datetime(<int>");
}

TEST(NormalizeMessage, TwoLinesAndThreeDots) {
  for (const Case& c : {
           Case{"one", "one"},
           Case{"", ""},
           Case{"one\ntwo", "one\ntwo"},
           Case{"one\ntwo\nthree", "one\ntwo..."},
           Case{"one\n", "one..."},
           Case{"\n \none\n\ntwo\n", "one\ntwo..."},
           Case{"one\r\ntwo", "one\ntwo..."},
           Case{"user 1\nfailed", "user <int>\nfailed"},
           Case{" \n", "..."},
       }) {
    EXPECT_EQ(NormalizeMessage(c.text), c.expected) << c.text;
  }
}

// Texts that make look-ahead expensive: time grows with the length, not with its square.
TEST(Parametrize, HostileTextTakesLinearTime) {
  auto repeated = [](std::string_view part) {
    std::string text;
    while (text.size() < 256 * 1024) text += part;
    return text;
  };
  const auto start = std::chrono::steady_clock::now();
  for (const std::string_view part :
       {"a", "a.", "a-", "1", "1.", "a-b.", "1:", "0123456789abcdef", "Jan ", "='", "=\"", "a@",
        "datetime.datetime(", "::", "-1", "Mon, 1 Jan ", "\xC3\xA9", "1.1.", "http://"}) {
    EXPECT_FALSE(Parametrize(repeated(part)).empty()) << part;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

}  // namespace
}  // namespace gatehouse::grouping
