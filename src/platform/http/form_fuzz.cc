// Forms, query strings, cookies and percent coding.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "platform/http/form.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  std::string_view text(reinterpret_cast<const char*>(data), size);

  if (Result<http::Form> form = http::Form::Parse(text)) {
    if (form->all().size() > 100) std::abort();
    std::string again;
    for (const auto& [name, value] : form->all()) {
      if (!IsValidUtf8(name) || !IsValidUtf8(value)) std::abort();
      if (name.contains('\0') || value.contains('\0')) std::abort();
      again += "&" + http::PercentEncode(name) + "=" + http::PercentEncode(value);
    }
    // What was understood can be said again, and means the same.
    Result<http::Form> second = http::Form::Parse(again);
    if (!second || second->all() != form->all()) std::abort();
  } else if (!form.error().Is("bad_request")) {
    std::abort();
  }

  std::string_view value = http::CookieValue(text, "sid");
  if (value.contains(';') || (value.data() != nullptr && !text.contains(value))) std::abort();

  http::SetCookie cookie;
  cookie.name = "sid";
  cookie.value = text;
  std::string line = cookie.ToString();
  if (HasControl(line) || !line.ends_with("; Path=/; HttpOnly; Secure; SameSite=Lax")) std::abort();
  std::string_view pair = std::string_view(line).substr(0, line.find(';'));
  if (line.find("; Path=/") != pair.size()) std::abort();

  if (auto decoded = http::PercentDecode(text, false)) {
    if (http::PercentDecode(http::PercentEncode(*decoded), true) != *decoded) std::abort();
  }
  return 0;
}
