// The configuration file as hostile bytes: the TOML adapter and the rules for keys and values. The
// first line goes to the flags and variables, the rest is the file.

#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "platform/config/config.h"
#include "platform/config/toml_file.h"
#include "platform/config/value.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  using namespace gatehouse::config;
  static constexpr OptionSpec kTable[] = {
      {.name = "listen", .type = Type::kString, .sentence = "s", .max = 100},
      {.name = "workers", .type = Type::kInt, .default_text = "2", .sentence = "s", .min = 1},
      {.name = "open", .type = Type::kBool, .default_text = "false", .sentence = "s"},
      {.name = "age", .type = Type::kDuration, .default_text = "15m", .sentence = "s"},
      {.name = "hosts", .type = Type::kStrings, .sentence = "s", .max = 8},
  };
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto [head, body] = SplitOnce(input, '\n');
  (void)ParseToml(body);
  auto [name, text] = SplitOnce(head, '=');
  for (const OptionSpec& spec : kTable) (void)ParseValue(spec, text);
  Sources sources;
  sources.flags.emplace_back(std::string(name), std::string(text));
  sources.environment.emplace("GATEHOUSE_" + std::string(name), std::string(text));
  if (auto config = Config::Load(kTable, sources)) (void)config->Describe();
  return 0;
}
