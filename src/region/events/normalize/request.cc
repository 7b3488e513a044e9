// The HTTP request during which it happened.

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "region/events/document/event_json.h"
#include "region/events/normalize/passes.h"
#include "region/events/normalize/web_url.h"

namespace gatehouse::events {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

void Push(json::Array& pairs, std::string_view key, std::string_view value) {
  json::Array pair(pairs.storage());
  pair.emplace_back(key);
  pair.emplace_back(value);
  pairs.emplace_back(std::move(pair));
}

json::Array ParseForm(std::string_view text, const json::Storage& storage) {
  json::Array pairs(storage);
  if (text.empty()) return pairs;
  for (std::string_view field : Split(text, '&')) {
    if (field.empty()) continue;
    auto [key, value] = SplitOnce(field, '=');
    Push(pairs, PercentDecode(key, true), PercentDecode(value, true));
  }
  return pairs;
}

std::string PlainOrEmpty(const json::Value& value) {
  if (value.is_string()) return std::string(Text(value));
  if (value.is_null()) return {};
  return json::Serialize(value);
}

std::vector<json::Object::value_type*> SortedMembers(json::Object& object) {
  std::vector<json::Object::value_type*> members;
  for (auto& member : object) members.push_back(&member);
  std::ranges::sort(members, [](auto* a, auto* b) { return a->key() < b->key(); });
  return members;
}

// An object or a list of pairs as a list of pairs of text; `text_of` makes the values.
template <class F>
void ShapePairs(json::Value& value, const Path& path, Annotations& notes, F text_of) {
  json::Array out(value.storage());
  if (json::Object* object = value.if_object()) {
    for (auto* member : SortedMembers(*object)) Push(out, member->key(), text_of(member->value()));
    value = std::move(out);
    return;
  }
  json::Array* list = value.if_array();
  if (list == nullptr) return notes.Reject(value, path, "expected an array or object");
  for (json::Value& item : *list) {
    const json::Array* pair = item.if_array();
    if (pair != nullptr && (pair->size() == 1 || pair->size() == 2)) {
      auto key = LenientText((*pair)[0]);
      if (key) {
        Push(out, *key, pair->size() == 2 ? text_of((*pair)[1]) : std::string());
        continue;
      }
    }
    if (item.is_null()) continue;
    Path place(path, out.size());
    notes.Invalid(place, &item, "expected a tuple");
    out.emplace_back(nullptr);
  }
  value = std::move(out);
}

void NormalizeMethod(json::Object& request, const Path& path, Annotations& notes) {
  json::Value* method = Member(request, "method");
  if (method == nullptr) return;
  Path place(path, "method");
  if (!method->is_string()) return notes.Reject(*method, place, "expected a string");
  std::string text(Text(*method));
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  bool fine = text.size() >= 3 && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
                return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
              });
  if (!fine) return notes.Reject(*method, place, {});
  SetText(*method, text);
}

void NormalizeUrl(json::Object& request) {
  json::Value* value = Member(request, "url");
  if (value == nullptr || !value->is_string()) return;
  std::string text(Text(*value));
  if (text.ends_with(kEllipsis)) {
    text.resize(text.size() - kEllipsis.size());
    text += "...";
  }
  std::string base;
  std::optional<std::string> query;
  std::optional<std::string> fragment;
  if (auto url = WebUrl::Parse(text)) {
    base = url->Base();
    query = std::move(url->query);
    fragment = std::move(url->fragment);
  } else {
    std::string_view rest = text;
    if (std::size_t hash = rest.find('#'); hash != rest.npos) {
      fragment = std::string(rest.substr(hash + 1));
      rest = rest.substr(0, hash);
    }
    if (std::size_t mark = rest.find('?'); mark != rest.npos) {
      query = std::string(rest.substr(mark + 1));
      rest = rest.substr(0, mark);
    }
    base = std::string(rest);
  }
  if (base.empty()) {
    request.erase("url");
  } else if (base != Text(*value)) {
    SetText(*value, base);
  }
  if (query && !query->empty() && Member(request, "query_string") == nullptr) {
    SetText(Slot(request, "query_string"), *query);
  }
  if (fragment && !fragment->empty() && Member(request, "fragment") == nullptr) {
    SetText(Slot(request, "fragment"), *fragment);
  }
}

void NormalizeQuery(json::Object& request, const Path& path, Annotations& notes) {
  json::Value* query = Member(request, "query_string");
  if (query == nullptr) return;
  if (query->is_string()) {
    std::string_view text = Text(*query);
    if (text.starts_with('?')) text.remove_prefix(1);
    json::Array pairs = ParseForm(text, request.storage());
    *query = std::move(pairs);
  } else {
    Path place(path, "query_string");
    ShapePairs(*query, place, notes, PlainOrEmpty);
  }
  if (query->is_array() && query->get_array().empty()) request.erase("query_string");
}

