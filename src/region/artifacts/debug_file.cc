#include "region/artifacts/debug_file.h"

#include <algorithm>
#include <optional>

#include "base/bytes.h"
#include "base/text.h"
#include "region/artifacts/bundle.h"
#include "region/artifacts/errors.h"

namespace gatehouse::artifacts {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kMaxObjects = 16;
constexpr std::size_t kMaxHeaders = 4096;

// Numbers at places of a stranger's file. Beyond its end everything is zero.
class Reader {
 public:
  Reader(std::string_view bytes, bool big) : bytes_(bytes), big_(big) {}

  std::uint64_t Get(std::uint64_t at, std::size_t count) const {
    if (at > bytes_.size() || bytes_.size() - at < count) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t place = static_cast<std::size_t>(at) + (big_ ? i : count - 1 - i);
      value = value << 8 | static_cast<std::uint8_t>(bytes_[place]);
    }
    return value;
  }
  std::uint64_t U16(std::uint64_t at) const { return Get(at, 2); }
  std::uint64_t U32(std::uint64_t at) const { return Get(at, 4); }
  std::uint64_t U64(std::uint64_t at) const { return Get(at, 8); }
  // "" if it is not all there.
  std::string_view Span(std::uint64_t at, std::uint64_t count) const {
    if (at > bytes_.size() || bytes_.size() - at < count) return {};
    return bytes_.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(count));
  }
  std::string_view Text(std::uint64_t at) const {
    if (at >= bytes_.size()) return {};
    const std::string_view rest = bytes_.substr(static_cast<std::size_t>(at), 256);
    return rest.substr(0, rest.find('\0'));
  }
  bool big() const { return big_; }

 private:
  std::string_view bytes_;
  bool big_;
};

std::string Uuid(std::string_view bytes) { return NormalDebugId(HexEncode(bytes)).value_or(""); }

// Microsoft's order: the first three fields are little-endian.
std::string MixedUuid(std::string_view bytes) {
  std::string out(bytes);
  if (out.size() < 16) return {};
  std::swap(out[0], out[3]);
  std::swap(out[1], out[2]);
  std::swap(out[4], out[5]);
  std::swap(out[6], out[7]);
  return Uuid(out.substr(0, 16));
}

std::string_view ElfCpu(std::uint64_t machine) {
  switch (machine) {
    case 3:
      return "x86";
    case 8:
      return "mips";
    case 20:
      return "ppc";
    case 21:
      return "ppc64";
    case 40:
      return "arm";
    case 62:
      return "x86_64";
    case 183:
      return "arm64";
    case 243:
      return "riscv64";
    case 258:
      return "loongarch64";
    default:
      return "unknown";
  }
}

std::optional<DebugInfo> ReadElf(std::string_view bytes) {
  if (!bytes.starts_with("\x7F"
                         "ELF"sv) ||
      bytes.size() < 52) {
    return std::nullopt;
  }
  const bool wide = bytes[4] == 2;
  const Reader r(bytes, bytes[5] == 2);
  DebugInfo info{.debug_id = {},
                 .code_id = {},
                 .cpu = std::string(ElfCpu(r.U16(18))),
                 .type = "elf",
                 .kind = "exe",
                 .features = {}};
  if (r.U16(16) == 3) info.kind = "lib";
  const std::uint64_t sections = wide ? r.U64(40) : r.U32(32);
  const std::uint64_t entry = wide ? r.U16(58) : r.U16(46);
  const std::uint64_t count = std::min<std::uint64_t>(wide ? r.U16(60) : r.U16(48), kMaxHeaders);
  const std::uint64_t names_index = wide ? r.U16(62) : r.U16(50);
  if (entry < (wide ? 64u : 40u)) return std::nullopt;
  const auto offset = [&](std::uint64_t i) {
    const std::uint64_t at = sections + i * entry;
    return wide ? r.U64(at + 24) : r.U32(at + 16);
  };
  const auto size = [&](std::uint64_t i) {
    const std::uint64_t at = sections + i * entry;
    return wide ? r.U64(at + 32) : r.U32(at + 20);
  };
  if (sections > bytes.size()) return std::nullopt;
  std::string_view text;
  bool has_code = false;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = sections + i * entry;
    const std::uint64_t type = r.U32(at + 4);
    const std::string_view name = r.Text(offset(names_index) + r.U32(at));
    if (name == ".text" && type != 8) {
      has_code = true;
      text = r.Span(offset(i), std::min<std::uint64_t>(size(i), 4096));
    }
    const auto feature = [&](std::string_view f) {
      if (std::ranges::find(info.features, f) == info.features.end()) {
        info.features.emplace_back(f);
      }
    };
    if (type == 2 || name == ".symtab") feature("symtab");
    if (name.starts_with(".debug_info") || name.starts_with(".zdebug_info")) feature("debug");
    if (name == ".eh_frame" || name == ".debug_frame") feature("unwind");
    if (name == ".note.gnu.build-id" && info.code_id.empty()) {
      const std::uint64_t note = offset(i);
      const std::uint64_t owner = (r.U32(note) + 3) / 4 * 4;
      const std::string_view id =
          r.Span(note + 12 + owner, std::min<std::uint64_t>(r.U32(note + 4), 64));
      info.code_id = HexEncode(id);
    }
  }
  if (!has_code) info.kind = "dbg";
  if (!info.code_id.empty()) {
    std::string id = *HexDecode(info.code_id);
    id.resize(16, '\0');
    info.debug_id = r.big() ? Uuid(id) : MixedUuid(id);
  } else if (!text.empty()) {
    // Without a build id: the folded bytes of the code, as Breakpad does.
    std::string id(16, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) {
      id[i % 16] = static_cast<char>(id[i % 16] ^ text[i]);
    }
    info.debug_id = r.big() ? Uuid(id) : MixedUuid(id);
  }
  if (info.debug_id.empty()) return std::nullopt;
  return info;
}

