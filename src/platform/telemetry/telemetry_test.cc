#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <limits>
#include <thread>

#include "base/text.h"
#include "platform/telemetry/log.h"
#include "platform/telemetry/metrics.h"

namespace gatehouse::telemetry {
namespace {

class LoggerTest : public testing::Test {
 protected:
  LoggerTest() { EXPECT_EQ(pipe2(pipe_.data(), O_CLOEXEC | O_NONBLOCK), 0); }
  ~LoggerTest() override {
    close(pipe_[0]);
    close(pipe_[1]);
  }

  Logger::Options Options(Logger::Format format = Logger::Format::kJson) const {
    return {.fd = pipe_[1], .threshold = Level::kInfo, .format = format};
  }
  std::string Read() const {
    std::string out;
    std::array<char, 65536> buffer;
    for (ssize_t n; (n = read(pipe_[0], buffer.data(), buffer.size())) > 0;) {
      out.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return out;
  }

  ManualClock clock_{Timestamp{1'800'000'000'123'456}};
  std::array<int, 2> pipe_{};
};

TEST_F(LoggerTest, OneEntryIsOneJsonLine) {
  Logger log(clock_, Options());
  log.Log(Level::kInfo, "login_succeeded",
          {Correlation("c-1"),
           {"user", UserId{42}},
           {"ok", true},
           {"ratio", 0.5},
           {"took", std::chrono::milliseconds(12)},
           {"status", 200},
           {"name", "Ada"}});
  EXPECT_EQ(Read(),
            "{\"time\":\"2027-01-15T08:00:00.123456Z\",\"level\":\"info\",\"event\":"
            "\"login_succeeded\",\"correlation_id\":\"c-1\",\"user\":42,\"ok\":true,\"ratio\":0.5,"
            "\"took\":12,\"status\":200,\"name\":\"Ada\"}\n");
}

TEST_F(LoggerTest, InjectedLineStaysInsideItsField) {
  Logger log(clock_, Options());
  log.Log(Level::kWarn, "login_failed",
          {{"name", "eve\n{\"level\":\"info\",\"event\":\"login_succeeded\"}\r\n"}});
  std::string line = Read();
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_NE(line.find(R"(eve\n{\"level\":\"info\")"), std::string::npos) << line;
}

TEST_F(LoggerTest, InjectedLineStaysInsideItsFieldOnTheConsole) {
  Logger log(clock_, Options(Logger::Format::kConsole));
  log.Log(Level::kWarn, "login_failed", {{"name", "eve\n08:00:00.000 info    fine"}, {"n", "a=b"}});
  std::string line = Read();
  EXPECT_EQ(
      line,
      "08:00:00.123 warning login_failed name=\"eve\\n08:00:00.000 info    fine\" n=\"a=b\"\n");
}

TEST_F(LoggerTest, TerminalCannotBeDriven) {
  for (auto format : {Logger::Format::kJson, Logger::Format::kConsole}) {
    Logger log(clock_, Options(format));
    log.Log(Level::kInfo, "e",
            {{"a", "\x1b[2J"},
             {"b",
              "\xC2\x9B"
              "2J"},
             {"c", "\xE2\x80\xA8"},
             {"d", "\xE2\x80\xAE"},
             {"e", "\x7f"},
             {"f", "\x9b"}});
    std::string line = Read();
    EXPECT_NE(line.find("\\u001b[2J"), std::string::npos) << line;
    EXPECT_NE(line.find("\\u009b2J"), std::string::npos) << line;
    EXPECT_NE(line.find("\\u2028"), std::string::npos) << line;
    EXPECT_NE(line.find("\\u202e"), std::string::npos) << line;
    EXPECT_NE(line.find("\\u007f"), std::string::npos) << line;
    EXPECT_NE(line.find("\xEF\xBF\xBD"), std::string::npos) << line;
    EXPECT_TRUE(IsValidUtf8(line));
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
  }
}

TEST_F(LoggerTest, OrdinaryTextIsNotChanged) {
  std::string out;
  AppendEscaped(out, "Zoë 日本 \xF0\x9F\x94\x91 </script>");
  EXPECT_EQ(out, "Zoë 日本 \xF0\x9F\x94\x91 </script>");
}

TEST_F(LoggerTest, SecretsAreRedactedByName) {
  for (std::string_view name :
       {"password", "new_password", "client_secret", "access_token", "Authorization", "Set-Cookie",
        "code", "totp_code", "recovery-codes", "X_CODE", "saml_assertion", "token_hash"}) {
    EXPECT_TRUE(IsSensitive(name)) << name;
  }
  for (std::string_view name : {"user", "status", "codec", "encode", "decoded", "kind", "reason"}) {
    EXPECT_FALSE(IsSensitive(name)) << name;
  }
  Logger log(clock_, Options());
  log.Log(Level::kInfo, "e", {{"password", "hunter2"}, {"code", 123456}});
  std::string line = Read();
  EXPECT_EQ(line.find("hunter2"), std::string::npos);
  EXPECT_EQ(line.find("123456}"), std::string::npos);
  EXPECT_NE(line.find(R"("password":"[redacted]","code":"[redacted]")"), std::string::npos) << line;
}

TEST_F(LoggerTest, LongValueIsCutAtACharacter) {
  Logger log(clock_, Options());
  std::string big;
  for (int i = 0; i < 3000; ++i) big += "é";
  log.Log(Level::kInfo, "e", {{"big", big}});
  std::string line = Read();
  EXPECT_LT(line.size(), 4300u);
  EXPECT_TRUE(IsValidUtf8(line));
  EXPECT_NE(line.find("[cut]\""), std::string::npos);
}

TEST_F(LoggerTest, ThresholdHoldsBack) {
  Logger log(clock_, Options());
  log.Log(Level::kDebug, "quiet");
  EXPECT_EQ(Read(), "");
  log.set_threshold(Level::kDebug);
  log.Log(Level::kDebug, "loud");
  EXPECT_NE(Read().find("loud"), std::string::npos);
}

TEST_F(LoggerTest, ErrorIsLoggedAtTheLevelOfItsCode) {
  Logger log(clock_, Options());
  log.LogError("job_failed", Error{Code::kInternal, "sql_error", "no such table: x"},
               {{"job", "drain"}});
  std::string line = Read();
  EXPECT_NE(line.find(R"("level":"error","event":"job_failed","job":"drain","kind":)"),
            std::string::npos)
      << line;
  EXPECT_NE(line.find(R"("reason":"sql_error","detail":"no such table: x"})"), std::string::npos)
      << line;
  EXPECT_EQ(LevelFromName("warning"), Level::kWarn);
  EXPECT_EQ(LevelFromName("loud"), std::nullopt);
  EXPECT_EQ(LevelOf(Code::kNotFound), Level::kInfo);
  EXPECT_EQ(LevelOf(Code::kUnavailable), Level::kWarn);
}

TEST_F(LoggerTest, NotANumberIsStillJson) {
  Logger log(clock_, Options());
  log.Log(Level::kInfo, "e", {{"x", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_NE(Read().find("\"x\":null"), std::string::npos);
}

TEST_F(LoggerTest, ClosedReaderDropsAndCounts) {
  signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  Logger log(clock_, {.fd = ends[1]});
  log.Log(Level::kInfo, "lost");
  EXPECT_EQ(log.dropped(), 1u);
  close(ends[1]);
}

TEST_F(LoggerTest, EntryAfterATornLineStartsOnItsOwn) {
  Logger log(clock_, Options());
  const std::string big(4000, 'x');
  while (log.dropped() == 0) log.Log(Level::kInfo, "fill", {{"a", big}, {"b", big}, {"c", big}});
  while (log.dropped() < 50) log.Log(Level::kInfo, "fill", {{"a", big}, {"b", big}, {"c", big}});
  (void)Read();
  log.Log(Level::kInfo, "after");
  std::string line = Read();
  EXPECT_NE(line.find("\n{"), std::string::npos) << line;
  EXPECT_NE(line.find("\"event\":\"after\"}\n"), std::string::npos) << line;
}

TEST_F(LoggerTest, ThreadsDoNotMixLines) {
  Logger log(clock_, Options());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log] {
        for (int i = 0; i < 100; ++i) log.Log(Level::kInfo, "tick", {{"i", i}});
      });
    }
  }
  std::string all = Read();
  int lines = 0;
  for (std::string_view line : Split(all, '\n')) {
    if (line.empty()) continue;
    EXPECT_TRUE(line.starts_with("{\"time\"") && line.ends_with("}")) << line;
    ++lines;
  }
  EXPECT_EQ(lines, 400);
}

TEST(RegistryTest, RendersPrometheusText) {
  Registry registry;
  Counter& hits = registry.AddCounter("logins_total", "Logins.", {{"outcome", "ok"}});
  hits.Add();
  hits.Add(2);
  registry.AddCounter("logins_total", "Logins.", {{"outcome", "de\"ni\\ed\n"}}).Add();
  registry.AddGauge("queue_depth", "Waiting\nwork.", [] { return 7.5; });
  constexpr double kBounds[] = {0.1, 1};
  Histogram& latency = registry.AddHistogram("latency_seconds", "Time.", kBounds);
  latency.Observe(0.1);
  latency.Observe(std::chrono::milliseconds(500));
  latency.Observe(30.0);
  EXPECT_EQ(registry.Render(),
            "# HELP latency_seconds Time.\n# TYPE latency_seconds histogram\n"
            "latency_seconds_bucket{le=\"0.1\"} 1\n"
            "latency_seconds_bucket{le=\"1\"} 2\n"
            "latency_seconds_bucket{le=\"+Inf\"} 3\n"
            "latency_seconds_sum 30.6\n"
            "latency_seconds_count 3\n"
            "# HELP logins_total Logins.\n# TYPE logins_total counter\n"
            "logins_total{outcome=\"de\\\"ni\\\\ed\\n\"} 1\n"
            "logins_total{outcome=\"ok\"} 3\n"
            "# HELP queue_depth Waiting\\nwork.\n# TYPE queue_depth gauge\n"
            "queue_depth 7.5\n");
}

TEST(RegistryTest, SameNameAndLabelsAreOneSeries) {
  Registry registry;
  EXPECT_EQ(&registry.AddCounter("a", "h", {{"x", "1"}}),
            &registry.AddCounter("a", "h", {{"x", "1"}}));
  EXPECT_NE(&registry.AddCounter("a", "h", {{"x", "1"}}),
            &registry.AddCounter("a", "h", {{"x", "2"}}));
}

TEST(RegistryTest, CountsFromManyThreadsAreExact) {
  Registry registry;
  Counter& counter = registry.AddCounter("c", "h");
  Histogram& histogram = registry.AddHistogram("h", "h");
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) {
          counter.Add();
          histogram.Observe(0.5);
          if (i % 100 == 0) (void)registry.Render();
        }
      });
    }
  }
  EXPECT_EQ(counter.value(), 4000u);
  EXPECT_DOUBLE_EQ(histogram.Sum(), 2000.0);
}

TEST(RegistryDeathTest, OneNameCannotBeTwoKinds) {
  Registry registry;
  registry.AddCounter("a", "h");
  EXPECT_DEATH(registry.AddGauge("a", "h", [] { return 0.0; }), "kind");
  EXPECT_DEATH(registry.AddCounter("a b", "h"), "IsName");
}

}  // namespace
}  // namespace gatehouse::telemetry
