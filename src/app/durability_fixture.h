#pragma once

// The real server under load, killed or deprived of its power again and again: what it acknowledged
// is stored afterwards, and counted once. For durability_test.cc (a few rounds) and
// durability_bench.cc (a hundred). Linux alone: /proc, LD_PRELOAD.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/rng.h"
#include "platform/json/json.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/sqlite/sqlite.h"
#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/stream/embedded/embedded_stream.h"

namespace gatehouse::app {

class Durability {
 public:
  struct Options {
    int rounds = 3;
    // What was not synced is lost as well; otherwise SIGKILL alone.
    bool cuts_power = false;
    // The control run: syncing does nothing.
    bool ignores_sync = false;
    std::uint64_t seed = 1;
  };
  struct Report {
    int rounds = 0;
    std::size_t acknowledged = 0;
    std::size_t lost = 0;  // acknowledged and not stored
    std::size_t stored = 0;
    std::int64_t counted = 0;   // times_seen of all issues
    std::int64_t accepted = 0;  // outcomes
    std::string failure = {};   // "" when everything ran
  };

  explicit Durability(Options options) : o_(options), random_(options.seed) {}

  Report Run() {
    std::string name = std::filesystem::temp_directory_path() / "gatehouse_durability_XXXXXX";
    scratch_ = ::mkdtemp(name.data());
    Report report;
    // A fresh installation every few rounds: the disk is copied at each cut.
    constexpr int kRoundsEach = 20;
    for (int done = 0; done < o_.rounds && report.failure.empty(); done += kRoundsEach) {
      if (!SetUp()) {
        report.failure = "the installation could not be set up";
        break;
      }
      for (int i = 0; i < std::min(kRoundsEach, o_.rounds - done) && report.failure.empty(); ++i) {
        report.failure = Round();
        ++report.rounds;
      }
      if (report.failure.empty()) report.failure = Verify(report);
    }
    std::filesystem::remove_all(scratch_);
    return report;
  }

  // Beside the program that runs.
  static std::filesystem::path Beside(const std::string& name) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
  }

 private:
  using Env = std::vector<std::pair<std::string, std::string>>;

  std::filesystem::path Data() const { return scratch_ / "data"; }
  std::filesystem::path Shadow() const { return scratch_ / "shadow"; }

  static pid_t Spawn(const std::vector<std::string>& arguments, const Env& env,
                     const std::string& out, const std::string& in = "/dev/null") {
    std::vector<char*> argv;
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child != 0) return child;
    for (const auto& [key, value] : env) ::setenv(key.c_str(), value.c_str(), 1);
    const int to = ::open(out.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int from = ::open(in.c_str(), O_RDONLY);
    ::dup2(from, 0);
    ::dup2(to, 1);
    ::dup2(to, 2);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  static std::string ReadFile(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }
  // The answer of a command of the product, "" if it failed.
  std::string Command(std::vector<std::string> arguments, const std::string& input = "") {
    const std::string out = scratch_ / "command.out";
    const std::string in = scratch_ / "command.in";
    std::filesystem::remove(out);
    std::ofstream(in) << input;
    arguments.insert(arguments.begin(), Beside("gatehouse").string());
    for (const std::string& more :
         {std::string("--data"), Data().string(), std::string("--base-url"),
          std::string("http://127.0.0.1:1"), std::string("--json")}) {
      arguments.push_back(more);
    }
    int status = 1;
    ::waitpid(Spawn(arguments, {}, out, in), &status, 0);
    return status == 0 ? ReadFile(out) : "";
  }

  bool SetUp() {
    std::filesystem::remove_all(Data());
    acknowledged_.clear();
    if (Command({"user", "create", "--email", "olivia@acme.example", "--name", "Olivia",
                 "--password-stdin"},
                "teapot-lantern-42-orbit\n")
            .empty() ||
        Command(
            {"org", "create", "--slug", "acme", "--name", "Acme", "--owner", "olivia@acme.example"})
            .empty()) {
      return false;
    }
    const auto project = json::ParseObject(
        Command({"project", "create", "--org", "acme", "--slug", "shop", "--platform", "node"}));
    if (!project) return false;
    project_ = std::string(json::GetString(*project, "id").value_or(""));
    const std::string dsn(json::GetString(*project, "dsn").value_or(""));
    const std::size_t at = dsn.find("//");
    if (at == std::string::npos) return false;
    key_ = dsn.substr(at + 2, 32);
    return true;
  }

  static int Connect(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
    ::close(fd);
    return -1;
  }
  static int FreePort() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    (void)::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    (void)::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    ::close(fd);
    return ntohs(address.sin_port);
  }
  // The status of the answer, 0 if there was none.
  static int Ask(int fd, const std::string& request) {
    for (std::size_t sent = 0; sent < request.size();) {
      const ssize_t n = ::send(fd, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return 0;
      sent += static_cast<std::size_t>(n);
    }
    std::string answer;
    char buffer[4096];
    while (true) {
      const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) return 0;
      answer.append(buffer, static_cast<std::size_t>(n));
      const std::size_t head = answer.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      std::size_t length = 0;
      const std::size_t at = answer.find("Content-Length: ");
      if (at < head) length = std::strtoul(answer.c_str() + at + 16, nullptr, 10);
      if (answer.size() >= head + 4 + length) return std::atoi(answer.c_str() + 9);
    }
  }

