#include "region/events/scrub/pattern.h"

#include <algorithm>
#include <array>

#include "region/events/scrub/errors.h"

namespace gatehouse::events::scrub {
namespace {

constexpr std::size_t kMaxProgram = 1000;
constexpr std::size_t kMaxPattern = 1000;
constexpr std::uint32_t kMaxRepeat = 200;
constexpr int kMaxPatternNesting = 32;
constexpr std::uint32_t kMaxPoint = 0x10FFFF;

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The code point at `at`, which must be inside the text, and the length of its bytes.
std::uint32_t PointAt(std::string_view text, std::size_t at, std::size_t& length) {
  auto lead = static_cast<unsigned char>(text[at]);
  length = lead < 0x80 ? 1 : lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 1 || at + length > text.size()) {
    length = 1;
    return lead;
  }
  std::uint32_t point = lead & (0x7FU >> length);
  for (std::size_t k = 1; k < length; ++k) {
    point = (point << 6) | (static_cast<unsigned char>(text[at + k]) & 0x3FU);
  }
  return point;
}

}  // namespace

// Recursive descent straight to instructions: a group is compiled into a fragment of its own that
// repetitions copy.
class Compiler {
 public:
  using Op = Pattern::Op;
  using Where = Pattern::Where;
  using Set = Pattern::Set;
  using Code = std::vector<Pattern::Instruction>;  // targets are relative to the instruction

  Compiler(std::string_view text, bool ignore_case) : text_(text), ignore_case_(ignore_case) {}

  Result<Pattern> Run() {
    if (text_.size() > kMaxPattern) return Bad("too long");
    Code body = Alternatives(0);
    if (error_.empty() && at_ < text_.size()) Error("unbalanced parenthesis");
    if (!error_.empty()) return Bad(error_);
    Code program = {{Op::kSave, 0, 0}};
    Append(program, body);
    program.push_back({Op::kSave, 1, 0});
    program.push_back({Op::kMatch, 0, 0});
    if (program.size() > kMaxProgram) return Bad("too complex");
    for (std::size_t i = 0; i < program.size(); ++i) {
      if (program[i].op == Op::kJump || program[i].op == Op::kSplit) {
        program[i].a += static_cast<std::uint32_t>(i);
        program[i].b += static_cast<std::uint32_t>(i);
      }
    }
    pattern_.program_ = std::move(program);
    pattern_.groups_ = groups_;
    return std::move(pattern_);
  }

 private:
  static std::unexpected<gatehouse::Error> Bad(std::string_view why) {
    return Fail(gatehouse::Code::kInvalidArgument, kPatternInvalid, std::string(why));
  }
  void Error(std::string_view why) {
    if (error_.empty()) error_ = why;
  }
  bool More() const { return error_.empty() && at_ < text_.size(); }
  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void Append(Code& to, const Code& from) {
    if (to.size() + from.size() > kMaxProgram) return Error("too complex");
    to.insert(to.end(), from.begin(), from.end());
  }
  static std::uint32_t Offset(std::size_t instructions) {
    return static_cast<std::uint32_t>(instructions);
  }
  static std::uint32_t Back(std::size_t instructions) {
    return 0U - static_cast<std::uint32_t>(instructions);
  }

  Code Alternatives(int depth) {
    if (depth > kMaxPatternNesting) {
      Error("nested too deep");
      return {};
    }
    bool ignore_case = ignore_case_;
    bool dot_all = dot_all_;
    bool multi_line = multi_line_;
    Code code = Sequence(depth);
    while (More() && Take('|')) {
      Code other = Sequence(depth);
      Code both = {{Op::kSplit, 1, Offset(code.size() + 2)}};
      Append(both, code);
      both.push_back({Op::kJump, Offset(other.size() + 1), 0});
      Append(both, other);
      code = std::move(both);
    }
    ignore_case_ = ignore_case;
    dot_all_ = dot_all;
    multi_line_ = multi_line;
    return code;
  }

  Code Sequence(int depth) {
    Code code;
    while (More() && text_[at_] != '|' && text_[at_] != ')') Append(code, Repeated(depth));
    return code;
  }

  Code Repeated(int depth) {
    Code atom = Atom(depth);
    while (More()) {
      std::uint32_t least = 0;
      std::uint32_t most = UINT32_MAX;
      if (Take('*')) {
      } else if (Take('+')) {
        least = 1;
      } else if (Take('?')) {
        most = 1;
      } else if (text_[at_] == '{') {
        Counts(least, most);
      } else {
        break;
      }
      bool lazy = Take('?');
      atom = Repeat(atom, least, most, lazy);
    }
    return atom;
  }