std::string_view MachCpu(std::uint64_t type) {
  switch (type) {
    case 7:
      return "x86";
    case 0x01000007:
      return "x86_64";
    case 12:
      return "arm";
    case 0x0100000C:
      return "arm64";
    case 0x0200000C:
      return "arm64_32";
    default:
      return "unknown";
  }
}

std::optional<DebugInfo> ReadMachO(std::string_view bytes) {
  const std::uint64_t magic = Reader(bytes, false).U32(0);
  const bool little = magic == 0xFEEDFACE || magic == 0xFEEDFACF;
  const bool swapped = magic == 0xCEFAEDFE || magic == 0xCFFAEDFE;
  if (!little && !swapped) return std::nullopt;
  const Reader r(bytes, swapped);
  const bool wide = r.U32(0) == 0xFEEDFACF;
  DebugInfo info{.debug_id = {},
                 .code_id = {},
                 .cpu = std::string(MachCpu(r.U32(4))),
                 .type = "macho",
                 .kind = "exe",
                 .features = {}};
  const std::uint64_t file_type = r.U32(12);
  if (file_type == 6) info.kind = "lib";
  if (file_type == 10) {
    info.kind = "dbg";
    info.features = {"debug"};
  }
  const std::uint64_t count = std::min<std::uint64_t>(r.U32(16), kMaxHeaders);
  std::uint64_t at = wide ? 32 : 28;
  for (std::uint64_t i = 0; i < count && at < bytes.size(); ++i) {
    const std::uint64_t command = r.U32(at);
    const std::uint64_t size = r.U32(at + 4);
    if (command == 0x1B) {
      info.code_id = HexEncode(r.Span(at + 8, 16));
      info.debug_id = Uuid(r.Span(at + 8, 16));
    }
    if (command == 2) info.features.emplace_back("symtab");
    if (size < 8) break;
    at += size;
  }
  if (info.debug_id.empty()) return std::nullopt;
  return info;
}

std::vector<DebugInfo> ReadUniversal(std::string_view bytes) {
  const Reader r(bytes, true);
  std::vector<DebugInfo> found;
  if (r.U32(0) != 0xCAFEBABE) return found;
  const std::uint64_t count = std::min<std::uint64_t>(r.U32(4), kMaxObjects);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = 8 + i * 20;
    if (auto info = ReadMachO(r.Span(r.U32(at + 8), r.U32(at + 12)))) {
      found.push_back(std::move(*info));
    }
  }
  return found;
}

// MODULE Linux x86_64 C0DE…0 name
std::optional<DebugInfo> ReadBreakpad(std::string_view bytes) {
  if (!bytes.starts_with("MODULE ")) return std::nullopt;
  const auto parts =
      Split(bytes.substr(0, std::min<std::size_t>(bytes.find_first_of("\r\n"), 512)), ' ');
  if (parts.size() < 5) return std::nullopt;
  const auto id = NormalDebugId(parts[3]);
  if (!id) return std::nullopt;
  return DebugInfo{.debug_id = *id,
                   .code_id = {},
                   .cpu = Printable(parts[2], 32),
                   .type = "breakpad",
                   .kind = "dbg",
                   .features = {"symtab", "unwind"}};
}

