#include "platform/config/config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "platform/config/errors.h"
#include "platform/config/value.h"

namespace gatehouse::config {
namespace {

constexpr OptionSpec kTable[] = {
    {.name = "listen",
     .type = Type::kString,
     .default_text = "127.0.0.1:8080",
     .sentence = "Address to listen on.",
     .example = "0.0.0.0:8080",
     .min = 1,
     .max = 100},
    {.name = "mode",
     .type = Type::kString,
     .default_text = "all",
     .sentence = "What this process runs.",
     .choices = "all|front|back"},
    {.name = "workers",
     .type = Type::kInt,
     .default_text = "2",
     .sentence = "Worker threads.",
     .min = 1,
     .max = 64},
    {.name = "open",
     .type = Type::kBool,
     .default_text = "false",
     .sentence = "Whether the door is open.",
     .restart = false},
    {.name = "idle_time",
     .type = Type::kDuration,
     .default_text = "15m",
     .sentence = "Idle time.",
     .min = 60,
     .max = 86'400},
    {.name = "hosts",
     .type = Type::kStrings,
     .default_text = "a.example,b.example",
     .sentence = "Hosts.",
     .max = 3},
    {.name = "smtp_password",
     .type = Type::kString,
     .default_text = "",
     .sentence = "Password of the mail account.",
     .example = "/run/secrets/smtp",
     .secret = true},
};

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    std::string name = (std::filesystem::temp_directory_path() / "config-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~ConfigTest() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path Write(std::string_view name, std::string_view text) {
    std::ofstream(directory_ / name, std::ios::binary) << text;
    return directory_ / name;
  }
  Error LoadError(const Sources& sources) {
    auto config = Config::Load(kTable, sources);
    EXPECT_FALSE(config.has_value());
    return config ? Error{} : config.error();
  }
  Error FileError(std::string_view text) {
    Sources sources;
    sources.file = Write("bad.toml", text);
    return LoadError(sources);
  }

  std::filesystem::path directory_;
};

TEST_F(ConfigTest, DefaultsAreTyped) {
  auto config = Config::Load(kTable, {});
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->String("listen"), "127.0.0.1:8080");
  EXPECT_EQ(config->Int("workers"), 2);
  EXPECT_FALSE(config->Bool("open"));
  EXPECT_EQ(config->DurationSeconds("idle_time"), std::chrono::minutes(15));
  EXPECT_EQ(config->Strings("hosts"), (std::vector<std::string>{"a.example", "b.example"}));
  EXPECT_EQ(config->OriginOf("listen"), Origin::kDefault);
}

TEST_F(ConfigTest, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  Sources sources;
  sources.file = Write("c.toml",
                       "listen = \"file\"\nworkers = 3\nopen = true\nidle_time = \"1h\"\n"
                       "hosts = [\"x\"]\n");
  sources.environment = {{"GATEHOUSE_LISTEN", "environment"},
                         {"GATEHOUSE_WORKERS", "4"},
                         {"PATH", "/bin"},
                         {"GATEHOUSE_TEST_POSTGRES", "ignored"}};
  sources.flags = {{"listen", "flag"}};
  auto config = Config::Load(kTable, sources);
  ASSERT_TRUE(config.has_value()) << config.error().detail;
  EXPECT_EQ(config->String("listen"), "flag");
  EXPECT_EQ(config->OriginOf("listen"), Origin::kFlag);
  EXPECT_EQ(config->Int("workers"), 4);
  EXPECT_EQ(config->OriginOf("workers"), Origin::kEnvironment);
  EXPECT_TRUE(config->Bool("open"));
  EXPECT_EQ(config->OriginOf("open"), Origin::kFile);
  EXPECT_EQ(config->DurationSeconds("idle_time"), std::chrono::hours(1));
  EXPECT_EQ(config->Strings("hosts"), std::vector<std::string>{"x"});
  EXPECT_EQ(config->String("mode"), "all");
}

TEST_F(ConfigTest, VariableNamesTheFile) {
  Sources sources;
  sources.environment = {{"GATEHOUSE_CONFIG", Write("c.toml", "workers = 9\n").string()}};
  auto config = Config::Load(kTable, sources);
  ASSERT_TRUE(config.has_value()) << config.error().detail;
  EXPECT_EQ(config->Int("workers"), 9);
}

TEST_F(ConfigTest, MisspeltKeyRefusesToStartAndNamesTheNearest) {
  Error file = FileError("wrokers = 3\n");
  EXPECT_EQ(file.code, Code::kInvalidArgument);
  EXPECT_TRUE(file.Is(kUnknownKey));
  EXPECT_NE(file.detail.find("line 1: wrokers"), std::string::npos) << file.detail;
  EXPECT_NE(file.detail.find("did you mean workers?"), std::string::npos) << file.detail;

  Sources variable;
  variable.environment = {{"GATEHOUSE_SMTP_PASWORD_FILE", "x"}};
  Error environment = LoadError(variable);
  EXPECT_TRUE(environment.Is(kUnknownKey));
  EXPECT_NE(environment.detail.find("GATEHOUSE_SMTP_PASSWORD_FILE?"), std::string::npos)
      << environment.detail;

  Sources flag;
  flag.flags = {{"idle-tme", "1h"}};
  Error flags = LoadError(flag);
  EXPECT_TRUE(flags.Is(kUnknownKey));
  EXPECT_NE(flags.detail.find("--idle-time?"), std::string::npos) << flags.detail;
}

TEST_F(ConfigTest, VariableInTheWrongCaseIsUnknown) {
  Sources sources;
  sources.environment = {{"GATEHOUSE_Workers", "3"}};
  Error error = LoadError(sources);
  EXPECT_TRUE(error.Is(kUnknownKey));
  EXPECT_NE(error.detail.find("GATEHOUSE_WORKERS?"), std::string::npos) << error.detail;
}

TEST_F(ConfigTest, NothingSimilarMeansNoSuggestion) {
  EXPECT_EQ(FileError("zzzzzzzzzz = 3\n").detail.find("did you mean"), std::string::npos);
}

TEST_F(ConfigTest, WrongTypesAndBoundsInTheFile) {
  const std::string_view bad[] = {
      "workers = 0",
      "workers = 65",
      "workers = \"2\"",
      "workers = 1.5",
      "listen = 5",
      "listen = \"\"",
      "open = \"true\"",
      "open = 1",
      "idle_time = 10",
      "idle_time = \"2d\"",
      "idle_time = \"5\xC2\xB5s\"",
      "hosts = \"a,b\"",
      "hosts = [\"a\", 1]",
      "hosts = [\"\"]",
      "mode = \"middle\"",
      "hosts = [\"a\", \"b\", \"c\", \"d\"]",
      "smtp_password = 5",
      "smtp_password_file = 5",
      "mode = 2026-01-01",
  };
  for (std::string_view line : bad) {
    Error error = FileError(line);
    EXPECT_TRUE(error.Is(kInvalidValue)) << line << " -> " << error.reason << " " << error.detail;
    EXPECT_NE(error.detail.find("line 1"), std::string::npos) << error.detail;
  }
}

TEST_F(ConfigTest, WrongTextsInVariables) {
  const std::pair<std::string, std::string> bad[] = {
      {"GATEHOUSE_WORKERS", "two"},  {"GATEHOUSE_WORKERS", ""},
      {"GATEHOUSE_WORKERS", "+2"},   {"GATEHOUSE_WORKERS", "99999999999999999999"},
      {"GATEHOUSE_OPEN", "yes"},     {"GATEHOUSE_OPEN", "TRUE"},
      {"GATEHOUSE_IDLE_TIME", "15"}, {"GATEHOUSE_IDLE_TIME", "-1h"},
      {"GATEHOUSE_IDLE_TIME", "h"},  {"GATEHOUSE_IDLE_TIME", "9223372036854775807d"},
      {"GATEHOUSE_HOSTS", "a,,b"},   {"GATEHOUSE_HOSTS", "a,b,c,d"},
      {"GATEHOUSE_LISTEN", "\xff"},  {"GATEHOUSE_MODE", "ALL"},
  };
  for (const auto& [name, text] : bad) {
    Sources sources;
    sources.environment = {{name, text}};
    Error error = LoadError(sources);
    EXPECT_TRUE(error.Is(kInvalidValue)) << name << "=" << text << " -> " << error.detail;
    EXPECT_TRUE(error.detail.starts_with(name)) << error.detail;
  }
}

TEST_F(ConfigTest, SectionIsRefusedWithTheFlatForm) {
  Error error = FileError("[smtp]\npassword = \"x\"\n");
  EXPECT_TRUE(error.Is(kUnknownKey));
  EXPECT_NE(error.detail.find("no sections"), std::string::npos);
}

TEST_F(ConfigTest, MalformedFileNamesTheLine) {
  Error error = FileError("workers = 2\nlisten = \"unfinished\n");
  EXPECT_TRUE(error.Is(kMalformedFile)) << error.detail;
  EXPECT_NE(error.detail.find("line 2"), std::string::npos) << error.detail;
  EXPECT_TRUE(FileError("workers = 2\nworkers = 3\n").Is(kMalformedFile));
}

TEST_F(ConfigTest, FileThatCannotBeReadRefusesToStart) {
  Sources missing;
  missing.file = directory_ / "absent.toml";
  EXPECT_TRUE(LoadError(missing).Is(kUnreadableFile));
  Sources folder;
  folder.file = directory_;
  EXPECT_TRUE(LoadError(folder).Is(kUnreadableFile));
  Sources secret;
  secret.environment = {{"GATEHOUSE_SMTP_PASSWORD_FILE", (directory_ / "absent").string()}};
  EXPECT_TRUE(LoadError(secret).Is(kUnreadableFile));
  Sources huge;
  huge.file = Write("huge.toml", std::string((1 << 20) + 1, '#'));
  EXPECT_TRUE(LoadError(huge).Is(kUnreadableFile));
}

TEST_F(ConfigTest, SecretComesFromItsFileLessOneNewline) {
  Sources sources;
  sources.flags = {{"smtp-password-file", Write("secret", "correct horse\n\n").string()}};
  auto config = Config::Load(kTable, sources);
  ASSERT_TRUE(config.has_value()) << config.error().detail;
  EXPECT_EQ(config->String("smtp_password"), "correct horse\n");
  EXPECT_EQ(config->OriginOf("smtp_password"), Origin::kFlag);
}

TEST_F(ConfigTest, StrongerSourceBeatsASecretFileInAWeakerOne) {
  Sources sources;
  sources.file = Write("c.toml", "smtp_password_file = \"" + Write("s", "old").string() + "\"\n");
  sources.environment = {{"GATEHOUSE_SMTP_PASSWORD", "new"}};
  auto config = Config::Load(kTable, sources);
  ASSERT_TRUE(config.has_value()) << config.error().detail;
  EXPECT_EQ(config->String("smtp_password"), "new");
}

TEST_F(ConfigTest, SecretAndItsFileInOneSourceIsAmbiguous) {
  Sources sources;
  sources.environment = {{"GATEHOUSE_SMTP_PASSWORD", "a"},
                         {"GATEHOUSE_SMTP_PASSWORD_FILE", Write("s", "b").string()}};
  EXPECT_TRUE(LoadError(sources).Is(kInvalidValue));
  Sources twice;
  twice.flags = {{"workers", "1"}, {"workers", "2"}};
  EXPECT_TRUE(LoadError(twice).Is(kInvalidValue));
}

TEST_F(ConfigTest, SecretOnTheCommandLineIsRefusedWithoutRepeatingIt) {
  Sources sources;
  sources.flags = {{"smtp-password", "hunter2"}};
  Error error = LoadError(sources);
  EXPECT_TRUE(error.Is(kSecretFlag));
  EXPECT_EQ(error.detail.find("hunter2"), std::string::npos);
}

TEST_F(ConfigTest, SecretIsNeverPrinted) {
  Sources sources;
  sources.environment = {{"GATEHOUSE_SMTP_PASSWORD", "hunter2"}};
  auto config = Config::Load(kTable, sources);
  ASSERT_TRUE(config.has_value());
  std::string text = config->Describe();
  EXPECT_EQ(text.find("hunter2"), std::string::npos);
  EXPECT_NE(text.find("smtp_password = [set]  (environment)"), std::string::npos) << text;
  EXPECT_NE(text.find("idle_time = 15m  (default)"), std::string::npos) << text;
}

TEST(ConfigReferenceTest, EveryOptionHasARow) {
  std::string page = DescribeMarkdown(kTable);
  EXPECT_NE(page.find("| `workers` | number, 1 to 64 | `2` | Worker threads. |"), std::string::npos)
      << page;
  EXPECT_NE(page.find("| `mode` | text, all, front or back | `all` |"), std::string::npos) << page;
  EXPECT_NE(page.find("| `idle_time` | duration, 1m to 1d | `15m` |"), std::string::npos) << page;
  EXPECT_NE(page.find("`smtp_password_file` names a file"), std::string::npos) << page;
  EXPECT_NE(page.find("Takes effect without a restart."), std::string::npos) << page;
}

TEST_F(ConfigTest, ExampleFileLoadsWhenUncommented) {
  std::string example = ExampleToml(kTable);
  std::string uncommented;
  for (std::size_t i = 0; i < example.size(); ++i) {
    bool line_start = i == 0 || example[i - 1] == '\n';
    if (line_start && example[i] == '#' && example[i + 1] != ' ') continue;
    uncommented += example[i];
  }
  std::string secret = Write("smtp", "x").string();
  uncommented.replace(uncommented.find("/run/secrets/smtp"), 17, secret);
  Sources sources;
  sources.file = Write("example.toml", uncommented);
  auto config = Config::Load(kTable, sources);
  ASSERT_TRUE(config.has_value()) << config.error().detail << "\n" << uncommented;
  for (const OptionSpec& spec : kTable) EXPECT_EQ(config->OriginOf(spec.name), Origin::kFile);
  EXPECT_EQ(config->DurationSeconds("idle_time"), std::chrono::minutes(15));
}

TEST(ConfigDeathTest, TableMistakesAreFoundAtOnce) {
  static constexpr OptionSpec kTwice[] = {{.name = "a", .sentence = "s"},
                                          {.name = "a", .sentence = "s"}};
  EXPECT_DEATH((void)Config::Load(kTwice, {}), "unique");
  static constexpr OptionSpec kBadDefault[] = {
      {.name = "a", .type = Type::kInt, .default_text = "0", .sentence = "s", .min = 1}};
  EXPECT_DEATH((void)Config::Load(kBadDefault, {}), "default");
  auto config = Config::Load(kTable, {});
  EXPECT_DEATH((void)config->Int("listen"), "own type");
  EXPECT_DEATH((void)config->Int("absent"), "in the table");
}

TEST(DurationTest, WrittenForms) {
  EXPECT_EQ(ParseDuration("90s").value(), std::chrono::seconds(90));
  EXPECT_EQ(ParseDuration("90").value(), std::chrono::seconds(90));
  EXPECT_EQ(ParseDuration("0s").value(), std::chrono::seconds(0));
  EXPECT_EQ(ParseDuration("30d").value(), std::chrono::hours(720));
  for (std::string_view bad : {"", "s", "1.5h", "1 h", "1hm", "1H", "-1s", "1ms"}) {
    EXPECT_FALSE(ParseDuration(bad).has_value()) << bad;
  }
  EXPECT_EQ(FormatDuration(std::chrono::seconds(0)), "0s");
  EXPECT_EQ(FormatDuration(std::chrono::seconds(86'400)), "1d");
  EXPECT_EQ(FormatDuration(std::chrono::seconds(90)), "90s");
}

TEST(ProcessEnvironmentTest, HasThePath) { EXPECT_TRUE(ProcessEnvironment().contains("PATH")); }

}  // namespace
}  // namespace gatehouse::config
