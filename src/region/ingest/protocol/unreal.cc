#include "region/ingest/protocol/unreal.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "platform/compress/decode.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/names.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxFiles = 100;
constexpr std::size_t kMinFileBytes = 12;
constexpr std::string_view kMark = "CR1";
constexpr std::size_t kMaxRatio = 500;

std::unexpected<Error> DamagedUnreal(std::string_view why) {
  return Reject(kInvalidUnreal, std::string(why));
}

class UnrealReader {
 public:
  explicit UnrealReader(std::string_view bytes) : rest_(bytes) {}
  std::string_view rest() const { return rest_; }

  Result<std::string_view> Bytes(std::size_t size) {
    if (size > rest_.size()) return DamagedUnreal("end");
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  Result<std::uint32_t> Number() {
    GH_TRY(const std::string_view bytes, Bytes(4));
    std::uint32_t out = 0;
    for (std::size_t i = 4; i-- > 0;) out = out << 8 | static_cast<std::uint8_t>(bytes[i]);
    return out;
  }
  Result<std::string_view> Text() {
    GH_TRY(const std::uint32_t size, Number());
    GH_TRY(std::string_view text, Bytes(size));
    return text.substr(0, text.find('\0'));
  }
  // Its number of files.
  Result<std::uint32_t> Header() {
    GH_TRY_VOID(Text());
    GH_TRY_VOID(Text());
    GH_TRY_VOID(Number());
    return Number();
  }

 private:
  std::string_view rest_;
};

AttachmentKind KindOf(std::string_view name, std::string_view data) {
  if (name == "CrashContext.runtime-xml") return AttachmentKind::kUnrealContext;
  if (name.ends_with(".log")) return AttachmentKind::kUnrealLogs;
  if (IsMinidump(data)) return AttachmentKind::kMinidump;
  if (data.starts_with("Incident Identifier:")) return AttachmentKind::kAppleCrashReport;
  return AttachmentKind::kAttachment;
}

std::string ContentTypeOf(AttachmentKind kind) {
  switch (kind) {
    case AttachmentKind::kMinidump:
      return "application/x-dmp";
    case AttachmentKind::kUnrealContext:
      return "text/xml";
    case AttachmentKind::kUnrealLogs:
    case AttachmentKind::kAppleCrashReport:
      return "text/plain";
    default:
      return "application/octet-stream";
  }
}

// The text of <name>…</name>, whatever else the file holds: a look, not a parser.
std::string ElementOf(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const std::size_t at = xml.find(open);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + open.size();
  const std::size_t end = xml.find('<', begin);
  if (end == std::string_view::npos || end - begin > 8192) return {};
  std::string text(Trim(xml.substr(begin, end - begin)));
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&amp;", "&"}};
  for (const auto& [entity, plain] : kEntities) {
    for (std::size_t i = 0; (i = text.find(entity, i)) != std::string::npos; i += plain.size()) {
      text.replace(i, entity.size(), plain);
    }
  }
  return ValidUtf8(text);
}

// What the game's own description of the crash says.
void ReadContext(std::string_view xml, json::Object& event) {
  const std::string message = ElementOf(xml, "ErrorMessage");
  if (!message.empty()) event["logentry"] = json::Object{{"formatted", message}};
  json::Object unreal;
  for (std::string_view name :
       {"CrashType", "GameName", "EngineVersion", "BuildVersion", "PlatformName", "EngineMode",
        "CrashGUID", "MachineId", "EpicAccountId", "IsAssert", "IsEnsure", "SecondsSinceStart"}) {
    std::string value = ElementOf(xml, name);
    if (value.empty()) continue;
    std::string key;
    for (const char c : name) {
      if (c >= 'A' && c <= 'Z' && !key.empty() && key.back() >= 'a' && key.back() <= 'z')
        key += '_';
      key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    unreal[key] = std::move(value);
  }
  if (unreal.empty()) return;
  unreal["type"] = "unreal";
  event["contexts"] = json::Object{{"unreal", std::move(unreal)}};
}

}  // namespace

Result<UnrealCrash> ParseUnrealCrash(std::string_view body, const UnrealQuery& query,
                                     std::size_t max_bytes) {
  if (body.empty()) return Reject(kEmptyBody);
  UnrealCrash crash;
  compress::Decoder decoder;
  auto plain = decoder.Decode(compress::Encoding::kDeflate, body,
                              {.max_out = max_bytes, .max_ratio = kMaxRatio});
  if (!plain) {
    return Reject(plain.error().code == Code::kResourceExhausted ? kBodyTooLarge : kInvalidUnreal,
                  plain.error().detail);
  }
  crash.data = std::move(*plain);

  UnrealReader reader(crash.data);
  const bool marked = reader.rest().starts_with(kMark);
  if (marked) GH_TRY_VOID(reader.Bytes(kMark.size()));
  GH_TRY(std::uint32_t count, reader.Header());
  if (!marked) {
    // The first header was written before anybody knew.
    if (crash.data.size() < 4) return DamagedUnreal("size");
    UnrealReader last(std::string_view(crash.data).substr(crash.data.size() - 4));
    GH_TRY(count, last.Number());
  }
  if (count == 0 || count > kMaxFiles || count > reader.rest().size() / kMinFileBytes) {
    return DamagedUnreal("count");
  }
  bool crashed = false;
  for (std::uint32_t i = 0; i < count; ++i) {
    GH_TRY_VOID(reader.Number());
    GH_TRY(const std::string_view name, reader.Text());
    GH_TRY(const std::uint32_t size, reader.Number());
    GH_TRY(const std::string_view data, reader.Bytes(size));
    // Settings of the reporting program itself.
    if (name == "CrashReportClient.ini") continue;
    UploadedFile file{.name = CleanFileName(name), .content_type = {}, .data = data};
    file.kind = KindOf(name, data);
    file.content_type = ContentTypeOf(file.kind);
    if (file.kind == AttachmentKind::kMinidump || file.kind == AttachmentKind::kAppleCrashReport) {
      // One crash; another dump of it is a file like others.
      if (crashed) file.kind = AttachmentKind::kAttachment;
      crashed = true;
    }
    if (file.kind == AttachmentKind::kUnrealContext) ReadContext(data, crash.event);
    crash.files.push_back(std::move(file));
  }
  if (!marked) GH_TRY_VOID(reader.Header());
  if (!reader.rest().empty()) return DamagedUnreal("trailing bytes");

  AddMinidumpDefaults(crash.event);
  if (!query.user_id.empty()) {
    crash.event["user"] = json::Object{{"id", ValidUtf8(TruncateUtf8(query.user_id, 128))}};
  }
  if (IsValidRelease(query.app_version)) crash.event["release"] = query.app_version;
  if (IsValidEnvironment(query.environment)) crash.event["environment"] = query.environment;
  return crash;
}

}  // namespace gatehouse::ingest
