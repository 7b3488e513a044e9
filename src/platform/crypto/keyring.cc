#include "platform/crypto/keyring.h"

#include <fcntl.h>
#include <openssl/params.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/openssl.h"

namespace gatehouse::crypto {
namespace {

constexpr std::string_view kMissing = "key_file_missing";
constexpr std::string_view kPermissions = "key_file_permissions";
constexpr std::string_view kInvalid = "key_file_invalid";
constexpr std::string_view kBroken = "seal_broken";
constexpr std::string_view kKeyUnknown = "seal_key_unknown";

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kMaxFileBytes = 64 * 1024;
constexpr std::size_t kMaxSealedBytes = 64 * 1024 * 1024;

constexpr std::string_view kFileHeader =
    "# Gatehouse master keys, oldest first; the last one is active. Whoever has this file and the\n"
    "# database can read every stored secret. Without it they are lost: back it up, apart from "
    "the\n"
    "# database. Never remove or reorder lines.\n";

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string Errno(const std::filesystem::path& path) {
  return path.string() + ": " + std::strerror(errno);
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// The whole file appears under its name or nothing does, and an existing file is never replaced.
Result<void> Create(const std::filesystem::path& file, Rng& rng) {
  std::filesystem::path fresh = file;
  fresh += ".new-" + rng.Token(9);
  Fd fd(open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
  if (fd.get() < 0) return Fail(Code::kFailedPrecondition, kMissing, Errno(fresh));
  std::string text = std::string(kFileHeader) + KeyRing::NewKeyLine(rng);
  bool written = WriteAll(fd.get(), text) && fsync(fd.get()) == 0;
  OPENSSL_cleanse(text.data(), text.size());
  // EEXIST: another process was first, and its file is the one to read.
  bool linked = written && (link(fresh.c_str(), file.c_str()) == 0 || errno == EEXIST);
  std::string error = linked ? std::string() : Errno(file);
  unlink(fresh.c_str());
  if (!linked) return Fail(Code::kFailedPrecondition, kMissing, error);
  std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  Fd directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) {
    return Fail(Code::kFailedPrecondition, kMissing, Errno(folder));
  }
  return {};
}

// std::nullopt: does not exist.
Result<std::optional<std::string>> Read(const std::filesystem::path& file) {
  Fd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    return Fail(Code::kFailedPrecondition, kPermissions, Errno(file));
  }
  struct stat info{};
  if (fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return Fail(Code::kFailedPrecondition, kInvalid, file.string() + ": not a regular file");
  }
  if ((info.st_mode & 077) != 0) {
    return Fail(Code::kFailedPrecondition, kPermissions,
                file.string() + ": others than the owner have access; chmod 0400");
  }
  std::string text(kMaxFileBytes + 1, '\0');
  std::size_t used = 0;
  for (;;) {
    ssize_t n = read(fd.get(), text.data() + used, text.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Fail(Code::kFailedPrecondition, kInvalid, Errno(file));
    used += static_cast<std::size_t>(n);
    if (n == 0 || used == text.size()) break;
  }
  if (used > kMaxFileBytes) {
    return Fail(Code::kFailedPrecondition, kInvalid, file.string() + ": too large");
  }
  text.resize(used);
  return text;
}

bool IsKeyId(std::string_view id) {
  return !id.empty() && id.size() <= 16 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

std::string Hkdf(std::string_view master, std::string_view info) {
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  GH_CHECK(kdf != nullptr);
  ossl::KdfCtx ctx(EVP_KDF_CTX_new(kdf));
  GH_CHECK(ctx != nullptr);
  static constexpr std::string_view kSalt = "gatehouse keyring v1";
  auto octets = [](const char* name, std::string_view value) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(value.data()), value.size());
  };
  char digest[] = "SHA256";
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                         octets(OSSL_KDF_PARAM_KEY, master), octets(OSSL_KDF_PARAM_SALT, kSalt),
                         octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  std::string out(kKeyBytes, '\0');
  GH_CHECK(EVP_KDF_derive(ctx.get(), ossl::Data(out), out.size(), params) == 1);
  return out;
}

const EVP_CIPHER* Aes256Gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  GH_CHECK(cipher != nullptr);
  return cipher;
}

// EVP takes int lengths; sealed values are small (tokens, secrets, client configuration).
int Length(std::string_view s) {
  GH_CHECK(s.size() <= kMaxSealedBytes);
  return static_cast<int>(s.size());
}

}  // namespace

struct KeyRing::Cache {
  std::mutex mutex;
  // Purposes are constants of the code, so this stays small.
  std::map<std::pair<std::string, std::string>, std::string, std::less<>> keys;
};

KeyRing::KeyRing(std::vector<Key> keys, Rng& rng)
    : keys_(std::move(keys)),
      active_(keys_.back().id),
      rng_(rng),
      cache_(std::make_shared<Cache>()) {}

std::string KeyRing::NewKeyLine(Rng& rng) {
  std::uint8_t id[4];
  rng.Fill(id);
  return "key " + HexEncode(AsView(id)) + " " + rng.Token(kKeyBytes) + "\n";
}