  void Counts(std::uint32_t& least, std::uint32_t& most) {
    ++at_;
    bool any = Number(least);
    most = least;
    if (Take(',')) {
      most = UINT32_MAX;
      Number(most);
    }
    bool bounded = most != UINT32_MAX;
    if (!any || !Take('}') || least > kMaxRepeat ||
        (bounded && (most > kMaxRepeat || most < least))) {
      Error("bad repetition");
    }
  }

  bool Number(std::uint32_t& value) {
    std::size_t start = at_;
    std::uint32_t number = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && at_ - start < 5) {
      number = number * 10 + static_cast<std::uint32_t>(text_[at_++] - '0');
    }
    if (at_ == start) return false;
    value = number;
    return true;
  }

  Code Repeat(const Code& atom, std::uint32_t least, std::uint32_t most, bool lazy) {
    auto split = [&](std::uint32_t into, std::uint32_t past) {
      return lazy ? Pattern::Instruction{Op::kSplit, past, into}
                  : Pattern::Instruction{Op::kSplit, into, past};
    };
    Code code;
    for (std::uint32_t i = 0; i < least; ++i) Append(code, atom);
    if (most == UINT32_MAX) {
      code.push_back(split(1, Offset(atom.size() + 2)));
      Append(code, atom);
      code.push_back({Op::kJump, Back(atom.size() + 1), 0});
    } else {
      for (std::uint32_t i = least; i < most && error_.empty(); ++i) {
        std::size_t left = (most - i) * (atom.size() + 1);
        code.push_back(split(1, Offset(left)));
        Append(code, atom);
      }
    }
    return code;
  }

  Code Atom(int depth) {
    char c = text_[at_];
    if (c == '(') return Group(depth);
    if (c == '[') return SetCode(Class());
    if (c == '*' || c == '+' || c == '?') {
      Error("nothing to repeat");
      return {};
    }
    if (c == '\\') return Escape();
    if (c == '.') {
      ++at_;
      if (dot_all_) return SetCode({{0, kMaxPoint}});
      return SetCode({{0, '\n' - 1}, {'\n' + 1, kMaxPoint}});
    }
    if (c == '^' || c == '$') {
      ++at_;
      Where where = c == '^' ? (multi_line_ ? Where::kLineBegin : Where::kBegin)
                             : (multi_line_ ? Where::kLineEnd : Where::kEnd);
      return {{Op::kAssert, static_cast<std::uint32_t>(where), 0}};
    }
    std::size_t length = 0;
    std::uint32_t point = PointAt(text_, at_, length);
    at_ += length;
    return SetCode({{point, point}});
  }

  Code Group(int depth) {
    ++at_;
    bool capture = true;
    bool ignore_case = ignore_case_;
    bool dot_all = dot_all_;
    bool multi_line = multi_line_;
    if (Take('?')) {
      capture = false;
      if (at_ < text_.size() && (text_[at_] == 'P' || text_[at_] == '<')) {
        Take('P');
        std::size_t close = text_.find('>', at_);
        bool named = at_ + 1 < text_.size() && text_[at_] == '<' && text_[at_ + 1] != '=' &&
                     text_[at_ + 1] != '!' && close != text_.npos;
        if (!named) {
          Error("look-behind is not supported");
          return {};
        }
        at_ = close + 1;
        capture = true;
      } else if (!Flags()) {
        return {};
      } else if (at_ > 0 && text_[at_ - 1] == ')') {
        return {};  // "(?i)": from here to the end of the group
      }
    }
    std::uint32_t slot = 0;
    if (capture) {
      if (++groups_ > Pattern::kMaxGroups) Error("too many groups");
      slot = static_cast<std::uint32_t>(groups_ * 2);
    }
    Code inner = Alternatives(depth + 1);
    if (!Take(')')) Error("unbalanced parenthesis");
    ignore_case_ = ignore_case;
    dot_all_ = dot_all;
    multi_line_ = multi_line;
    if (!capture) return inner;
    Code code = {{Op::kSave, slot, 0}};
    Append(code, inner);
    code.push_back({Op::kSave, slot + 1, 0});
    return code;
  }

  // "i-s:" or "i)"; sets the flags and stands behind the sign.
  bool Flags() {
    bool on = true;
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == ':' || c == ')') return true;
      if (c == '-') {
        on = false;
      } else if (c == 'i') {
        ignore_case_ = on;
      } else if (c == 's') {
        dot_all_ = on;
      } else if (c == 'm') {
        multi_line_ = on;
      } else if (c != 'u') {
        break;
      }
    }
    Error("this group is not supported");
    return false;
  }

  static const Set* Shorthand(char c) {
    static const Set kDigit = {{'0', '9'}};
    static const Set kWord = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}, {0x80, kMaxPoint}};
    static const Set kSpace = {{'\t', '\r'}, {' ', ' '}, {0x85, 0x85}, {0xA0, 0xA0}};
    switch (c) {
      case 'd':
        return &kDigit;
      case 'w':
        return &kWord;
      case 's':
        return &kSpace;
      default:
        return nullptr;
    }
  }

  static Set Negate(Set set) {
    std::ranges::sort(set);
    Set out;
    std::uint32_t next = 0;
    for (const auto& [from, to] : set) {
      if (from > next) out.emplace_back(next, from - 1);
      next = std::max(next, to + 1);
    }
    if (next <= kMaxPoint) out.emplace_back(next, kMaxPoint);
    return out;
  }

  // The character behind a backslash, for those that stand for one; nothing for classes.
  std::optional<std::uint32_t> EscapedPoint() {
    char c = text_[at_++];
    switch (c) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'f':
        return '\f';
      case 'v':
        return '\v';
      case '0':
        return 0;
      case 'x': {
        std::uint32_t value = 0;
        for (int i = 0; i < 2; ++i) {
          char digit = at_ < text_.size() ? text_[at_++] : ' ';
          int hex = digit >= '0' && digit <= '9'                 ? digit - '0'
                    : (digit | 32) >= 'a' && (digit | 32) <= 'f' ? (digit | 32) - 'a' + 10
                                                                 : -1;
          if (hex < 0) Error("bad escape");
          value = value * 16 + static_cast<std::uint32_t>(std::max(hex, 0));
        }
        return value;
      }
      default:
        break;
    }
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '1' && c <= '9');
    if (letter) Error("this escape is not supported");
    return static_cast<unsigned char>(c);
  }

  Code Escape() {
    if (++at_ >= text_.size()) {
      Error("a backslash ends the pattern");
      return {};
    }
    char c = text_[at_];
    if (c == 'b' || c == 'B') {
      ++at_;
      Where where = c == 'b' ? Where::kWord : Where::kNotWord;
      return {{Op::kAssert, static_cast<std::uint32_t>(where), 0}};
    }
    if (c == 'A' || c == 'z') {
      ++at_;
      return {{Op::kAssert, static_cast<std::uint32_t>(c == 'A' ? Where::kBegin : Where::kEnd), 0}};
    }
    if (const Set* set = Shorthand(c)) {
      ++at_;
      return SetCode(*set);
    }
    if (const Set* set = Shorthand(static_cast<char>(c | 32)); set != nullptr && c < 'a') {
      ++at_;
      return SetCode(Negate(*set));
    }
    std::uint32_t point = EscapedPoint().value_or(0);
    return SetCode({{point, point}});
  }

  Set Class() {
    ++at_;
    bool negated = Take('^');
    Set set;
    bool first = true;
    while (true) {
      if (at_ >= text_.size()) {
        Error("a class has no end");
        return set;
      }
      if (text_[at_] == ']' && !first) break;
      first = false;
      if (text_.substr(at_, 2) == "[:") {
        Error("named classes are not supported");
        return set;
      }
      std::uint32_t from = 0;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        char c = text_[++at_];
        if (const Set* known = Shorthand(c)) {
          set.insert(set.end(), known->begin(), known->end());
          ++at_;
          continue;
        }
        if (const Set* known = Shorthand(static_cast<char>(c | 32)); known != nullptr && c < 'a') {
          Set rest = Negate(*known);
          set.insert(set.end(), rest.begin(), rest.end());
          ++at_;
          continue;
        }
        from = EscapedPoint().value_or(0);
      } else {
        std::size_t length = 0;
        from = PointAt(text_, at_, length);
        at_ += length;
      }
      std::uint32_t to = from;
      if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        ++at_;
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
          ++at_;
          to = EscapedPoint().value_or(0);
        } else {
          std::size_t length = 0;
          to = PointAt(text_, at_, length);
          at_ += length;
        }
        if (to < from) Error("a range goes backwards");
      }
      set.emplace_back(from, to);
    }
    ++at_;
    if (ignore_case_) AddCases(set);
    return negated ? Negate(set) : set;
  }

  static void AddCases(Set& set) {
    std::size_t count = set.size();
    for (std::size_t i = 0; i < count; ++i) {
      auto [from, to] = set[i];
      std::uint32_t low = std::max<std::uint32_t>(from, 'a');
      std::uint32_t high = std::min<std::uint32_t>(to, 'z');
      if (low <= high) set.emplace_back(low - 32, high - 32);
      low = std::max<std::uint32_t>(from, 'A');
      high = std::min<std::uint32_t>(to, 'Z');
      if (low <= high) set.emplace_back(low + 32, high + 32);
    }
  }

  Code SetCode(Set set) {
    if (ignore_case_) AddCases(set);
    if (pattern_.sets_.size() >= kMaxProgram) {
      Error("too complex");
      return {};
    }
    pattern_.sets_.push_back(std::move(set));
    return {{Op::kSet, static_cast<std::uint32_t>(pattern_.sets_.size() - 1), 0}};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool ignore_case_;
  bool dot_all_ = false;
  bool multi_line_ = false;
  std::size_t groups_ = 0;
  std::string error_;
  Pattern pattern_;
};

