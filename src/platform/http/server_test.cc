#include "platform/http/server.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "platform/http/test_server.h"

namespace gatehouse::http {
namespace {

Task<Response> Echo(Request& request) {
  co_return Response::Text(200, std::string(MethodName(request.method)) + " " + request.path + " " +
                                    request.query + " " + request.body);
}
Task<Response> Ip(Request& request) { co_return Response::Text(200, request.remote_ip); }
Task<Response> BodySize(Request& request) {
  co_return Response::Text(200, std::to_string(request.body.size()));
}
Task<Response> Throws(Request&) {
  throw std::runtime_error("secret detail");
  co_return Response::Empty();
}
Task<Response> ThrowsInt(Request&) {
  throw 42;
  co_return Response::Empty();
}
Task<Response> Denies(Request&) { co_return Fail(Code::kPermissionDenied, "no_way", "detail"); }
Task<Response> Splits(Request&) { co_return Response::Redirect("/x\r\nSet-Cookie: sid=evil"); }
Task<Response> BadStatus(Request&) { co_return Response{0, {}, "x"}; }
Task<Response> Empty(Request&) { co_return Response::Empty(204); }
Task<Response> Page(Request&) { co_return Response::Html(200, std::string(5000, 'x')); }
Task<Response> Small(Request&) { co_return Response::Html(200, "<p>small"); }
Task<Response> Picture(Request&) {
  Response response{200, {}, std::string(5000, 'x')};
  response.headers.Add("Content-Type", "image/png");
  co_return response;
}
Task<Response> Big(Request&) {
  Response response{200, {}, std::string(8 * 1024 * 1024, 'b')};
  response.headers.Add("Content-Type", "application/octet-stream");
  co_return response;
}
Task<Response> Slow(Request&) {
  (void)co_await runtime::Sleep(std::chrono::milliseconds(300));
  co_return Response::Text(200, "slow");
}

class ServerTest : public testing::Test {
 protected:
  void Start(ServerOptions options = {}, std::size_t threads = 1) {
    server_ = std::make_unique<TestServer>(std::move(options), threads);
    Router& router = server_->router;
    router.Add(Method::kGet, "/echo", Echo);
    router.Add(Method::kPost, "/echo", Echo, RouteOptions{64 * 1024});
    router.Add(Method::kPut, "/echo", Echo);
    router.Add(Method::kPost, "/upload", BodySize, RouteOptions{8 * 1024 * 1024});
    router.Add(Method::kGet, "/ip", Ip);
    router.Add(Method::kGet, "/throws", Throws);
    router.Add(Method::kGet, "/throws-int", ThrowsInt);
    router.Add(Method::kGet, "/denies", Denies);
    router.Add(Method::kGet, "/splits", Splits);
    router.Add(Method::kGet, "/bad-status", BadStatus);
    router.Add(Method::kGet, "/empty", Empty);
    router.Add(Method::kGet, "/page", Page);
    router.Add(Method::kGet, "/small", Small);
    router.Add(Method::kGet, "/picture", Picture);
    router.Add(Method::kGet, "/big", Big);
    router.Add(Method::kGet, "/slow", Slow);
    server_->Start();
  }
  std::uint16_t port() const { return server_->server->port(); }
  // Sends a request that must be refused; returns the one answer. The connection must end.
  RawResponse Refused(std::string_view text) {
    RawClient client(port());
    client.Send(text);
    RawResponse response = client.Read();
    EXPECT_EQ(response.Field("Connection"), "close") << text;
    client.EndSending();
    EXPECT_TRUE(client.Closed()) << text;
    EXPECT_EQ(client.rest(), "") << "a second answer to " << text;
    return response;
  }

  std::unique_ptr<TestServer> server_;
};

TEST_F(ServerTest, AnswersWithItsOwnFields) {
  Start();
  RawClient client(port());
  RawResponse response = client.Get("/echo?a=%20b");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "GET /echo a=%20b ");
  EXPECT_EQ(response.Field("Date"), "Fri, 15 Jan 2027 08:00:00 GMT");
  EXPECT_EQ(response.Field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.Field("Connection"), "");
  EXPECT_EQ(response.Field("Server"), "");
  std::string id = response.Field("X-Correlation-Id");
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '7');
  EXPECT_EQ(server_->LogOf(1), std::vector<std::string>{"200 /echo"});
  EXPECT_EQ(server_->correlation_ids.at(0), id);
  EXPECT_EQ(server_->server->stats().requests, 1u);
  EXPECT_EQ(server_->server->stats().status_2xx, 1u);
}

