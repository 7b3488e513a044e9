#include "core/audit/checkpoint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/bytes.h"
#include "base/check.h"
#include "core/audit/errors.h"
#include "platform/crypto/hash.h"
#include "platform/files/files.h"

namespace gatehouse::audit {
namespace {

constexpr std::size_t kHeadsPerLine = 1000;
constexpr std::size_t kMaxLine = 1024 * 1024;
constexpr std::string_view kSignatureKey = ",\"signature\":\"";

std::unexpected<Error> Unavailable(const std::filesystem::path& file, std::string_view what) {
  return Fail(Code::kUnavailable, kCheckpointsUnavailable,
              file.string() + ": " + std::string(what) + ": " + std::strerror(errno));
}

std::unexpected<Error> Invalid(std::string_view what) {
  return Fail(Code::kInvalidArgument, kCheckpointInvalid, std::string(what));
}

std::string Payload(const Checkpoint& checkpoint) {
  json::Array heads;
  for (const Head& head : checkpoint.heads) {
    heads.push_back(json::Object{
        {"organization", head.organization.ToString()}, {"seq", head.seq}, {"mac", head.mac}});
  }
  return json::Serialize(json::Object{{"v", 1},
                                      {"time", checkpoint.time},
                                      {"heads", std::move(heads)},
                                      {"previous", checkpoint.previous}});
}

// Payload and signature of a line; the signature is "" if it has none.
std::pair<std::string, std::string_view> Cut(std::string_view line) {
  const std::size_t at = line.rfind(kSignatureKey);
  if (at == std::string_view::npos || !line.ends_with("\"}")) return {};
  const std::size_t begin = at + kSignatureKey.size();
  if (begin + 2 > line.size()) return {};
  return {std::string(line.substr(0, at)) + "}", line.substr(begin, line.size() - begin - 2)};
}

Result<Head> ParseHead(const json::Value& value) {
  const json::Object* object = value.if_object();
  if (object == nullptr) return Invalid("head");
  const auto organization = json::GetString(*object, "organization");
  const auto seq = json::GetInt(*object, "seq");
  const auto mac = json::GetString(*object, "mac");
  if (!organization || !seq || !mac || *seq <= 0) return Invalid("head");
  Head head{OrgId{0}, *seq, std::string(*mac)};
  if (*organization != "0") {
    const auto id = OrgId::Parse(*organization);
    if (!id) return Invalid("organization");
    head.organization = *id;
  }
  return head;
}

Result<void> AppendDurably(const std::filesystem::path& file, std::string_view text) {
  const files::Descriptor out(
      ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out.ok()) return Unavailable(file, "open");
  if (!files::WriteAll(out.get(), text)) return Unavailable(file, "write");
  if (::fsync(out.get()) != 0) return Unavailable(file, "fsync");
  return {};
}

std::string HashOf(std::string_view line) { return line.empty() ? "" : crypto::Sha256Hex(line); }

Result<CheckpointTail> ReadTail(const std::filesystem::path& file) {
  CheckpointTail tail;
  std::error_code ec;
  if (!std::filesystem::exists(file, ec) && !ec) return tail;
  errno = ec.value();
  std::ifstream in(file, std::ios::binary);
  if (!in) return Unavailable(file, "open");
  for (std::string line; std::getline(in, line);) {
    tail.torn = in.eof();
    if (ParseCheckpoint(line)) tail.last = std::move(line);
  }
  if (in.bad()) return Unavailable(file, "read");
  return tail;
}

}  // namespace

Result<CheckpointKey> CheckpointKey::FromSeed(std::string_view seed) {
  GH_CHECK(seed.size() == 32);
  // PKCS#8 of an Ed25519 key is this and the seed. (RFC 8410 §7)
  constexpr std::string_view kPrefix(
      "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16);
  const std::string pem = "-----BEGIN PRIVATE KEY-----\n" +
                          Base64Encode(std::string(kPrefix) + std::string(seed)) +
                          "\n-----END PRIVATE KEY-----\n";
  GH_TRY(crypto::Jwk key, crypto::Jwk::ParsePrivatePem(pem, "EdDSA", "audit"));
  GH_TRY(crypto::Jwk verifier, crypto::Jwk::ParsePublic(key.PublicJwk()));
  return CheckpointKey(std::move(key), crypto::JwkSet{{std::move(verifier)}});
}

Result<std::string> CheckpointKey::Sign(const Checkpoint& checkpoint) const {
  std::string line = Payload(checkpoint);
  GH_TRY(const std::string jws, crypto::SignJws(key_, {}, line));
  const std::size_t first = jws.find('.'), last = jws.rfind('.');
  line.pop_back();
  line += kSignatureKey;
  line += jws.substr(0, first + 1) + jws.substr(last);
  return line + "\"}";
}

bool CheckpointKey::Verify(std::string_view line) const {
  const auto [payload, signature] = Cut(line);
  const std::size_t dots = signature.find("..");
  if (dots == std::string_view::npos) return false;
  const std::string jws = std::string(signature.substr(0, dots + 1)) + Base64UrlEncode(payload) +
                          std::string(signature.substr(dots + 1));
  const auto verified = crypto::VerifyJws(jws, public_, {"EdDSA"});
  return verified && *verified == payload;
}

Result<Checkpoint> ParseCheckpoint(std::string_view line) {
  const auto [payload, signature] = Cut(line);
  if (signature.empty()) return Invalid("no signature");
  const auto parsed = json::ParseObject(payload, {.max_bytes = kMaxLine});
  if (!parsed) return Invalid(parsed.error().reason);
  const json::Object& object = *parsed;
  Checkpoint checkpoint;
  const auto time = json::GetString(object, "time");
  const auto previous = json::GetString(object, "previous");
  const json::Array* heads = json::GetArray(object, "heads");
  if (json::GetInt(object, "v") != 1 || !time || !previous || heads == nullptr) {
    return Invalid("members");
  }
  checkpoint.time = *time;
  checkpoint.previous = *previous;
  for (const json::Value& value : *heads) {
    GH_TRY(Head head, ParseHead(value));
    checkpoint.heads.push_back(std::move(head));
  }
  // One spelling: what a reader sees is what was signed.
  if (Payload(checkpoint) != payload) return Invalid("spelling");
  return checkpoint;
}

bool HasCheckpoints(const std::filesystem::path& file) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(file, ec);
  return !ec && size > 0;
}

Result<CheckpointContents> ReadCheckpoints(const std::filesystem::path& file,
                                           const CheckpointKey& key) {
  CheckpointContents contents;
  if (!HasCheckpoints(file)) return contents;
  std::ifstream in(file, std::ios::binary);
  if (!in) return Unavailable(file, "open");
  std::string last;
  std::int64_t number = 0, last_readable = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    auto parsed = ParseCheckpoint(line);
    if (!parsed) {
      ++contents.torn;
      continue;
    }
    if (parsed->previous != HashOf(last)) {
      contents.findings.push_back(
          {number, last.empty() ? "the lines before it are missing"
                                : "does not follow line " + std::to_string(last_readable) +
                                      ": lines were changed, removed or added"});
    }
    last = std::move(line);
    last_readable = number;
    contents.lines.push_back({number, std::move(*parsed)});
  }
  if (in.bad()) return Unavailable(file, "read");
  // The last line commits to every line before it, so that one signature proves them all.
  if (!last.empty() && !key.Verify(last)) {
    contents.findings.push_back({last_readable, "is not signed by this installation"});
  }
  if (contents.findings.empty()) return contents;
  // Otherwise each line speaks for itself.
  contents.lines.clear();
  number = 0;
  in.clear();
  in.seekg(0);
  for (std::string line; std::getline(in, line);) {
    ++number;
    auto parsed = ParseCheckpoint(line);
    if (parsed && key.Verify(line)) contents.lines.push_back({number, std::move(*parsed)});
  }
  return contents;
}

