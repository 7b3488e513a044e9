#include "platform/http/wire.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "platform/http/gzip.h"

namespace gatehouse::http {
namespace {

using State = HeadScanner::State;

State ScanWhole(std::string_view text) { return HeadScanner().Scan(text); }

// The same text byte by byte: the first state that is not kNeedMore.
State ScanSlowly(std::string_view text) {
  HeadScanner scanner;
  for (std::size_t i = 1; i <= text.size(); ++i) {
    State state = scanner.Scan(text.substr(0, i));
    if (state != State::kNeedMore) return state;
  }
  return State::kNeedMore;
}

TEST(HeadScannerTest, FindsTheEndAndRefusesAmbiguity) {
  struct Case {
    std::string_view text;
    State want;
  };
  const Case cases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", State::kComplete},
      {"GET / HTTP/1.1\r\n\r\n", State::kComplete},
      {"GET / HTTP/1.1\r\nHost: a\r\n", State::kNeedMore},
      {"GET / HTTP/1.1\r\nHost: a\r\n\r", State::kNeedMore},
      {"", State::kNeedMore},
      {"GET / HTTP/1.1\nHost: a\r\n\r\n", State::kBad},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", State::kBad},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n", State::kBad},
      {"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", State::kBad},
      {"GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n", State::kBad},
      {"GET / HTTP/1.1\r\n A: b\r\n\r\n", State::kBad},
      {"GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n", State::kBad},
      {std::string_view("GET / HTTP/1.1\r\nA: \0\r\n\r\n", 24), State::kBad},
      {"\r\n\r\n", State::kBad},
      {"\n", State::kBad},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ScanWhole(c.text), c.want) << c.text;
    EXPECT_EQ(ScanSlowly(c.text), c.want) << c.text;
  }
}

TEST(HeadScannerTest, SizeCoversTheHeadOnly) {
  HeadScanner scanner;
  std::string_view head = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
  ASSERT_EQ(scanner.Scan(std::string(head) + "body\nGET"), State::kComplete);
  EXPECT_EQ(scanner.size(), head.size());
}

TEST(HeadScannerTest, LimitsAreLimits) {
  std::string many = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i < kMaxFields; ++i) many += "A: b\r\n";
  EXPECT_EQ(ScanWhole(many + "\r\n"), State::kComplete);
  EXPECT_EQ(ScanWhole(many + "A: b\r\n\r\n"), State::kTooLarge);
  EXPECT_EQ(ScanWhole("GET /" + std::string(kMaxHead, 'a')), State::kTooLarge);
  EXPECT_EQ(ScanWhole("GET /" + std::string(kMaxTarget + 100, 'a')), State::kTooLarge);
  EXPECT_EQ(ScanWhole("GET / HTTP/1.1\r\nA: " + std::string(kMaxHead, 'a')), State::kTooLarge);
}

