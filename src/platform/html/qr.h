#pragma once

// QR codes (ISO/IEC 18004) as SVG. (wraps libqrencode) Thread-safe.

#include <string>
#include <string_view>

#include "base/error.h"

namespace gatehouse::html {

// For a template: <svg viewBox="0 0 {{SIZE}} {{SIZE}}"><path d="{{PATH}}"/></svg>. The quiet zone
// of four modules is inside; the path is dark on light, of digits and the letters M, h, v and z.
struct QrCode {
  int size = 0;
  std::string path;
};

// Errors: kInvalidArgument "qr_too_long" (over 2,000 bytes, or more than the largest code holds).
Result<QrCode> MakeQrCode(std::string_view text);
// A complete picture, to stand inside a page or as a file.
Result<std::string> QrSvg(std::string_view text);

}  // namespace gatehouse::html
