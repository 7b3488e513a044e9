#pragma once

// The request parser of a connection. Internal to this module: includes Beast.

#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "platform/http/message.h"
#include "platform/http/wire.h"

namespace gatehouse::http {

inline std::optional<Method> ToMethod(boost::beast::http::verb verb) {
  using boost::beast::http::verb;
  switch (verb) {
    case verb::get:
      return Method::kGet;
    case verb::head:
      return Method::kHead;
    case verb::post:
      return Method::kPost;
    case verb::put:
      return Method::kPut;
    case verb::patch:
      return Method::kPatch;
    case verb::delete_:
      return Method::kDelete;
    case verb::options:
      return Method::kOptions;
    default:
      return std::nullopt;
  }
}

// Beast's parser, writing straight into our Request instead of its own containers.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  explicit RequestParser(Request& request) : request_(request) {
    header_limit(static_cast<std::uint32_t>(kMaxHead + 1));
    body_limit(boost::none);  // the route's limit is checked here, once it is known
    eager(false);
  }

  // Names that decide about framing are counted: twice is an attack even when both agree.
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t encodings = 0;
  bool strange_encoding = false;
  bool strange_length = false;
  bool expects_continue = false;
  bool strange_expect = false;
  bool known_method = false;
  int version = 11;
  std::size_t max_body = 0;
  bool body_too_large = false;

 private:
  using string_view = boost::beast::string_view;

  static std::string_view View(string_view text) { return {text.data(), text.size()}; }

  void on_request_impl(boost::beast::http::verb verb, string_view, string_view target,
                       int http_version, boost::system::error_code&) override {
    if (std::optional<Method> method = ToMethod(verb)) {
      request_.method = *method;
      known_method = true;
    }
    version = http_version;
    request_.target = View(target);
  }

  void on_field_impl(boost::beast::http::field field, string_view name, string_view value,
                     boost::system::error_code&) override {
    if (in_body_) return;  // a trailer never becomes a header
    using boost::beast::http::field;
    switch (field) {
      case field::host:
        ++hosts;
        break;
      case field::content_length:
        ++lengths;
        strange_length |= value.find_first_not_of("0123456789") != string_view::npos;
        break;
      case field::transfer_encoding:
        ++encodings;
        strange_encoding |= !EqualsIgnoreCase(View(value), "chunked");
        break;
      case field::expect:
        (EqualsIgnoreCase(View(value), "100-continue") ? expects_continue : strange_expect) = true;
        break;
      default:
        break;
    }
    request_.headers.Add(std::string(View(name)), std::string(View(value)));
  }

  void on_header_impl(boost::system::error_code&) override { in_body_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&,
                         boost::system::error_code&) override {}
  std::size_t on_body_impl(string_view body, boost::system::error_code&) override {
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, boost::system::error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, string_view body,
                                 boost::system::error_code& ec) override {
    if (body.size() > max_body - request_.body.size()) {
      body_too_large = true;
      ec = boost::beast::http::error::body_limit;
      return 0;
    }
    request_.body.append(body.data(), body.size());
    return body.size();
  }

  void on_finish_impl(boost::system::error_code&) override {}

  // basic_parser has the pure virtual response callback as well.
  void on_response_impl(int, string_view, int, boost::system::error_code&) override {}

  Request& request_;
  bool in_body_ = false;
};

}  // namespace gatehouse::http
