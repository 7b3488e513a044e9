#include "platform/http/gzip.h"

#include <zlib.h>

#include "base/check.h"
#include "base/text.h"

namespace gatehouse::http {
namespace {

// Most of the gain at a fraction of the time: encoding runs on the network thread.
constexpr int kLevel = 3;
constexpr int kGzipWindow = 15 + 16;

// "gzip;q=0" refuses; any other weight accepts.
bool IsRefused(std::string_view parameters) {
  for (std::string_view parameter : Split(parameters, ';')) {
    auto [name, value] = SplitOnce(Trim(parameter), '=');
    if (!EqualsIgnoreCase(name, "q")) continue;
    return value.empty() || value.find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool AcceptsGzip(std::string_view accept_encoding) {
  if (accept_encoding.empty()) return false;
  bool any = false;
  for (std::string_view item : Split(accept_encoding, ',')) {
    auto [coding, parameters] = SplitOnce(item, ';');
    coding = Trim(coding);
    if (EqualsIgnoreCase(coding, "gzip")) return !IsRefused(parameters);
    if (coding == "*") any = !IsRefused(parameters);
  }
  return any;
}

bool IsCompressible(std::string_view content_type) {
  std::string type = AsciiLower(Trim(content_type.substr(0, content_type.find(';'))));
  return type.starts_with("text/") || type == "application/json" || type.ends_with("+json") ||
         type == "application/javascript" || type == "application/xml" || type.ends_with("+xml");
}

struct GzipEncoder::State {
  z_stream stream{};
  bool ready = false;
};

GzipEncoder::GzipEncoder() : state_(std::make_unique<State>()) {}

GzipEncoder::~GzipEncoder() {
  if (state_->ready) deflateEnd(&state_->stream);
}

std::optional<std::string> GzipEncoder::Encode(std::string_view body) {
  z_stream& z = state_->stream;
  if (!state_->ready) {
    // 256 KiB per thread, only once something is encoded.
    int rc = deflateInit2(&z, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY);
    GH_CHECK(rc == Z_OK);
    state_->ready = true;
  } else {
    deflateReset(&z);
  }
  std::string out(body.size(), '\0');
  // zlib does not write to its input; its interface is older than const.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  z.avail_in = static_cast<uInt>(body.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) return std::nullopt;
  out.resize(out.size() - z.avail_out);
  return out;
}

}  // namespace gatehouse::http