Result<std::size_t> CheckpointFile::Append(const std::vector<Head>& heads) {
  std::lock_guard lock(mutex_);
  std::error_code ec;
  auto size = std::filesystem::file_size(file_, ec);
  if (ec) size = 0;
  // A new file, or one that somebody else wrote to: start from what it says.
  if (size == 0 || size != size_) {
    GH_TRY(tail_, ReadTail(file_));
    if (tail_.last.empty()) written_.clear();
  }
  std::vector<Head> moved;
  for (const Head& head : heads) {
    const auto found = written_.find(head.organization);
    if (found == written_.end() || found->second.head != head) moved.push_back(head);
  }
  if (moved.empty()) return std::size_t{0};
  if (const auto folder = file_.parent_path(); !std::filesystem::exists(folder, ec)) {
    std::filesystem::create_directories(folder, ec);
    if (!ec) ::chmod(folder.c_str(), 0700);
  }
  std::string text = tail_.torn ? "\n" : "";
  std::string last = tail_.last;
  const Timestamp now = clock_.Now();
  std::size_t lines = 0;
  for (std::size_t at = 0; at < moved.size(); at += kHeadsPerLine) {
    Checkpoint checkpoint;
    checkpoint.time = FormatIso8601(now);
    checkpoint.previous = HashOf(last);
    const std::size_t end = std::min(moved.size(), at + kHeadsPerLine);
    for (std::size_t i = at; i < end; ++i) checkpoint.heads.push_back(moved[i]);
    GH_TRY(last, key_.Sign(checkpoint));
    text += last + "\n";
    ++lines;
  }
  size_ = 0;  // unknown until the write is over
  GH_TRY_VOID(AppendDurably(file_, text));
  size_ = size + text.size();
  tail_ = {std::move(last), false};
  for (Head& head : moved) {
    const OrgId organization = head.organization;
    written_[organization] = {std::move(head), now};
  }
  return lines;
}

std::optional<CheckpointFile::Written> CheckpointFile::Last(OrgId organization) const {
  std::lock_guard lock(mutex_);
  const auto found = written_.find(organization);
  if (found == written_.end()) return std::nullopt;
  return found->second;
}

}  // namespace gatehouse::audit