Result<std::unique_ptr<KeyRing>> KeyRing::Load(const std::filesystem::path& file, bool create,
                                               Rng& rng) {
  GH_TRY(std::optional<std::string> text, Read(file));
  if (!text && create) {
    GH_TRY_VOID(Create(file, rng));
    GH_TRY(text, Read(file));
  }
  if (!text) return Fail(Code::kFailedPrecondition, kMissing, file.string());

  std::vector<Key> keys;
  int number = 0;
  for (std::string_view line : Split(*text, '\n')) {
    ++number;
    line = Trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    std::vector<std::string_view> words = Split(line, ' ');
    std::optional<std::string> master;
    if (words.size() == 3 && words[0] == "key" && IsKeyId(words[1])) {
      master = Base64UrlDecode(words[2]);
    }
    bool repeated =
        master && std::ranges::any_of(keys, [&](const Key& k) { return k.id == words[1]; });
    if (!master || master->size() != kKeyBytes || repeated) {
      // The line itself may hold a secret and stays out of the log.
      return Fail(Code::kFailedPrecondition, kInvalid,
                  file.string() + ": line " + std::to_string(number));
    }
    keys.push_back({std::string(words[1]), std::move(*master)});
  }
  OPENSSL_cleanse(text->data(), text->size());
  if (keys.empty()) return Fail(Code::kFailedPrecondition, kInvalid, file.string() + ": no key");
  return std::unique_ptr<KeyRing>(new KeyRing(std::move(keys), rng));
}

std::vector<std::string> KeyRing::key_ids() const {
  std::vector<std::string> ids;
  for (const Key& key : keys_) ids.push_back(key.id);
  return ids;
}

std::unique_ptr<KeyRing> KeyRing::ForTest(std::string_view seed, Rng& rng) {
  std::vector<Key> keys;
  keys.push_back({"test", Sha256(seed)});
  return std::unique_ptr<KeyRing>(new KeyRing(std::move(keys), rng));
}

std::string KeyRing::AesKey(const Key& key, std::string_view purpose) const {
  std::lock_guard lock(cache_->mutex);
  std::string& derived = cache_->keys[{key.id, std::string(purpose)}];
  if (derived.empty()) derived = Hkdf(key.master, "seal:" + std::string(purpose));
  return derived;
}

std::string KeyRing::Seal(std::string_view purpose, std::string_view associated_data,
                          std::string_view plaintext) const {
  std::string aes = AesKey(keys_.back(), purpose);
  std::string out(kNonceBytes + plaintext.size() + kTagBytes, '\0');
  unsigned char* nonce = ossl::Data(out);
  unsigned char* body = nonce + kNonceBytes;
  rng_.Fill({nonce, kNonceBytes});
  ossl::CipherCtx ctx(EVP_CIPHER_CTX_new());
  int n = 0;
  GH_CHECK(ctx &&
           EVP_EncryptInit_ex2(ctx.get(), Aes256Gcm(), ossl::Data(aes), nonce, nullptr) == 1);
  GH_CHECK(associated_data.empty() ||
           EVP_EncryptUpdate(ctx.get(), nullptr, &n, ossl::Data(associated_data),
                             Length(associated_data)) == 1);
  GH_CHECK(plaintext.empty() ||
           EVP_EncryptUpdate(ctx.get(), body, &n, ossl::Data(plaintext), Length(plaintext)) == 1);
  unsigned char* tag = body + plaintext.size();
  GH_CHECK(EVP_EncryptFinal_ex(ctx.get(), tag, &n) == 1 && n == 0);
  GH_CHECK(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
  OPENSSL_cleanse(aes.data(), aes.size());
  return "v1." + active_ + "." + Base64UrlEncode(out);
}

Result<std::string> KeyRing::Open(std::string_view purpose, std::string_view associated_data,
                                  std::string_view sealed) const {
  std::vector<std::string_view> parts = Split(sealed, '.');
  if (parts.size() != 3 || parts[0] != "v1") return Fail(Code::kDataLoss, kBroken, "not v1");
  auto key = std::ranges::find_if(keys_, [&](const Key& k) { return k.id == parts[1]; });
  if (key == keys_.end()) {
    return Fail(Code::kDataLoss, kKeyUnknown, std::string(parts[1].substr(0, 16)));
  }
  std::optional<std::string> raw = Base64UrlDecode(parts[2]);
  if (!raw || raw->size() < kNonceBytes + kTagBytes || raw->size() > kMaxSealedBytes) {
    return Fail(Code::kDataLoss, kBroken, "length");
  }
  std::string aes = AesKey(*key, purpose);
  unsigned char* nonce = ossl::Data(*raw);
  std::string_view body(raw->data() + kNonceBytes, raw->size() - kNonceBytes - kTagBytes);
  std::string out(body.size(), '\0');
  ossl::CipherCtx ctx(EVP_CIPHER_CTX_new());
  int n = 0;
  bool ok =
      ctx && EVP_DecryptInit_ex2(ctx.get(), Aes256Gcm(), ossl::Data(aes), nonce, nullptr) == 1 &&
      (associated_data.empty() ||
       EVP_DecryptUpdate(ctx.get(), nullptr, &n, ossl::Data(associated_data),
                         Length(associated_data)) == 1) &&
      (body.empty() ||
       EVP_DecryptUpdate(ctx.get(), ossl::Data(out), &n, ossl::Data(body), Length(body)) == 1) &&
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                          nonce + kNonceBytes + body.size()) == 1;
  unsigned char rest[16];
  ok = ok && EVP_DecryptFinal_ex(ctx.get(), rest, &n) == 1;
  OPENSSL_cleanse(aes.data(), aes.size());
  if (!ok) {
    OPENSSL_cleanse(out.data(), out.size());
    ERR_clear_error();
    return Fail(Code::kDataLoss, kBroken);
  }
  return out;
}

std::string KeyRing::DeriveKey(std::string_view purpose) const {
  return Hkdf(keys_.front().master, "derive:" + std::string(purpose));
}

}  // namespace gatehouse::crypto