  std::string Host() const { return "127.0.0.1:" + std::to_string(port_); }

  pid_t Start(const Env& env) {
    port_ = FreePort();
    const std::string port = Host();
    const pid_t server = Spawn({Beside("gatehouse").string(), "serve", "--data", Data().string(),
                                "--base-url", "http://" + port, "--listen", port},
                               env, scratch_ / "server.log");
    for (int i = 0; i < 3000; ++i) {
      const int fd = Connect(port_);
      if (fd >= 0) {
        const int status = Ask(fd, "GET /health/ready HTTP/1.1\r\nHost: " + Host() + "\r\n\r\n");
        ::close(fd);
        if (status == 200) return server;
      }
      if (::waitpid(server, nullptr, WNOHANG) != 0) return -1;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return server;
  }

  std::string Envelope(const std::string& id, int group) const {
    const std::string event =
        "{\"platform\":\"node\",\"level\":\"error\",\"release\":\"shop@1.0\",\"environment\":"
        "\"production\",\"exception\":{\"values\":[{\"type\":\"Error" +
        std::to_string(group) + "\",\"value\":\"" + std::string(400, 'x') + " " + id + "\"}]}}";
    const std::string body = "{\"event_id\":\"" + id +
                             "\"}\n{\"type\":\"event\",\"length\":" + std::to_string(event.size()) +
                             "}\n" + event + "\n";
    return "POST /api/" + project_ + "/envelope/ HTTP/1.1\r\nHost: " + Host() +
           "\r\nX-Sentry-Auth: Sentry " + "sentry_version=7, sentry_key=" + key_ +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  // Load until `stop`: what was acknowledged is remembered.
  void Send(std::uint64_t seed, const std::atomic<bool>& stop) {
    SeededRng random(seed);
    int fd = -1;
    while (!stop) {
      if (fd < 0) fd = Connect(port_);
      if (fd < 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        continue;
      }
      std::string bytes(16, '\0');
      random.Fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
      const std::string id = HexEncode(bytes);
      if (Ask(fd, Envelope(id, static_cast<int>(random.Next64() % 5))) == 200) {
        std::lock_guard lock(mutex_);
        acknowledged_.insert(id);
        continue;
      }
      ::close(fd);
      fd = -1;
    }
    if (fd >= 0) ::close(fd);
  }

  std::string Round() {
    Env env;
    if (o_.cuts_power) {
      std::filesystem::remove_all(Shadow());
      env = {{"LD_PRELOAD", Beside("libgatehouse_power_cut.so").string()},
             {"POWER_CUT_ROOT", Data().string()},
             {"POWER_CUT_SHADOW", Shadow().string()}};
      if (o_.ignores_sync) env.emplace_back("POWER_CUT_IGNORE_SYNC", "1");
    }
    const pid_t server = Start(env);
    if (server < 0) return "the server did not start: " + ReadFile(scratch_ / "server.log");
    std::atomic<bool> stop = false;
    std::vector<std::thread> senders;
    for (int i = 0; i < 8; ++i) {
      senders.emplace_back([this, &stop, seed = random_.Next64()] { Send(seed, stop); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + random_.Next64() % 400));
    ::kill(server, SIGKILL);
    ::waitpid(server, nullptr, 0);
    stop = true;
    for (std::thread& sender : senders) sender.join();
    if (o_.cuts_power) CutPower();
    return "";
  }

  // Builds the folder anew from what had reached the disk. Of what had not, blocks survive by
  // chance, as on a real disk.
  void CutPower() {
    // none, half or most of what was not synced
    const std::uint64_t chance = random_.Next64() % 3 * 45;
    const std::filesystem::path after = scratch_ / "after";
    std::map<ino_t, std::filesystem::path> now;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(Data())) {
      struct stat info{};
      if (::lstat(entry.path().c_str(), &info) == 0) now[info.st_ino] = entry.path();
    }
    struct stat root{};
    (void)::lstat(Data().c_str(), &root);
    Restore(root.st_ino, after, now, chance);
    std::filesystem::remove_all(Data());
    std::filesystem::rename(after, Data());
  }
  void Restore(ino_t folder, const std::filesystem::path& to,
               const std::map<ino_t, std::filesystem::path>& now, std::uint64_t chance) {
    std::filesystem::create_directories(to);
    std::filesystem::permissions(to, std::filesystem::perms::owner_all);
    std::ifstream names(Shadow() / "folders" / std::to_string(folder));
    std::string key, kind, name;
    while (names >> key >> kind && std::getline(names >> std::ws, name)) {
      const ino_t inode = std::strtoull(key.c_str(), nullptr, 10);
      if (kind == "d") {
        Restore(inode, to / name, now, chance);
        continue;
      }
      // Shared memory, which no disk keeps.
      if (name.ends_with("-shm")) continue;
      std::string bytes = ReadFile(Shadow() / "files" / key);
      if (const auto real = now.find(inode); real != now.end()) Mix(bytes, real->second, chance);
      std::ofstream(to / name, std::ios::binary) << bytes;
      ::chmod((to / name).c_str(), 0600);
    }
  }
  void Mix(std::string& bytes, const std::filesystem::path& real, std::uint64_t chance) {
    if (chance == 0 || o_.ignores_sync) return;
    constexpr std::size_t kBlock = 4096;
    const std::string unsynced = ReadFile(real);
    for (std::size_t at = 0; at < unsynced.size(); at += kBlock) {
      const std::string_view block = std::string_view(unsynced).substr(at, kBlock);
      if (random_.Next64() % 100 >= chance) continue;
      if (bytes.size() < at + block.size()) bytes.resize(at + block.size(), '\0');
      std::ranges::copy(block, bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

  // Whether everything in the stream has been dealt with.
  Result<bool> CaughtUp() {
    SystemClock clock;
    const auto files = stream::embedded::PosixFiles();
    GH_TRY(const auto stream,
           stream::embedded::OpenStream({.folder = Data() / "stream"}, clock, *files));
    for (const auto& entry : std::filesystem::directory_iterator(Data() / "stream")) {
      const std::string topic = entry.path().filename();
      if (topic == "events" || topic == "transactions" || topic == "generic-events") continue;
      GH_TRY(const stream::TopicState state, runtime::RunSync(stream->State(topic)));
      GH_TRY(const stream::Offset at, runtime::RunSync(stream->Join(topic, "save")));
      if (at < state.next) return false;
    }
    return true;
  }

  std::string Verify(Report& report) {
    for (int tries = 0;; ++tries) {
      const pid_t server = Start({});
      if (server < 0) return "the server did not start: " + ReadFile(scratch_ / "server.log");
      std::this_thread::sleep_for(std::chrono::milliseconds(500 << std::min(tries, 4)));
      ::kill(server, SIGTERM);
      ::waitpid(server, nullptr, 0);
      const auto done = CaughtUp();
      if (!done) return "the stream cannot be read: " + done.error().detail;
      if (*done) break;
      if (tries == 20) return "the stream is never worked through";
    }
    SystemClock clock;
    SystemRng rng;
    auto store = eventstore::sqlite::OpenStore({.folder = Data() / "events"}, clock, rng);
    if (!store) return "the store cannot be opened: " + store.error().detail;
    const std::int64_t project = std::strtoll(project_.c_str(), nullptr, 10);
    for (const std::string& id : acknowledged_) {
      const auto found = runtime::RunSync((*store)->Get(project, id));
      // Whole, with what was sent in it.
      if (!found || !*found || (*found)->payload.find(id) == std::string::npos) ++report.lost;
    }
    report.acknowledged += acknowledged_.size();
    eventstore::EventQuery query{.project_id = project, .limit = 100};
    while (true) {
      const auto page = runtime::RunSync((*store)->List(query));
      if (!page) return "the store cannot be read: " + page.error().detail;
      report.stored += page->events.size();
      if (!page->next) break;
      query.after = page->next;
    }
    auto db = sql::OpenSqlite({.file = Data() / "gatehouse.db"});
    if (!db) return "the database cannot be opened: " + db.error().detail;
    const auto number = [&db](std::string_view text) -> std::int64_t {
      auto rows = (*db)->ReadSync(sql::Tenant::All(),
                                  [&](sql::Tx& tx) { return tx.Query(sql::Statement{"", text}); });
      return rows && !rows->empty() ? rows->front().Int(0) : -1;
    };
    report.counted += number("SELECT COALESCE(SUM(times_seen), 0) FROM issues");
    report.accepted += number(
        "SELECT COALESCE(SUM(quantity), 0) FROM outcomes WHERE outcome = "
        "'accepted' AND category = 'error'");
    return "";
  }

  const Options o_;
  SeededRng random_;
  std::filesystem::path scratch_;
  std::string project_, key_;
  int port_ = 0;
  std::mutex mutex_;
  std::set<std::string> acknowledged_;
};

}  // namespace gatehouse::app
