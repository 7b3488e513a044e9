#include "platform/html/qr.h"

#include <qrencode.h>

#include <memory>

namespace gatehouse::html {
namespace {

constexpr std::size_t kMaxText = 2'000;
constexpr int kQuiet = 4;  // modules on each side

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

Result<QrCode> MakeQrCode(std::string_view text) {
  if (text.empty() || text.size() > kMaxText) return Fail(Code::kInvalidArgument, "qr_too_long");
  std::unique_ptr<QRcode, FreeCode> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (!code) return Fail(Code::kInvalidArgument, "qr_too_long");
  QrCode out{.size = code->width + 2 * kQuiet, .path = {}};
  auto dark = [&code](int x, int y) { return (code->data[y * code->width + x] & 1) != 0; };
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if (!dark(x, y)) continue;
      int run = 1;
      while (x + run < code->width && dark(x + run, y)) ++run;
      out.path += "M" + std::to_string(x + kQuiet) + " " + std::to_string(y + kQuiet) + "h" +
                  std::to_string(run) + "v1h-" + std::to_string(run) + "z";
      x += run;
    }
  }
  return out;
}

Result<std::string> QrSvg(std::string_view text) {
  GH_TRY(QrCode code, MakeQrCode(text));
  std::string size = std::to_string(code.size);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + " " + size +
         "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h" + size + "v" + size +
         "h-" + size + "z\"/><path d=\"" + code.path + "\"/></svg>";
}

}  // namespace gatehouse::html
