#include "platform/rpc/http.h"

#include <algorithm>
#include <utility>

#include "platform/rpc/errors.h"

namespace gatehouse::rpc {
namespace {

Task<http::Response> Serve(const Dispatcher& dispatcher, Verifier& verifier,
                           http::Request& request) {
  auto caller =
      verifier.Verify("POST", request.path, request.body, request.headers.Get("Authorization"));
  if (!caller) {
    // Strangers are told nothing.
    Error error = std::move(caller.error());
    if (error.code == Code::kUnauthenticated) error.detail.clear();
    Answer refused = WriteError(error);
    co_return http::Response::Json(refused.status, std::move(refused.body));
  }
  Answer answer = co_await dispatcher.Dispatch(request.Param("service"), request.Param("method"),
                                               std::move(request.body));
  const std::string signature = SignAnswer(*caller->key, caller->nonce, answer.status, answer.body);
  auto response = http::Response::Json(answer.status, std::move(answer.body));
  response.headers.Set(std::string(kAnswerHeader), signature);
  response.headers.Set("Cache-Control", "no-store, no-transform");
  co_return response;
}

}  // namespace

void Mount(http::Router& router, const Dispatcher& dispatcher, Verifier& verifier) {
  router.Add(http::Method::kPost, std::string(kPrefix) + "/{service}/{method}/",
             [&dispatcher, &verifier](http::Request& request) {
               return Serve(dispatcher, verifier, request);
             },
             {.max_body = kMaxCall});
}

Task<Answer> HttpTransport::Send(Call call) {
  const std::string path = std::string(kPrefix) + "/" + call.service + "/" + call.method + "/";
  const Key& key = keys_.signing();
  const Signed signature = SignCall(key, clock_, rng_, "POST", path, call.body);
  http::ClientRequest request;
  request.method = http::Method::kPost;
  request.url = origin_ + path;
  request.headers.Add("Content-Type", "application/json");
  request.headers.Add("Authorization", signature.authorization);
  request.body = std::move(call.body);
  request.timeout = std::max<Duration>(call.timeout, std::chrono::milliseconds(1));
  request.max_response = kMaxAnswer;
  Result<http::ClientResponse> response = co_await client_.Send(std::move(request));
  if (!response) {
    const Error& error = response.error();
    std::string detail = std::string(error.reason) + " " + error.detail;
    if (error.code == Code::kCancelled) co_return std::unexpected(error);
    if (error.code == Code::kDeadlineExceeded) {
      co_return Fail(Code::kDeadlineExceeded, kTimeout, std::move(detail));
    }
    if (error.Is("peer_answer_too_large")) {
      co_return Fail(Code::kInternal, kAnswerInvalid, std::move(detail));
    }
    co_return Fail(Code::kUnavailable, kUnreachable, std::move(detail));
  }
  Answer answer{.status = response->status, .body = std::move(response->body)};
  const std::string_view proof = response->headers.Get(kAnswerHeader);
  // Who does not know the key can say no more than that the call did not get through.
  if (!VerifyAnswer(key, signature.nonce, answer.status, answer.body, proof)) {
    Result<json::Value> said = ReadAnswer(answer, {});
    if (!said &&
        (said.error().Is(kRefused) || said.error().Is(kBusy) || said.error().Is(kUnreachable))) {
      co_return std::unexpected(std::move(said.error()));
    }
    co_return Fail(Code::kInternal, kAnswerInvalid,
                   "not signed for this call, HTTP " + std::to_string(answer.status));
  }
  co_return answer;
}

}  // namespace gatehouse::rpc