Result<Pattern> Pattern::Compile(std::string_view text, bool ignore_case) {
  return Compiler(text, ignore_case).Run();
}

bool Pattern::Contains(const Set& set, std::uint32_t point) {
  for (const auto& [from, to] : set) {
    if (point >= from && point <= to) return true;
  }
  return false;
}

bool Pattern::Holds(Where where, std::string_view text, std::size_t at) {
  bool before = at > 0 && IsWordByte(text[at - 1]);
  bool behind = at < text.size() && IsWordByte(text[at]);
  switch (where) {
    case Where::kBegin:
      return at == 0;
    case Where::kEnd:
      return at == text.size();
    case Where::kLineBegin:
      return at == 0 || text[at - 1] == '\n';
    case Where::kLineEnd:
      return at == text.size() || text[at] == '\n';
    case Where::kWord:
      return before != behind;
    case Where::kNotWord:
      return before == behind;
  }
  return false;
}

std::optional<std::vector<Pattern::Range>> Pattern::Search(std::string_view text, std::size_t from,
                                                           std::uint64_t& budget) const {
  constexpr std::size_t kSlots = 2 * (kMaxGroups + 1);
  using Saves = std::array<std::size_t, kSlots>;
  struct Thread {
    std::uint32_t pc;
    Saves saves;
  };
  std::vector<Thread> now;
  std::vector<Thread> next;
  std::vector<std::size_t> seen(program_.size(), 0);  // generation in which a place was entered
  std::size_t generation = 0;
  std::vector<std::pair<std::uint32_t, Saves>> pending;
  bool exhausted = false;

  // Follows everything that reads no character, the preferred way first.
  auto enter = [&](std::vector<Thread>& list, std::uint32_t start, const Saves& saves,
                   std::size_t at) {
    pending.clear();
    pending.emplace_back(start, saves);
    while (!pending.empty()) {
      auto [pc, held] = pending.back();
      pending.pop_back();
      if (seen[pc] == generation) continue;
      seen[pc] = generation;
      if (budget == 0) {
        exhausted = true;
        return;
      }
      --budget;
      const Instruction& instruction = program_[pc];
      switch (instruction.op) {
        case Op::kJump:
          pending.emplace_back(instruction.a, held);
          break;
        case Op::kSplit:
          pending.emplace_back(instruction.b, held);
          pending.emplace_back(instruction.a, held);
          break;
        case Op::kSave:
          held[instruction.a] = at;
          pending.emplace_back(pc + 1, held);
          break;
        case Op::kAssert:
          if (Holds(static_cast<Where>(instruction.a), text, at))
            pending.emplace_back(pc + 1, held);
          break;
        case Op::kSet:
        case Op::kMatch:
          list.push_back({pc, held});
          break;
      }
    }
  };

  std::optional<Saves> found;
  Saves none;
  none.fill(std::string_view::npos);
  std::size_t at = from;
  generation = 1;
  while (!exhausted) {
    if (!found) enter(now, 0, none, at);
    if (now.empty() && found) break;
    std::size_t length = 1;
    std::uint32_t point = at < text.size() ? PointAt(text, at, length) : 0;
    ++generation;
    next.clear();
    for (const Thread& thread : now) {
      const Instruction& instruction = program_[thread.pc];
      if (instruction.op == Op::kMatch) {
        found = thread.saves;
        break;  // the threads behind are less preferred
      }
      if (at < text.size() && Contains(sets_[instruction.a], point)) {
        enter(next, thread.pc + 1, thread.saves, at + length);
        if (exhausted) break;
      }
    }
    std::swap(now, next);
    if (at >= text.size()) break;
    at += length;
  }
  if (!found || exhausted) return std::nullopt;
  std::vector<Range> ranges;
  for (std::size_t group = 0; group <= groups_; ++group) {
    ranges.emplace_back((*found)[2 * group], (*found)[2 * group + 1]);
  }
  return ranges;
}

}  // namespace gatehouse::events::scrub
