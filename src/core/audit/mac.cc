#include "core/audit/mac.h"

#include "base/bytes.h"
#include "platform/crypto/hash.h"

namespace gatehouse::audit {
namespace {

class Encoding {
 public:
  explicit Encoding(std::string_view label) {
    out_.reserve(512);
    Add(label);
  }
  Encoding& Add(std::int64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      out_ += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xFF);
    }
    return *this;
  }
  Encoding& Add(std::string_view text) {
    Add(static_cast<std::int64_t>(text.size()));
    out_ += text;
    return *this;
  }
  template <class T>
  Encoding& Add(const std::optional<T>& value) {
    out_ += value ? '\1' : '\0';
    return value ? Add(*value) : *this;
  }
  std::string Mac(std::string_view key) const {
    return Base64UrlEncode(crypto::HmacSha256(key, out_));
  }

 private:
  std::string out_;
};

}  // namespace

LogRow ReadLogRow(const sql::Row& row, std::size_t first) {
  LogRow out;
  out.id = row.Int(first);
  out.organization = row.OptInt(first + 1);
  out.event = row.Int(first + 2);
  out.actor = row.OptInt(first + 3);
  out.actor_label = row.Text(first + 4);
  out.target_object = row.OptInt(first + 5);
  out.target_user = row.OptInt(first + 6);
  if (!row.IsNull(first + 7)) out.ip = row.Text(first + 7);
  out.data = row.Text(first + 8);
  out.correlation_id = row.Text(first + 9);
  out.created_at = row.Int(first + 10);
  out.mac = row.Text(first + 11);
  return out;
}

std::string MacKey::Entry(const LogRow& row, bool adopted) const {
  Encoding encoding(adopted ? "audit adopted entry 1" : "audit entry 1");
  encoding.Add(row.id).Add(row.organization).Add(row.event).Add(row.actor).Add(row.actor_label);
  encoding.Add(row.target_object).Add(row.target_user).Add(row.ip).Add(row.data);
  encoding.Add(row.correlation_id).Add(row.created_at);
  return encoding.Mac(key_);
}

std::string MacKey::Link(std::int64_t organization, std::int64_t seq, std::int64_t entry_id,
                         bool adopted, std::string_view entry_mac, std::string_view before) const {
  Encoding encoding("audit link 1");
  encoding.Add(organization).Add(seq).Add(entry_id).Add(std::int64_t{adopted});
  return encoding.Add(entry_mac).Add(before).Mac(key_);
}

std::string MacKey::Anchor(std::int64_t organization, std::int64_t seq, std::string_view chain_mac,
                           std::int64_t dropped_at) const {
  Encoding encoding("audit anchor 1");
  return encoding.Add(organization).Add(seq).Add(chain_mac).Add(dropped_at).Mac(key_);
}

}  // namespace gatehouse::audit