TEST(DateCacheTest, FormatsAsRfc9110) {
  DateCache cache;
  EXPECT_EQ(cache.Get(Timestamp::FromSeconds(784111777)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.Get(Timestamp::FromSeconds(784111777) + Duration(5)),
            "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.Get(Timestamp::FromSeconds(784111778)), "Sun, 06 Nov 1994 08:49:38 GMT");
}

TEST(HostListTest, OnlyListedHostsAreServed) {
  HostList hosts({"sso.example", "Other.Example:8443", "[::1]", "", "127.0.0.1"});
  for (const char* host : {"sso.example", "SSO.example", "sso.example:443", "other.example:8443",
                           "[::1]", "[::1]:8000", "127.0.0.1:1"}) {
    EXPECT_TRUE(hosts.Accepts(host)) << host;
  }
  for (const char* host :
       {"", ":80", "evil.example", "sso.example.evil.example", "sso.example:80:80", "sso.example:x",
        "sso.example:", "other.example", "other.example:443", "::1", "[::1", "[::2]",
        "sso.example, evil.example", "sso.example@evil.example", "evil.example:sso.example",
        "sso.example:123456", " sso.example", "other.example:8443:1"}) {
    EXPECT_FALSE(hosts.Accepts(host)) << host;
  }
  EXPECT_FALSE(HostList({}).Accepts("localhost"));
}

TEST(WriteHeadTest, WritesTheServersFieldsItself) {
  Response response = Response::Json(201, "{}");
  response.headers.Add("Date", "yesterday");
  response.headers.Add("content-length", "7");
  response.headers.Add("Transfer-Encoding", "chunked");
  response.headers.Add("Connection", "upgrade");
  response.headers.Add("x-correlation-id", "forged");
  response.headers.Add("Set-Cookie", "a=1");
  response.headers.Add("Set-Cookie", "b=2");
  HeadOptions options{"D", "C", ConnectionField::kClose, 2, true};
  std::string out = "old";
  ASSERT_TRUE(WriteHead(out, response, options));
  EXPECT_EQ(out,
            "HTTP/1.1 201 Created\r\nDate: D\r\nX-Correlation-Id: C\r\n"
            "Content-Type: application/json\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
            "Content-Length: 2\r\nConnection: close\r\n\r\n");
}

TEST(WriteHeadTest, ResponseSplittingIsRefused) {
  for (std::string value :
       {std::string("/a\r\nSet-Cookie: x=1"), std::string("/a\nX: 1"), std::string("/a\rX: 1"),
        std::string("/a\0b", 4), std::string("\x7f")}) {
    std::string out;
    EXPECT_FALSE(WriteHead(out, Response::Redirect(value), HeadOptions{}));
  }
  for (std::string name : {"", "a b", "a:", "a\r\nb", "\xC3\xBC"}) {
    Response response;
    response.headers.Add(name, "x");
    std::string out;
    EXPECT_FALSE(WriteHead(out, response, HeadOptions{}));
  }
}

TEST(GzipTest, AcceptEncodingIsUnderstood) {
  for (const char* header : {"gzip", "GZIP", "br, gzip", "gzip;q=0.5", "deflate,gzip;q=1.0", "*",
                             "br;q=1, *;q=0.1", "gzip ; q=0.001"}) {
    EXPECT_TRUE(AcceptsGzip(header)) << header;
  }
  for (const char* header : {"", "br", "identity", "gzip;q=0", "gzip;q=0.000", "gzip; q=0, *",
                             "xgzip", "*;q=0", "gzip;q="}) {
    EXPECT_FALSE(AcceptsGzip(header)) << header;
  }
}

TEST(GzipTest, TypesThatShrink) {
  for (const char* type : {"text/html; charset=utf-8", "TEXT/PLAIN", "application/json",
                           "application/scim+json", "image/svg+xml", "application/javascript",
                           "text/javascript", "application/samlmetadata+xml"}) {
    EXPECT_TRUE(IsCompressible(type)) << type;
  }
  for (const char* type : {"", "image/png", "application/octet-stream", "font/woff2",
                           "application/x-gzip", "multipart/form-data"}) {
    EXPECT_FALSE(IsCompressible(type)) << type;
  }
}

TEST(GzipTest, EncodesAgainAndAgain) {
  GzipEncoder encoder;
  for (std::size_t size : {1024u, 70'000u, 1500u}) {
    std::string body;
    while (body.size() < size) body += "line " + std::to_string(body.size()) + "\n";
    std::optional<std::string> encoded = encoder.Encode(body);
    ASSERT_TRUE(encoded.has_value());
    EXPECT_LT(encoded->size(), body.size());
    z_stream z{};
    ASSERT_EQ(inflateInit2(&z, 15 + 16), Z_OK);
    std::string plain(body.size() + 1, '\0');
    z.next_in = reinterpret_cast<Bytef*>(encoded->data());
    z.avail_in = static_cast<uInt>(encoded->size());
    z.next_out = reinterpret_cast<Bytef*>(plain.data());
    z.avail_out = static_cast<uInt>(plain.size());
    EXPECT_EQ(inflate(&z, Z_FINISH), Z_STREAM_END);
    plain.resize(z.total_out);
    inflateEnd(&z);
    EXPECT_EQ(plain, body);
  }
  // Random bytes would grow.
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 2000; ++i)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  EXPECT_EQ(encoder.Encode(noise), std::nullopt);
}

}  // namespace
}  // namespace gatehouse::http
