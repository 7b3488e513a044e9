// The password policy: long, and not built from what a guesser tries first. What can be predicted
// (keyboard runs, stock words, the person's own e-mail and name, the product) is taken out of the
// password; enough must be left. No composition rules and no expiry. (NIST SP 800-63B §5.1.1.2)

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "control/users/common_passwords.h"
#include "control/users/errors.h"
#include "control/users/service.h"
#include "platform/crypto/password.h"

namespace gatehouse::users {
namespace {

constexpr std::size_t kMinBytes = 15;
// Next to a second factor (NIST SP 800-63B-4).
constexpr std::size_t kMinBytesWith2fa = 8;
constexpr std::size_t kMinDistinct = 5;
constexpr std::size_t kMinUnpredicted = 8;
constexpr std::size_t kMinUnpredictedWith2fa = 5;
constexpr std::size_t kMinRun = 4;
constexpr std::size_t kMinWord = 4;

// Walks over a keyboard, the alphabet and digits; each is also walked backwards.
constexpr auto kWalks = std::to_array<std::string_view>({
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "!@#$%^&*()_+",
});

constexpr auto kStockWords = std::to_array<std::string_view>({
    "gatehouse",
    "password",
    "passwort",
    "passphrase",
    "welcome",
    "letmein",
    "changeme",
    "administrator",
    "admin",
    "qwerty",
    "azerty",
    "iloveyou",
    "monkey",
    "dragon",
    "secret",
    "login",
    "master",
    "test",
});

// What a character is often written for: "p@ssw0rd" is "password".
char Unleet(char c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
      return 'i';
    case '3':
      return 'e';
    case '4':
    case '@':
      return 'a';
    case '5':
    case '$':
      return 's';
    case '7':
      return 't';
    default:
      return c;
  }
}

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

std::string Squeeze(std::string_view lower) {
  std::string out;
  std::ranges::copy_if(lower, std::back_inserter(out), IsAlnum);
  return out;
}

// Is the whole text one unit written twice or more, the last time perhaps cut short?
bool IsRepetition(std::string_view text) {
  for (std::size_t period = 1; period * 2 <= text.size(); ++period) {
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  }
  return false;
}

// Length of the longest walk that `text` begins with.
std::size_t RunAt(std::string_view text) {
  std::size_t best = 0;
  for (std::string_view walk : kWalks) {
    std::string backwards(walk.rbegin(), walk.rend());
    for (std::string_view way : {walk, std::string_view(backwards)}) {
      for (std::size_t from = 0; from < way.size(); ++from) {
        auto [end, unused] = std::ranges::mismatch(text, way.substr(from));
        best = std::max(best, static_cast<std::size_t>(end - text.begin()));
      }
    }
  }
  std::size_t same = std::min(text.find_first_not_of(text.front()), text.size());
  return std::max(best, same);
}

// The parts of e-mail and name that are long enough to mean something.
std::vector<std::string> ContextWords(std::string_view email, std::string_view name) {
  std::vector<std::string> words(kStockWords.begin(), kStockWords.end());
  auto add = [&words](std::string_view text) {
    std::string word;
    for (char c : AsciiLower(text) + " ") {
      if (IsAlnum(c)) {
        word += c;
      } else {
        if (word.size() >= kMinWord) words.push_back(word);
        word.clear();
      }
    }
    for (std::string whole : {AsciiLower(text), Squeeze(AsciiLower(text))}) {
      if (whole.size() >= kMinWord) words.push_back(std::move(whole));
    }
  };
  add(email);
  add(email.substr(0, email.find('@')));
  if (auto at = email.find('@'); at != std::string_view::npos) add(email.substr(at + 1));
  add(name);
  // The longest first, so that "administrator" is not taken for "admin".
  std::ranges::sort(words, [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  return words;
}

// Characters that no word and no run explains.
std::size_t Unpredicted(std::string_view lower, const std::vector<std::string>& words) {
  std::string plain(lower);
  std::ranges::transform(plain, plain.begin(), Unleet);
  std::string_view as_typed = lower;
  std::string_view as_meant = plain;
  std::size_t left = 0;
  for (std::size_t at = 0; at < lower.size();) {
    std::size_t step = 0;
    for (const std::string& word : words) {
      if (as_typed.substr(at).starts_with(word) || as_meant.substr(at).starts_with(word)) {
        step = word.size();
        break;
      }
    }
    std::size_t run = RunAt(as_typed.substr(at));
    if (run >= kMinRun) step = std::max(step, run);
    if (step == 0) {
      ++left;
      step = 1;
    }
    at += step;
  }
  return left;
}

std::unexpected<Error> Refuse(std::string why) {
  return Fail(Code::kInvalidArgument, kPasswordPolicy, std::move(why));
}

}  // namespace

Result<void> CheckPasswordPolicy(std::string_view password, std::string_view email,
                                 std::string_view name, bool has_2fa) {
  const std::size_t min_bytes = has_2fa ? kMinBytesWith2fa : kMinBytes;
  const std::size_t min_unpredicted = has_2fa ? kMinUnpredictedWith2fa : kMinUnpredicted;
  if (password.size() < min_bytes || password.size() > crypto::kMaxPasswordBytes) {
    return Refuse("length");
  }
  if (!IsValidUtf8(password)) return Refuse("not UTF-8");
  std::string lower = AsciiLower(password);
  if (std::set<char>(lower.begin(), lower.end()).size() < kMinDistinct) {
    return Refuse("few different characters");
  }
  std::string squeezed = Squeeze(lower);
  if (IsRepetition(lower) || (squeezed.size() >= min_unpredicted && IsRepetition(squeezed))) {
    return Refuse("repetition");
  }
  if (IsCommonPassword(squeezed)) return Refuse("common");
  if (Unpredicted(lower, ContextWords(email, name)) < min_unpredicted) return Refuse("predictable");
  return {};
}

}  // namespace gatehouse::users
