#include "platform/html/html.h"

#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>
#include <ctemplate/template_emitter.h>
#include <ctemplate/template_enums.h>
#include <ctemplate/template_string.h>

#include <set>
#include <utility>

#include "base/check.h"

namespace gatehouse::html {
namespace {

constexpr std::string_view kInvalid = "template_invalid";
constexpr std::string_view kMarker = R"({{%AUTOESCAPE context="HTML"}})";
// Line ends inside a page are kept: they matter in <pre> and <textarea>.
constexpr ctemplate::Strip kStrip = ctemplate::STRIP_BLANK_LINES;

ctemplate::TemplateString View(std::string_view s) {
  return ctemplate::TemplateString(s.data() == nullptr ? "" : s.data(), s.size());
}

// The first tag that could change or switch off escaping, or "": another {{%pragma}}, other
// delimiters ({{=), or a modifier such as {{X:none}}. Only :u is allowed: a value inside a query
// string, which ctemplate then escapes for HTML as well.
std::string_view FindUnsafeTag(std::string_view text) {
  for (;;) {
    std::size_t start = text.find("{{");
    if (start == std::string_view::npos) return {};
    text.remove_prefix(start + 2);
    std::string_view tag = text.substr(0, text.find("}}"));
    if (tag.starts_with('!')) continue;
    if (tag.starts_with('%') || tag.starts_with('=')) return tag;
    std::size_t colon = tag.find(':');
    if (colon != std::string_view::npos && tag.substr(colon) != ":u") return tag;
  }
}

}  // namespace

Data& Data::Set(std::string name, std::string value) {
  values_.emplace_back(std::move(name), std::move(value));
  return *this;
}

Data& Data::Show(std::string name) {
  Add(std::move(name));
  return *this;
}

Data& Data::SetIf(std::string name, std::string value) {
  if (!value.empty()) Show(name);
  return Set(std::move(name), std::move(value));
}

Data& Data::Add(std::string name) {
  sections_.emplace_back(std::move(name), std::make_unique<Data>());
  return *sections_.back().second;
}

Data& Data::Include(std::string name, std::string template_name) {
  includes_.emplace_back(std::move(name), std::move(template_name), std::make_unique<Data>());
  return *std::get<2>(includes_.back());
}

struct Templates::Impl {
  // Frozen after Load: the const ExpandNoLoad then only reads.
  ctemplate::TemplateCache cache;
  std::set<std::string, std::less<>> names;

  void Fill(const Data& data, ctemplate::TemplateDictionary& out) const {
    for (const auto& [name, value] : data.values_) out.SetValue(View(name), View(value));
    for (const auto& [name, section] : data.sections_) {
      Fill(*section, *out.AddSectionDictionary(View(name)));
    }
    for (const auto& [name, file, included] : data.includes_) {
      GH_CHECK(names.contains(file));
      ctemplate::TemplateDictionary* child = out.AddIncludeDictionary(View(name));
      child->SetFilename(View(file));
      Fill(*included, *child);
    }
  }
};

Templates::Templates(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Templates::~Templates() = default;

Result<std::unique_ptr<Templates>> Templates::Load(const std::vector<Embedded>& all) {
  auto impl = std::make_unique<Impl>();
  for (const Embedded& t : all) {
    std::string name(t.name);
    if (!t.text.starts_with(kMarker)) {
      return Fail(Code::kInternal, kInvalid, name + ": does not begin with the auto-escape marker");
    }
    if (std::string_view tag = FindUnsafeTag(t.text.substr(kMarker.size())); !tag.empty()) {
      return Fail(Code::kInternal, kInvalid, name + ": {{" + std::string(tag) + "}}");
    }
    if (!impl->names.insert(name).second) {
      return Fail(Code::kInternal, kInvalid, name + ": given twice");
    }
    if (!impl->cache.StringToTemplateCache(View(t.name), View(t.text), kStrip)) {
      return Fail(Code::kInternal, kInvalid, name + ": does not parse");
    }
  }
  impl->cache.Freeze();
  return std::unique_ptr<Templates>(new Templates(std::move(impl)));
}

std::string Templates::Render(std::string_view name, const Data& data) const {
  GH_CHECK(impl_->names.contains(name));
  ctemplate::TemplateDictionary dictionary(View(name));
  impl_->Fill(data, dictionary);
  std::string out;
  GH_CHECK(impl_->cache.ExpandNoLoad(View(name), kStrip, &dictionary, nullptr, &out));
  return out;
}

std::string Escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace gatehouse::html
