#include "edge/web/events/similarity.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxWords = 40;
constexpr std::size_t kMaxFramesCompared = 60;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

void SortUnique(std::vector<std::string>& list) {
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
}

std::vector<std::string> WordSet(std::string_view text) {
  std::vector<std::string> words;
  const std::string lower = AsciiLower(text);
  std::string word;
  bool has_digit = false;
  const auto finish = [&] {
    if (word.size() > 1 && !has_digit && words.size() < kMaxWords) words.push_back(word);
    word.clear();
    has_digit = false;
  };
  for (const char c : lower) {
    if (IsLetter(c) || c == '_') {
      word += c;
    } else if (c >= '0' && c <= '9') {
      has_digit = true;
      word += c;
    } else {
      finish();
    }
  }
  finish();
  SortUnique(words);
  return words;
}

// Of what either has, how much both have.
double Shared(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> both;
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  const std::size_t either = a.size() + b.size() - both.size();
  return either == 0 ? 0.0 : static_cast<double>(both.size()) / static_cast<double>(either);
}

int Percents(double share) { return static_cast<int>(share * 100 + 0.5); }

}  // namespace

Traits TraitsOf(const issues::Issue& issue) {
  Traits traits;
  traits.type = std::string(json::GetString(issue.metadata, "type").value_or(""));
  const auto value = json::GetString(issue.metadata, "value");
  traits.words = WordSet(value && !value->empty() ? *value : std::string_view(issue.title));
  traits.culprit = issue.culprit;
  return traits;
}

std::vector<std::string> StackFrames(const json::Object& payload) {
  std::vector<std::string> frames;
  const json::Object* exception = json::GetObject(payload, "exception");
  const json::Array* values = exception ? json::GetArray(*exception, "values") : nullptr;
  if (values == nullptr) return frames;
  for (const json::Value& one : *values) {
    const json::Object* thrown = one.if_object();
    const json::Object* stack = thrown ? json::GetObject(*thrown, "stacktrace") : nullptr;
    const json::Array* list = stack ? json::GetArray(*stack, "frames") : nullptr;
    if (list == nullptr) continue;
    for (auto it = list->rbegin(); it != list->rend() && frames.size() < kMaxFramesCompared; ++it) {
      const json::Object* frame = it->if_object();
      if (frame == nullptr || !json::GetBool(*frame, "in_app").value_or(false)) continue;
      auto place = json::GetString(*frame, "module");
      if (!place || place->empty()) place = json::GetString(*frame, "filename");
      frames.push_back(std::string(place.value_or("")) + " " +
                       std::string(json::GetString(*frame, "function").value_or("")));
    }
  }
  SortUnique(frames);
  return frames;
}

Likeness Compare(const Traits& a, const Traits& b) {
  Likeness like;
  double reached = 0;
  double possible = 0;
  const auto weigh = [&](double weight, double share) {
    possible += weight;
    reached += weight * share;
  };
  if (!a.type.empty() && !b.type.empty()) {
    like.same_type = a.type == b.type;
    weigh(2, like.same_type ? 1 : 0);
  }
  if (!a.words.empty() || !b.words.empty()) {
    const double share = Shared(a.words, b.words);
    like.words = Percents(share);
    weigh(3, share);
  }
  if (!a.culprit.empty() && !b.culprit.empty()) {
    like.same_culprit = a.culprit == b.culprit;
    weigh(2, like.same_culprit ? 1 : 0);
  }
  if (!a.frames.empty() && !b.frames.empty()) {
    const double share = Shared(a.frames, b.frames);
    like.frames = Percents(share);
    weigh(3, share);
  }
  if (possible > 0) like.percent = Percents(reached / possible);
  return like;
}

}  // namespace gatehouse::web