// The CodeView record of a PE image: RSDS, GUID, age.
std::optional<DebugInfo> ReadPe(std::string_view bytes, std::string_view claimed) {
  if (!bytes.starts_with("MZ")) return std::nullopt;
  const Reader r(bytes, false);
  const std::uint64_t head = r.U32(60);
  if (r.Span(head, 4) != "PE\0\0"sv) return std::nullopt;
  const std::uint64_t machine = r.U16(head + 4);
  const std::string_view cpu = machine == 0x8664   ? "x86_64"
                               : machine == 0xAA64 ? "arm64"
                               : machine == 0x14C  ? "x86"
                                                   : "unknown";
  DebugInfo info{.debug_id = {},
                 .code_id = {},
                 .cpu = std::string(cpu),
                 .type = "pe",
                 .kind = "exe",
                 .features = {}};
  const std::size_t record = bytes.find("RSDS");
  if (record != std::string_view::npos && bytes.size() - record >= 24) {
    std::string id = MixedUuid(bytes.substr(record + 4, 16));
    if (const std::uint64_t age = r.U32(record + 20); age > 0 && !id.empty()) {
      constexpr std::string_view kHex = "0123456789abcdef";
      std::string text;
      for (std::uint64_t rest = age; rest > 0; rest /= 16) text.insert(0, 1, kHex[rest % 16]);
      id += "-" + text;
    }
    info.debug_id = id;
  }
  if (info.debug_id.empty()) info.debug_id = NormalDebugId(claimed).value_or("");
  if (info.debug_id.empty()) return std::nullopt;
  return info;
}

// "proguard/c0de….txt", or the claimed id of a text that maps names.
std::optional<DebugInfo> ReadProguard(std::string_view bytes, std::string_view name,
                                      std::string_view claimed) {
  const std::string_view head = bytes.substr(0, 64 * 1024);
  if (head.find(" -> ") == std::string_view::npos || head.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  auto id = NormalDebugId(claimed);
  if (!id) {
    std::string_view stem = name.substr(name.find_last_of('/') + 1);
    if (stem.ends_with(".txt")) stem.remove_suffix(4);
    id = NormalDebugId(stem);
  }
  if (!id) return std::nullopt;
  return DebugInfo{.debug_id = *id,
                   .code_id = {},
                   .cpu = "any",
                   .type = "proguard",
                   .kind = "none",
                   .features = {"mapping"}};
}

std::optional<DebugInfo> ReadSources(std::string_view bytes, std::string_view claimed) {
  if (!bytes.starts_with("SYSB")) return std::nullopt;
  auto bundle = Bundle::Open(bytes);
  if (!bundle) return std::nullopt;
  auto id = NormalDebugId(claimed);
  if (!id && !bundle->bundle_id().empty()) id = bundle->bundle_id();
  if (!id) return std::nullopt;
  return DebugInfo{.debug_id = *id,
                   .code_id = {},
                   .cpu = "any",
                   .type = "sourcebundle",
                   .kind = "src",
                   .features = {"sources"}};
}

std::optional<DebugInfo> ReadClaimed(std::string_view bytes, std::string_view claimed) {
  const auto id = NormalDebugId(claimed);
  if (!id) return std::nullopt;
  DebugInfo info{.debug_id = *id,
                 .code_id = {},
                 .cpu = "any",
                 .type = {},
                 .kind = "dbg",
                 .features = {"debug"}};
  if (bytes.starts_with("Microsoft C/C++ MSF 7.00")) {
    info.type = "pdb";
  } else if (bytes.starts_with("BSJB")) {
    info.type = "portablepdb";
  } else if (bytes.starts_with("\0asm"sv)) {
    info.type = "wasm";
    info.cpu = "wasm32";
  } else {
    return std::nullopt;
  }
  return info;
}

}  // namespace

Result<std::vector<DebugInfo>> ReadDebugInfo(std::string_view bytes, std::string_view name,
                                             std::string_view claimed) {
  std::vector<DebugInfo> found = ReadUniversal(bytes);
  if (!found.empty()) return found;
  for (auto& one : {ReadElf(bytes), ReadMachO(bytes), ReadBreakpad(bytes), ReadPe(bytes, claimed),
                    ReadSources(bytes, claimed), ReadClaimed(bytes, claimed),
                    ReadProguard(bytes, name, claimed)}) {
    if (one) return std::vector<DebugInfo>{*one};
  }
  return Fail(Code::kInvalidArgument, kDebugFileUnknown);
}

}  // namespace gatehouse::artifacts
