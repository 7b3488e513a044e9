#include "platform/rpc/signature.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "platform/crypto/hash.h"
#include "platform/rpc/errors.h"

namespace gatehouse::rpc {
namespace {

constexpr std::string_view kScheme = "Rpcsignature rpc1:";
constexpr std::size_t kMinSecret = 32;
constexpr std::size_t kMaxNonce = 64;
// A call of the far end of the window, a clock ahead of ours included, is remembered for so long.
constexpr Duration kGeneration = 2 * kWindow;

bool IsWord(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

// Every part is free of line ends or of a fixed form: no two calls give the same text.
std::string MacOfCall(const Key& key, std::string_view method, std::string_view path,
                      std::string_view body, std::string_view time, std::string_view nonce) {
  const std::string digest = crypto::Sha256Hex(body);
  std::string text = "call\n";
  for (std::string_view part : {method, path, std::string_view(digest), time}) {
    text.append(part).append("\n");
  }
  return HexEncode(crypto::HmacSha256(key.secret, text.append(nonce)));
}

std::unexpected<Error> Refuse(std::string why) {
  return Fail(Code::kUnauthenticated, kSignatureInvalid, std::move(why));
}

}  // namespace

Result<KeyList> KeyList::Of(std::vector<Key> keys) {
  if (keys.empty()) return Fail(Code::kInvalidArgument, kKeysInvalid, "no key");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!IsWord(keys[i].id, 32) || keys[i].secret.size() < kMinSecret) {
      return Fail(Code::kInvalidArgument, kKeysInvalid, "key " + std::to_string(i + 1));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (keys[j].id == keys[i].id) {
        return Fail(Code::kInvalidArgument, kKeysInvalid, "two keys of one id");
      }
    }
  }
  return KeyList(std::move(keys));
}

const Key* KeyList::Find(std::string_view id) const {
  auto found = std::ranges::find(keys_, id, &Key::id);
  return found == keys_.end() ? nullptr : &*found;
}

Signed SignCall(const Key& key, const Clock& clock, Rng& rng, std::string_view method,
                std::string_view path, std::string_view body) {
  Signed out;
  out.nonce = rng.Token(16);
  const std::string time = std::to_string(clock.Now().micros);
  out.authorization = std::string(kScheme) + key.id + ":" + time + ":" + out.nonce + ":" +
                      MacOfCall(key, method, path, body, time, out.nonce);
  return out;
}

std::string SignAnswer(const Key& key, std::string_view nonce, int status, std::string_view body) {
  const std::string text = "answer\n" + std::string(nonce) + "\n" + std::to_string(status) + "\n" +
                           crypto::Sha256Hex(body);
  return HexEncode(crypto::HmacSha256(key.secret, text));
}

bool VerifyAnswer(const Key& key, std::string_view nonce, int status, std::string_view body,
                  std::string_view signature) {
  return crypto::ConstantTimeEqual(SignAnswer(key, nonce, status, body), signature);
}

Verifier::Verifier(KeyList keys, const Clock& clock, std::size_t max_nonces)
    : keys_(std::move(keys)),
      clock_(clock),
      max_nonces_(max_nonces),
      began_(clock.Now()),
      turned_(clock.Monotonic()) {}

Result<Verifier::Caller> Verifier::Verify(std::string_view method, std::string_view path,
                                          std::string_view body, std::string_view authorization) {
  if (!authorization.starts_with(kScheme)) return Refuse("not signed");
  const std::vector<std::string_view> parts = Split(authorization.substr(kScheme.size()), ':');
  if (parts.size() != 4 || !IsWord(parts[2], kMaxNonce)) return Refuse("malformed");
  const std::string_view text = parts[1];
  std::int64_t micros = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), micros);
  if (failed != std::errc() || end != text.data() + text.size() || micros <= 0 ||
      micros > std::int64_t{1} << 60) {
    return Refuse("malformed");
  }
  const Key* key = keys_.Find(parts[0]);
  if (key == nullptr) return Refuse("unknown key");
  if (!crypto::ConstantTimeEqual(MacOfCall(*key, method, path, body, text, parts[2]), parts[3])) {
    return Refuse("wrong signature");
  }
  const Timestamp time{micros};
  const Duration age = clock_.Now() - time;
  if (age > kWindow || age < -kWindow) return Refuse("outside the window");
  if (time < began_) return Fail(Code::kUnavailable, kBusy, "signed before this end began");
  Caller caller{.key = key, .nonce = std::string(parts[2])};
  GH_TRY_VOID(Remember(caller.nonce));
  return caller;
}

Result<void> Verifier::Remember(const std::string& nonce) {
  std::lock_guard lock(mutex_);
  const Duration now = clock_.Monotonic();
  if (now - turned_ >= kGeneration) {
    former_ = now - turned_ >= 2 * kGeneration ? std::unordered_set<std::string>()
                                               : std::exchange(recent_, {});
    recent_.clear();
    turned_ = now;
  }
  if (former_.contains(nonce)) return Refuse("seen before");
  if (recent_.size() >= max_nonces_ && !recent_.contains(nonce)) {
    return Fail(Code::kUnavailable, kBusy, "too many calls to remember");
  }
  if (!recent_.insert(nonce).second) return Refuse("seen before");
  return {};
}

}  // namespace gatehouse::rpc