void ParseCookies(json::Value& cookies, std::string_view text, const Path& path,
                  Annotations& notes) {
  json::Array pairs(cookies.storage());
  json::Value original(text);
  bool failed = false;
  for (std::string_view part : Split(text, ';')) {
    part = Trim(part);
    if (part.empty()) continue;
    auto [name, value] = SplitOnce(part, '=');
    if (name.size() == part.size() || Trim(name).empty()) {
      failed = true;
      continue;
    }
    value = Trim(value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    Push(pairs, Trim(name), value);
  }
  if (failed) notes.Invalid(path, &original, "cannot read cookies");
  if (pairs.empty()) {
    cookies = nullptr;
  } else {
    cookies = std::move(pairs);
  }
}

std::string HeaderText(const json::Value& value) {
  const json::Array* list = value.if_array();
  if (list == nullptr) return value.is_string() ? std::string(Text(value)) : PlainOrEmpty(value);
  std::string text;
  for (const json::Value& item : *list) {
    if (!text.empty()) text += ',';
    text += PlainOrEmpty(item);
  }
  return text;
}

// Title-Case-Words; other letters stay as they are.
void TitleCase(json::Value& name) {
  bool upper = true;
  for (char& c : name.get_string()) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    upper = c == '-';
  }
}

void NormalizeHeaders(json::Object& request, const Path& path, Annotations& notes) {
  json::Value* headers = Member(request, "headers");
  if (headers == nullptr) return;
  Path place(path, "headers");
  ShapePairs(*headers, place, notes, HeaderText);
  json::Array* list = headers->if_array();
  if (list == nullptr) return;
  json::Array kept(request.storage());
  json::Value cookies(request.storage());
  for (json::Value& item : *list) {
    if (json::Array* pair = item.if_array()) {
      TitleCase((*pair)[0]);
      if (Text((*pair)[0]) == "Cookie") {
        if (Member(request, "cookies") != nullptr || !cookies.is_null()) continue;
        Path cookies_place(path, "cookies");
        ParseCookies(cookies, std::string(Text((*pair)[1])), cookies_place, notes);
        continue;
      }
    }
    kept.push_back(std::move(item));
  }
  if (kept.empty()) {
    request.erase("headers");
  } else {
    *headers = std::move(kept);
  }
  if (!cookies.is_null()) Slot(request, "cookies") = std::move(cookies);
}

void NormalizeCookies(json::Object& request, const Path& path, Annotations& notes) {
  json::Value* cookies = Member(request, "cookies");
  if (cookies == nullptr) return;
  Path place(path, "cookies");
  if (cookies->is_string()) {
    std::string text(Text(*cookies));
    ParseCookies(*cookies, text, place, notes);
  } else {
    ShapePairs(*cookies, place, notes, PlainOrEmpty);
  }
  if (IsEmptyContainer(*cookies) || (cookies->is_null() && !notes.HasErrors(place))) {
    request.erase("cookies");
  }
}

// Form fields as an object, if the text is a form rather than any other text with an equals sign.
bool ParseFormBody(json::Value& data) {
  std::string_view text = Text(data);
  if (text.empty() || text.starts_with("<?xml") || text[0] == '{' || text[0] == '[') return false;
  if (!std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; })) {
    return false;
  }
  if (text.find('=') == text.npos && text.find('&') == text.npos) return false;
  json::Array pairs = ParseForm(text, data.storage());
  if (pairs.empty()) return false;
  if (pairs.size() == 1) {
    std::string_view value = Text(pairs[0].get_array()[1]);
    if (value.empty() || value == "=") return false;
  }
  json::Object fields(data.storage());
  for (json::Value& pair : pairs) {
    Slot(fields, Text(pair.get_array()[0])) = std::move(pair.get_array()[1]);
  }
  data = std::move(fields);
  return true;
}

void NormalizeData(json::Object& request) {
  json::Value* data = Member(request, "data");
  std::string_view type;
  if (data != nullptr && data->is_string() && !Text(*data).empty()) {
    // A body inside the body: as deep as an event may be, and no deeper than its text allows.
    auto parsed = json::ParseLenient(Text(*data), {.max_depth = 64, .storage = data->storage()});
    if (parsed) {
      *data = std::move(*parsed);
      type = "application/json";
    } else if (ParseFormBody(*data)) {
      type = "application/x-www-form-urlencoded";
    }
  }
  if (!type.empty()) {
    SetText(Slot(request, "inferred_content_type"), type);
    return;
  }
  request.erase("inferred_content_type");
  const json::Array* headers = json::GetArray(request, "headers");
  if (headers == nullptr) return;
  for (const json::Value& item : *headers) {
    const json::Array* pair = item.if_array();
    if (pair == nullptr || !EqualsIgnoreCase(Text((*pair)[0]), "Content-Type")) continue;
    std::string media(Trim(SplitOnce(Text((*pair)[1]), ';').first));
    if (!media.empty()) SetText(Slot(request, "inferred_content_type"), media);
    return;
  }
}

}  // namespace

std::string_view HeaderValue(const json::Object& event, std::string_view name) {
  const json::Object* request = json::GetObject(event, "request");
  const json::Array* headers = request == nullptr ? nullptr : json::GetArray(*request, "headers");
  if (headers == nullptr) return {};
  for (const json::Value& item : *headers) {
    const json::Array* pair = item.if_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() ||
        !(*pair)[1].is_string()) {
      continue;
    }
    if (EqualsIgnoreCase(Text((*pair)[0]), name)) return Text((*pair)[1]);
  }
  return {};
}

void NormalizeRequest(Pass& pass) {
  json::Object* request = ObjectMember(pass.event, "request");
  if (request == nullptr) return;
  Path root;
  Path path(root, "request");
  NormalizeMethod(*request, path, pass.notes);
  NormalizeUrl(*request);
  NormalizeQuery(*request, path, pass.notes);
  NormalizeCookies(*request, path, pass.notes);
  NormalizeHeaders(*request, path, pass.notes);
  NormalizeData(*request);
  if (request->empty()) pass.event.erase("request");
}

}  // namespace gatehouse::events