TEST_F(ServerTest, KeepAliveServesManyRequestsOnOneConnection) {
  Start();
  RawClient client(port());
  std::string last;
  for (int i = 0; i < 50; ++i) {
    RawResponse response = client.Get("/echo?" + std::to_string(i));
    ASSERT_EQ(response.body, "GET /echo " + std::to_string(i) + " ");
    EXPECT_NE(response.Field("X-Correlation-Id"), last);
    last = response.Field("X-Correlation-Id");
  }
  EXPECT_EQ(server_->server->stats().connections, 1u);
  EXPECT_EQ(server_->server->stats().open, 1u);
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  RawClient client(port());
  client.Send(
      "GET /echo?1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
      "POST /echo?2 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\nbody"
      "\r\n"
      "POST /echo?3 HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
      "GET /echo?4 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.Read().body, "GET /echo 1 ");
  EXPECT_EQ(client.Read().body, "POST /echo 2 body");
  EXPECT_EQ(client.Read().body, "POST /echo 3 abcde");
  RawResponse last = client.Read();
  EXPECT_EQ(last.body, "GET /echo 4 ");
  EXPECT_EQ(last.Field("Connection"), "close");
  EXPECT_TRUE(client.Closed());
}

TEST_F(ServerTest, RequestsMayComeByteByByte) {
  Start();
  RawClient client(port());
  std::string text =
      "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n1\r\nd\r\n0\r\nTrailer: x\r\n\r\n";
  for (char c : text) {
    client.Send(std::string_view(&c, 1));
    if (c == '\n') std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_EQ(client.Read().body, "POST /echo  abcd");
  EXPECT_EQ(client.Get("/echo").status, 200);
}

TEST_F(ServerTest, Http10ClosesUnlessAskedToStay) {
  Start();
  RawClient one(port());
  one.Send("GET /echo HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(one.Read().Field("Connection"), "close");
  EXPECT_TRUE(one.Closed());
  RawClient two(port());
  two.Send("GET /echo HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(two.Read().Field("Connection"), "keep-alive");
  EXPECT_EQ(two.Get("/echo").status, 200);
}

TEST_F(ServerTest, RequestSmugglingRowsAnswer400AndClose) {
  Start();
  const std::string host = "Host: 127.0.0.1\r\n";
  const std::string inner = "GET /echo?smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  auto post = [&](const std::string& fields) {
    return "POST /echo HTTP/1.1\r\n" + host + fields + "\r\n";
  };
  const std::pair<const char*, std::string> rows[] = {
      {"CL.TE", post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\nX" + inner},
      {"TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n") + "0\r\n\r\n" + inner},
      {"TE.TE",
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n" + inner},
      {"TE.TE other",
       post("Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\n") + "0\r\n\r\n" + inner},
      {"CL.CL", post("Content-Length: 0\r\nContent-Length: 50\r\n") + inner},
      {"CL.CL same", post("Content-Length: 4\r\nContent-Length: 4\r\n") + "body" + inner},
      {"CL list", post("Content-Length: 4, 4\r\n") + "body" + inner},
      {"CL sign", post("Content-Length: +4\r\n") + "body" + inner},
      {"CL minus", post("Content-Length: -4\r\n") + "body" + inner},
      {"CL hex", post("Content-Length: 0x4\r\n") + "body" + inner},
      {"CL empty", post("Content-Length: \r\n") + inner},
      {"CL overflow", post("Content-Length: 18446744073709551620\r\n") + "body" + inner},
      {"TE identity", post("Transfer-Encoding: chunked, identity\r\n") + "0\r\n\r\n" + inner},
      {"TE identity alone", post("Transfer-Encoding: identity\r\n") + inner},
      {"TE gzip", post("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n" + inner},
      {"TE quoted", post("Transfer-Encoding: \"chunked\"\r\n") + "0\r\n\r\n" + inner},
      {"TE tab", post("Transfer-Encoding: chunked\x0b\r\n") + "0\r\n\r\n" + inner},
      {"TE space", post("Transfer-Encoding : chunked\r\n") + "0\r\n\r\n" + inner},
      {"TE folded", post("Transfer-Encoding:\r\n chunked\r\n") + "0\r\n\r\n" + inner},
      {"TE in 1.0", "POST /echo HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n" +
                        "0\r\n\r\n" + inner},
      {"space before colon", "GET /echo HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n" + inner},
      {"space before name", "GET /echo HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n" + inner},
      {"bare LF", "GET /echo HTTP/1.1\nHost: 127.0.0.1\n\n" + inner},
      {"bare LF in fields", "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\nX: y\r\n\r\n" + inner},
      {"bare LF at the end", "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n\n" + inner},
      {"bare CR", "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\rX: y\r\n\r\n" + inner},
      {"obs-fold", "GET /echo HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n" + inner},
      {"obs-fold tab", "GET /echo HTTP/1.1\r\n" + host + "X: a\r\n\tb\r\n\r\n" + inner},
      {"NUL",
       std::string("GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a") + '\0' + "\r\n\r\n" + inner},
      {"no colon", "GET /echo HTTP/1.1\r\n" + host + "Header\r\n\r\n" + inner},
      {"empty name", "GET /echo HTTP/1.1\r\n" + host + ": x\r\n\r\n" + inner},
      {"name with a space", "GET /echo HTTP/1.1\r\n" + host + "A b: x\r\n\r\n" + inner},
      {"two targets", "GET /echo /echo HTTP/1.1\r\n" + host + "\r\n" + inner},
      {"two spaces", "GET  /echo HTTP/1.1\r\n" + host + "\r\n" + inner},
      {"no version", "GET /echo\r\n" + host + "\r\n" + inner},
      {"version 2", "GET /echo HTTP/2.0\r\n" + host + "\r\n" + inner},
      {"version 1.2", "GET /echo HTTP/1.2\r\n" + host + "\r\n" + inner},
      {"version case", "GET /echo http/1.1\r\n" + host + "\r\n" + inner},
      {"h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 12)},
      {"no host", "GET /echo HTTP/1.1\r\n\r\n" + inner},
      {"two hosts", "GET /echo HTTP/1.1\r\n" + host + host + "\r\n" + inner},
      {"absolute form", "GET http://127.0.0.1/echo HTTP/1.1\r\n" + host + "\r\n" + inner},
      {"authority form", "CONNECT 127.0.0.1:80 HTTP/1.1\r\n" + host + "\r\n" + inner},
      {"asterisk form", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n" + inner},
      {"fragment", "GET /echo#x HTTP/1.1\r\n" + host + "\r\n" + inner},
      {"raw UTF-8", "GET /\xC3\xBC HTTP/1.1\r\n" + host + "\r\n" + inner},
      {"chunk without size",
       post("Transfer-Encoding: chunked\r\n") + "\r\nabc\r\n0\r\n\r\n" + inner},
      {"chunk size sign",
       post("Transfer-Encoding: chunked\r\n") + "+3\r\nabc\r\n0\r\n\r\n" + inner},
      {"chunk size 0x", post("Transfer-Encoding: chunked\r\n") + "0x3\r\nabc\r\n0\r\n\r\n" + inner},
      {"chunk bare LF", post("Transfer-Encoding: chunked\r\n") + "3\nabc\n0\n\n" + inner},
      {"chunk too long", post("Transfer-Encoding: chunked\r\n") + "3\r\nabcd\r\n0\r\n\r\n" + inner},
      {"chunk size overflow",
       post("Transfer-Encoding: chunked\r\n") + "10000000000000003\r\nabc\r\n0\r\n\r\n" + inner},
      {"trailer with a length",
       post("Transfer-Encoding: chunked\r\n") + "0\r\nContent-Length: 5\r\n\r\n" + inner},
  };
  for (const auto& [name, text] : rows) {
    SCOPED_TRACE(name);
    EXPECT_EQ(Refused(text).status, 400);
  }
  for (const std::string& line : server_->LogOf(std::size(rows))) {
    EXPECT_TRUE(line.starts_with("400 ")) << line;
  }
  // The server is well.
  EXPECT_EQ(RawClient(port()).Get("/echo").status, 200);
}

TEST_F(ServerTest, HeadsAndTargetsAreBounded) {
  Start();
  const std::string start = "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  EXPECT_EQ(Refused(start + "X: " + std::string(20'000, 'a') + "\r\n\r\n").status, 431);
  EXPECT_EQ(Refused("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n\r\n").status, 431);
  std::string many = start;
  for (int i = 0; i < 101; ++i) many += "X: y\r\n";
  EXPECT_EQ(Refused(many + "\r\n").status, 431);
  RawClient client(port());
  EXPECT_EQ(client.Get("/echo?" + std::string(8185, 'a')).status, 200);
  EXPECT_EQ(client.Get("/echo?" + std::string(8187, 'a')).status, 414);
  EXPECT_EQ(client.Get("/echo", "X: " + std::string(15'000, 'a') + "\r\n").status, 200);
}

TEST_F(ServerTest, BodiesAreBoundedByTheirRoute) {
  Start();
  const std::string start = "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  EXPECT_EQ(Refused(start + "Content-Length: 65537\r\n\r\n").status, 413);
  EXPECT_EQ(Refused(start + "Content-Length: 65537\r\n\r\n" + std::string(65537, 'x')).status, 413);
  EXPECT_EQ(Refused(start + "Content-Length: 18446744073709551615\r\n\r\n").status, 413);
  std::string chunk = "4000\r\n" + std::string(0x4000, 'x') + "\r\n";
  EXPECT_EQ(Refused(start + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk + chunk +
                    "1\r\nx\r\n0\r\n\r\n")
                .status,
            413);
  RawClient client(port());
  client.Send(start + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk + chunk +
              "0\r\n\r\n");
  EXPECT_EQ(client.Read().body.size(), 65536u + 12u);
  client.Send(start + "Content-Length: 65536\r\n\r\n" + std::string(65536, 'x'));
  EXPECT_EQ(client.Read().body.size(), 65536u + 12u);
}

TEST_F(ServerTest, ChunkedWithoutEndIsCutAtTheCap) {
  Start();
  RawClient client(port());
  client.Send("POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string chunk = "8000\r\n" + std::string(0x8000, 'x') + "\r\n";
  int sent = 0;
  while (sent < 2000 && client.Send(chunk)) ++sent;
  EXPECT_LT(sent, 2000);
}

TEST_F(ServerTest, LargeBodiesArriveWhole) {
  Start();
  RawClient client(port());
  std::string body(5'000'000, 'u');
  client.Send("POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000000\r\n\r\n");
  ASSERT_TRUE(client.Send(body));
  EXPECT_EQ(client.Read().body, "5000000");
  client.Send("POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_TRUE(client.Send("4C4B40\r\n" + body + "\r\n0\r\n\r\n"));
  EXPECT_EQ(client.Read().body, "5000000");
}

TEST_F(ServerTest, LargeAnswersArriveWhole) {
  Start();
  RawClient client(port());
  RawResponse response = client.Get("/big");
  EXPECT_EQ(response.body.size(), 8u * 1024 * 1024);
  EXPECT_EQ(client.Get("/echo").status, 200);
}

TEST_F(ServerTest, UnknownPathsMethodsAndHosts) {
  Start();
  RawClient client(port());
  EXPECT_EQ(client.Get("/nothing").status, 404);
  client.Send("DELETE /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  RawResponse refused = client.Read();
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.Field("Allow"), "GET, HEAD, POST, PUT");
  client.Send("PROPFIND /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(client.Read().status, 501);
  client.Send("TRACE /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(client.Read().status, 501);
  client.Send("get /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(client.Read().status, 501);
  client.Send("GET /echo HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  RawResponse misdirected = client.Read();
  EXPECT_EQ(misdirected.status, 421);
  EXPECT_EQ(misdirected.body, "unknown_host");
  client.Send("GET /echo HTTP/1.1\r\nHost: SSO.example:443\r\n\r\n");
  EXPECT_EQ(client.Read().status, 200);
}

TEST_F(ServerTest, RefusedRequestWithABodyClosesAndIsNotReadAsTheNextRequest) {
  Start();
  std::string body = "GET /echo?smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  for (std::string line : {"POST /nothing", "DELETE /echo", "PROPFIND /echo"}) {
    RawResponse response = Refused(line + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + length + body);
    EXPECT_GE(response.status, 404);
  }
  EXPECT_EQ(Refused("POST /echo HTTP/1.1\r\nHost: evil.example\r\n" + length + body).status, 421);
}

TEST_F(ServerTest, HeadHasTheFieldsOfGetAndNoBody) {
  Start();
  RawClient client(port());
  client.Send("HEAD /page HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  RawResponse response = client.Read(true);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Field("Content-Length"), "5000");
  EXPECT_EQ(client.Get("/echo").body, "GET /echo  ");
  client.Send("HEAD /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(client.Read(true).status, 404);
  EXPECT_EQ(client.Get("/echo").body, "GET /echo  ");
}

TEST_F(ServerTest, EmptyAnswerHasNoLength) {
  Start();
  RawClient client(port());
  RawResponse response = client.Get("/empty");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.Field("Content-Length"), "");
  EXPECT_EQ(client.Get("/echo").status, 200);
}

TEST_F(ServerTest, ExpectContinueIsAnsweredBeforeTheBody) {
  Start();
  RawClient client(port());
  const std::string start = "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-Continue\r\n";
  client.Send(start + "Content-Length: 3\r\n\r\n");
  EXPECT_EQ(client.Read(true).status, 100);
  client.Send("abc");
  EXPECT_EQ(client.Read().body, "POST /echo  abc");
  // The body came at once: no interim answer.
  client.Send(start + "Content-Length: 3\r\n\r\nabc");
  EXPECT_EQ(client.Read().body, "POST /echo  abc");
  // Too large: refused instead of invited.
  EXPECT_EQ(Refused(start + "Content-Length: 70000\r\n\r\n").status, 413);
  RawClient other(port());
  EXPECT_EQ(other.Get("/echo", "Expect: something\r\n").status, 417);
}

TEST_F(ServerTest, TextAboveOneKibIsGzippedWhenAccepted) {
  Start();
  RawClient client(port());
  RawResponse response = client.Get("/page", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(response.Field("Content-Encoding"), "gzip");
  EXPECT_EQ(response.Field("Vary"), "Accept-Encoding");
  EXPECT_LT(response.body.size(), 200u);
  EXPECT_EQ(response.body.substr(0, 2), "\x1f\x8b");

  response = client.Get("/page");
  EXPECT_EQ(response.Field("Content-Encoding"), "");
  EXPECT_EQ(response.Field("Vary"), "Accept-Encoding");
  EXPECT_EQ(response.body.size(), 5000u);

  EXPECT_EQ(client.Get("/small", "Accept-Encoding: gzip\r\n").Field("Content-Encoding"), "");
  EXPECT_EQ(client.Get("/picture", "Accept-Encoding: gzip\r\n").Field("Content-Encoding"), "");
}

TEST_F(ServerTest, HandlerFaultsAreGeneric500s) {
  Start();
  RawClient client(port());
  for (const char* path : {"/throws", "/throws-int", "/splits", "/bad-status"}) {
    RawResponse response = client.Get(path);
    EXPECT_EQ(response.status, 500) << path;
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    EXPECT_EQ(response.Field("Set-Cookie"), "");
    EXPECT_EQ(response.Field("X-Correlation-Id").size(), 36u);
  }
  RawResponse denied = client.Get("/denies");
  EXPECT_EQ(denied.status, 403);
  EXPECT_EQ(denied.body, "no_way");
  EXPECT_EQ(server_->server->stats().status_5xx, 4u);
  EXPECT_EQ(server_->server->stats().status_4xx, 1u);
}

TEST_F(ServerTest, ForwardedForCountsOnlyFromTrustedProxies) {
  Start();
  EXPECT_EQ(RawClient(port()).Get("/ip", "X-Forwarded-For: 6.6.6.6\r\n").body, "127.0.0.1");
  ServerOptions options;
  options.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8"};
  Start(std::move(options));
  RawClient client(port());
  EXPECT_EQ(client.Get("/ip", "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.0.0.1\r\n").body, "1.2.3.4");
  EXPECT_EQ(client.Get("/ip", "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4\r\n").body,
            "1.2.3.4");
  EXPECT_EQ(client.Get("/ip", "X-Forwarded-For: garbage\r\n").body, "127.0.0.1");
  EXPECT_EQ(client.Get("/ip").body, "127.0.0.1");
}

TEST_F(ServerTest, SlowHeadersAreCutByTheDeadline) {
  Start();
  RawClient slow(port());
  slow.Send("GET /echo HTTP/1.1\r\nHost: 127.");
  RawClient silent(port());
  RawClient idle(port());
  EXPECT_EQ(idle.Get("/echo").status, 200);
  RawClient body(port());
  body.Send("POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nabc");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  server_->clock.Advance(std::chrono::seconds(11));
  EXPECT_TRUE(slow.Closed());
  EXPECT_TRUE(silent.Closed());
  EXPECT_EQ(idle.Get("/echo").status, 200);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  server_->clock.Advance(std::chrono::seconds(31));
  EXPECT_TRUE(idle.Closed());
  EXPECT_FALSE(body.Closed(1500));
  server_->clock.Advance(std::chrono::seconds(20));
  EXPECT_TRUE(body.Closed());
  EXPECT_EQ(body.rest(), "");
  EXPECT_EQ(server_->LogOf(2).size(), 2u);
}

TEST_F(ServerTest, WhenFullTheOldestIdleConnectionGivesWay) {
  ServerOptions options;
  options.max_connections = 2;
  Start(std::move(options));
  RawClient one(port());
  EXPECT_EQ(one.Get("/echo").status, 200);
  RawClient two(port());
  EXPECT_EQ(two.Get("/echo").status, 200);
  RawClient three(port());
  EXPECT_EQ(three.Get("/echo").status, 200);
  EXPECT_TRUE(one.Closed());
  EXPECT_EQ(two.Get("/echo").status, 200);
}

TEST_F(ServerTest, WhenFullOfRequestsAConnectionIsRefused) {
  ServerOptions options;
  options.max_connections = 1;
  Start(std::move(options));
  RawClient running(port());
  running.Send(
      "POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(running.Read(true).status, 100);
  RawClient refused(port());
  EXPECT_TRUE(refused.Closed());
  running.Send("abcd");
  EXPECT_EQ(running.Read().status, 200);
}

TEST_F(ServerTest, EveryAnswerIsCompleted) {
  ServerOptions options;
  options.complete = [](Response& response) { response.headers.Set("X-Complete", "yes"); };
  Start(std::move(options));
  RawClient client(port());
  for (const char* path : {"/echo", "/nowhere"}) {
    EXPECT_EQ(client.Get(path).Field("X-Complete"), "yes") << path;
  }
  client.Send("DELETE /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(client.Read().Field("X-Complete"), "yes");
  client.Send("GET /echo HTTP/1.1\r\nHost: evil.test\r\n\r\n");
  EXPECT_EQ(client.Read().Field("X-Complete"), "yes");
}

TEST_F(ServerTest, OneClientHasItsShareOfTheConnections) {
  ServerOptions options;
  options.max_connections_per_client = 2;
  options.shared_addresses = {};
  Start(std::move(options), 2);
  std::optional<RawClient> one(port());
  EXPECT_EQ(one->Get("/echo").status, 200);
  RawClient two(port());
  EXPECT_EQ(two.Get("/echo").status, 200);
  EXPECT_TRUE(RawClient(port()).Closed());
  // What it gives back it may have again.
  one.reset();
  while (server_->server->stats().open > 1) std::this_thread::yield();
  RawClient again(port());
  EXPECT_EQ(again.Get("/echo").status, 200);
  EXPECT_EQ(two.Get("/echo").status, 200);
}

TEST_F(ServerTest, StopEndsIdleConnectionsAndLetsRunningRequestsFinish) {
  Start({}, 2);
  RawClient idle(port());
  EXPECT_EQ(idle.Get("/echo").status, 200);
  RawClient partial(port());
  partial.Send("GET /echo HT");
  RawClient running(port());
  running.Send("POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\nab");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  auto begin = std::chrono::steady_clock::now();
  std::thread stopper([this] { server_->Stop(); });
  EXPECT_TRUE(idle.Closed());
  running.Send("cd");
  RawResponse response = running.Read();
  EXPECT_EQ(response.body, "4");
  EXPECT_EQ(response.Field("Connection"), "close");
  EXPECT_TRUE(running.Closed());
  partial.Send("TP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(partial.Read().status, 200);
  stopper.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_FALSE(RawClient(port()).connected());
}

TEST_F(ServerTest, StopEndsStuckConnectionsWhenTheTimeToDrainIsOver) {
  ServerOptions options;
  options.drain = std::chrono::seconds(2);
  Start(std::move(options));
  RawClient stuck(port());
  stuck.Send("POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\nab");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  auto begin = std::chrono::steady_clock::now();
  server_->Stop();
  auto elapsed = std::chrono::steady_clock::now() - begin;
  EXPECT_GT(elapsed, std::chrono::milliseconds(900));
  EXPECT_LT(elapsed, std::chrono::seconds(5));
}

Task<Response> OnPool(runtime::WorkerPool& pool, Request&) {
  GH_CO_TRY(int answer, co_await pool.Run([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return Result<int>(42);
  }));
  co_return Response::Text(200, std::to_string(answer));
}

TEST(ServerStopTest, RequestThatWaitsForAnotherThreadIsAnsweredBeforeTheEnd) {
  runtime::WorkerPool pool("test", 1, 8);
  TestServer server;
  server.router.Add(Method::kGet, "/pool",
                    [&pool](Request& request) { return OnPool(pool, request); });
  server.Start();
  RawClient client(server.server->port());
  client.Send("GET /pool HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  server.Stop();
  EXPECT_EQ(client.Read().body, "42");
  EXPECT_TRUE(client.Closed());
}

TEST_F(ServerTest, ClientThatLeavesDuringTheHandlerHarmsNobody) {
  Start();
  for (int i = 0; i < 20; ++i) {
    RawClient client(port());
    client.Send("GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  }
  EXPECT_EQ(server_->LogOf(20).size(), 20u);
  EXPECT_EQ(RawClient(port()).Get("/echo").status, 200);
}

TEST_F(ServerTest, ManyConnectionsOnTwoThreads) {
  Start({}, 2);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int c = 0; c < 5; ++c) {
        RawClient client(port());
        for (int i = 0; i < 20; ++i) {
          std::string text = std::to_string(t * 1000 + c * 100 + i);
          good += client.Get("/echo?" + text).body == "GET /echo " + text + " ";
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8 * 5 * 20);
  EXPECT_EQ(server_->server->stats().requests, 800u);
}

TEST(ServerStartTest, APortInUseIsAnError) {
  TestServer first;
  first.Start();
  runtime::Runtime runtime(1);
  Router router;
  ManualClock clock;
  SystemRng rng;
  ServerOptions options;
  options.port = first.server->port();
  Server second(runtime, options, router, clock, rng, nullptr, nullptr);
  auto started = second.Start();
  ASSERT_FALSE(started.has_value());
  EXPECT_TRUE(started.error().Is("listen_failed"));
  options.port = 0;
  options.address = "nonsense";
  EXPECT_FALSE(Server(runtime, options, router, clock, rng, nullptr, nullptr).Start().has_value());
  options.address = "127.0.0.1";
  options.trusted_proxies = {"10.0.0.0/99"};
  EXPECT_FALSE(Server(runtime, options, router, clock, rng, nullptr, nullptr).Start().has_value());
}

TEST(ServerStartTest, WithoutARendererAnswersArePlain) {
  runtime::Runtime runtime(1);
  Router router;
  ManualClock clock;
  SystemRng rng;
  ServerOptions options;
  options.port = 0;
  options.hosts = {"127.0.0.1"};
  Server server(runtime, options, router, clock, rng, nullptr, nullptr);
  ASSERT_TRUE(server.Start().has_value());
  std::thread thread([&] { runtime.Run(); });
  {
    RawClient client(server.port());
    RawResponse response = client.Get("/x");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, "Not Found\n");
  }
  runtime.Stop();
  thread.join();
}

TEST(ServerStartTest, ServerThatNeverRanIsDestroyedCleanly) {
  runtime::Runtime runtime(2);
  Router router;
  ManualClock clock;
  SystemRng rng;
  ServerOptions options;
  options.port = 0;
  Server server(runtime, options, router, clock, rng, nullptr, nullptr);
  EXPECT_TRUE(server.Start().has_value());
}

}  // namespace
}  // namespace gatehouse::http
