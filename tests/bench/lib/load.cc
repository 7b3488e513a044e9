// Load for the benchmarks of intake: one thread, keep-alive connections, requests built beforehand
// in which only ids change, so that the generator costs a few microseconds per request.
//
//   load --port N --project ID --key KEY [--connections 32] [--seconds 5 | --count N]
//        [--rate N] [--groups 50] [--path /x] [--get]
//
// Without --rate a connection sends its next request when the last one is answered. With it,
// requests are due at even intervals and latency counts from then, waiting for a free connection
// included. Prints one line of JSON.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  int port = 0;
  std::string project, key, path;
  std::size_t connections = 32;
  double seconds = 5;
  std::int64_t count = 0;
  double rate = 0;
  int groups = 50;
  bool get = false;
};

std::uint64_t Next(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

void PutHex(char* out, std::uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value >>= 4) out[i] = "0123456789abcdef"[value & 15];
}
void PutNumber(char* out, std::uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

// A request with places that change: @id, @trace, @user, @order, @line.
class Template {
 public:
  explicit Template(const std::string& text) {
    static const std::pair<const char*, int> kinds[] = {
        {"@id@", 32}, {"@trace@", 32}, {"@user@", 6}, {"@order@", 9}, {"@line@", 3}};
    for (std::size_t at = 0; at < text.size();) {
      bool found = false;
      for (int kind = 0; kind < 5; ++kind) {
        const std::string_view name = kinds[kind].first;
        if (text.compare(at, name.size(), name) != 0) continue;
        places_.push_back({text_.size(), kind});
        text_.append(static_cast<std::size_t>(kinds[kind].second), '0');
        at += name.size();
        found = true;
        break;
      }
      if (!found) text_ += text[at++];
    }
  }
  const std::string& Make(std::uint64_t& state) {
    const std::uint64_t high = Next(state), low = Next(state), trace = Next(state);
    for (const auto& [at, kind] : places_) {
      char* out = text_.data() + at;
      switch (kind) {
        case 0:
          PutHex(out, high, 16);
          PutHex(out + 16, low, 16);
          break;
        case 1:
          PutHex(out, trace, 16);
          PutHex(out + 16, high ^ trace, 16);
          break;
        case 2:
          PutNumber(out, trace % 20'000, 6);
          break;
        case 3:
          PutNumber(out, 100'000'000 + low % 900'000'000, 9);
          break;
        default:
          PutNumber(out, 100 + high % 800, 3);
      }
    }
    return text_;
  }

 private:
  std::string text_;
  std::vector<std::pair<std::size_t, int>> places_;
};

// What @sentry/node sends for an unhandled error in a small web shop, 2.8 kB.
std::string Event(int group) {
  static const char* const types[] = {"TypeError", "RangeError", "ReferenceError", "Error"};
  static const char* const words[] = {"cart", "order", "invoice", "stock", "address", "coupon"};
  const std::string word = words[group % 6];
  const std::string number = std::to_string(group);
  std::string frames;
  const auto frame = [&](const std::string& function, const std::string& file, int line,
                         bool in_app, bool source) {
    if (!frames.empty()) frames += ',';
    frames += R"({"filename":")" + file + R"(","module":"shop.)" + word + R"(","function":")" +
              function + R"(","lineno":)" + std::to_string(line) + R"(,"colno":17,"in_app":)" +
              (in_app ? "true" : "false");
    if (source) {
      frames += R"(,"pre_context":["  const )" + word +
                R"( = await load(id);","  if (!found) return null;"],"context_line":"  return )" +
                word +
                R"(.items.reduce((sum, item) => sum + item.price, 0);","post_context":["}",""])";
    }
    frames += '}';
  };
  frame("process.processTicksAndRejections", "node:internal/process/task_queues", 105, false,
        false);
  frame("Layer.handle", "/srv/shop/node_modules/express/lib/router/layer.js", 95, false, false);
  frame("next", "/srv/shop/node_modules/express/lib/router/route.js", 149, false, false);
  frame("handle" + number, "/srv/shop/src/routes/" + word + ".js", 40 + group, true, true);
  frame("total" + number, "/srv/shop/src/model/" + word + ".js", 12 + group, true, true);
  std::string crumbs;
  for (const char* step : {"GET /products", "SELECT * FROM items WHERE id = $1", "POST /cart"}) {
    if (!crumbs.empty()) crumbs += ',';
    crumbs += R"({"type":"http","category":"console","level":"info","message":")" +
              std::string(step) + R"( @line@"})";
  }
  return R"({"event_id":"@id@","platform":"node","level":"error","server_name":"shop-1","release":"shop@2.4.1","environment":"production","transaction":"POST /)" +
         word +
         R"(/:id","sdk":{"name":"sentry.javascript.node","version":"9.12.0","integrations":["Http","Express","OnUncaughtException"]},"contexts":{"trace":{"trace_id":"@trace@","span_id":"aaaabbbbccccdddd","op":"http.server"},"runtime":{"name":"node","version":"v22.11.0"},"os":{"name":"Linux","version":"6.1.0"},"app":{"app_start_time":"2026-11-20T08:00:00.000Z","app_memory":98123776}},"user":{"id":"@user@","email":"user@user@@example.com"},"tags":{"shop":"eu","plan":"team","queue":")" +
         word +
         R"("},"extra":{"order":@order@,"retries":2},"request":{"method":"POST","url":"https://shop.example.com/)" +
         word +
         R"(/@order@","headers":{"host":"shop.example.com","accept":"application/json","user-agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"}},"breadcrumbs":{"values":[)" +
         crumbs + R"(]},"exception":{"values":[{"type":")" + types[group % 4] +
         R"(","value":"Cannot read properties of undefined (reading 'items') of )" + word +
         R"( @order@","mechanism":{"type":"onuncaughtexception","handled":false},"stacktrace":{"frames":[)" +
         frames + "]}}]}}";
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::size_t LengthOf(std::string text) {
  for (const auto& [name, digits] : std::map<std::string, int>{
           {"@id@", 32}, {"@trace@", 32}, {"@user@", 6}, {"@order@", 9}, {"@line@", 3}}) {
    text = Replaced(std::move(text), name, std::string(static_cast<std::size_t>(digits), '0'));
  }
  return text.size();
}

std::vector<Template> Requests(const Options& o) {
  std::vector<Template> out;
  const std::string host = "Host: 127.0.0.1:" + std::to_string(o.port) + "\r\n";
  if (o.get) {
    out.emplace_back("GET " + o.path + " HTTP/1.1\r\n" + host + "\r\n");
    return out;
  }
  for (int group = 0; group < o.groups; ++group) {
    const std::string event = Event(group);
    const std::string body =
        R"({"event_id":"@id@","sdk":{"name":"sentry.javascript.node","version":"9.12.0"}})" +
        std::string("\n") + R"({"type":"event","length":)" + std::to_string(LengthOf(event)) +
        "}\n" + event + "\n";
    const std::string path = o.path.empty() ? "/api/" + o.project + "/envelope/" : o.path;
    out.emplace_back("POST " + path + " HTTP/1.1\r\n" + host +
                     "Content-Type: application/x-sentry-envelope\r\nUser-Agent: "
                     "sentry.javascript.node/9.12.0\r\nX-Sentry-Auth: Sentry sentry_version=7, "
                     "sentry_client=sentry.javascript.node/9.12.0, sentry_key=" +
                     o.key + "\r\nContent-Length: " + std::to_string(LengthOf(body)) + "\r\n\r\n" +
                     body);
  }
  return out;
}

struct Connection {
  int fd = -1;
  bool busy = false;
  Clock::time_point since = {};
  std::string out = {};
  std::size_t sent = 0;
  std::string in = {};
};

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "load: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

class Load {
 public:
  explicit Load(const Options& o) : o_(o), requests_(Requests(o)) {
    epoll_ = ::epoll_create1(0);
    connections_.resize(o_.connections);
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      Open(i);
      idle_.push_back(i);
    }
  }

  void Run() {
    const Clock::time_point begin = Clock::now();
    const Clock::time_point end =
        begin + std::chrono::duration_cast<Clock::duration>(
                    std::chrono::duration<double>(o_.count > 0 ? 3600 : o_.seconds));
    const auto interval = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(o_.rate > 0 ? 1 / o_.rate : 0));
    Clock::time_point due = begin;
    std::int64_t started = 0;
    std::vector<epoll_event> events(256);
    while (true) {
      Clock::time_point now = Clock::now();
      const bool more = now < end && (o_.count == 0 || started < o_.count);
      if (more) {
        if (o_.rate > 0) {
          for (; due <= now; due += interval) waiting_.push_back(due);
          while (!waiting_.empty() && !idle_.empty()) {
            Start(waiting_.front());
            waiting_.pop_front();
            ++started;
          }
        } else {
          while (!idle_.empty() && (o_.count == 0 || started < o_.count)) {
            Start(now);
            ++started;
          }
        }
      } else if (idle_.size() == connections_.size()) {
        break;
      }
      // To the nanosecond: a generator that spins takes a processor from the server it measures.
      constexpr Clock::duration kMost = std::chrono::milliseconds(100);
      const bool paced = more && o_.rate > 0 && !idle_.empty();
      const Clock::duration left =
          paced ? std::clamp(due - now, Clock::duration::zero(), kMost) : kMost;
      const timespec timeout{
          .tv_sec = 0,
          .tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count()};
      const int n =
          ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
      for (int i = 0; i < n; ++i) {
        Connection& c = connections_[events[static_cast<std::size_t>(i)].data.u64];
        if (c.sent < c.out.size()) Write(c);
        Read(events[static_cast<std::size_t>(i)].data.u64);
      }
    }
    Report(std::chrono::duration<double>(Clock::now() - begin).count());
  }

 private:
  void Open(std::size_t index) {
    Connection& c = connections_[index];
    c.fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(o_.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(c.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Die("connect");
    const int on = 1;
    ::setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &event);
  }

  void Start(Clock::time_point since) {
    const std::size_t index = idle_.back();
    idle_.pop_back();
    Connection& c = connections_[index];
    c.busy = true;
    c.since = since;
    c.out = requests_[turn_++ % requests_.size()].Make(random_);
    c.sent = 0;
    Write(c);
  }

  void Write(Connection& c) {
    while (c.sent < c.out.size()) {
      const ssize_t n =
          ::send(c.fd, c.out.data() + c.sent, c.out.size() - c.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN) return;  // small requests: the socket takes them at once
      if (n < 0) Die("send");
      c.sent += static_cast<std::size_t>(n);
    }
  }

  void Read(std::size_t index) {
    Connection& c = connections_[index];
    char buffer[16384];
    const ssize_t n = ::recv(c.fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0 && !c.busy) {
      // It was idle for too long.
      ::close(c.fd);
      Open(index);
      return;
    }
    if (n <= 0) Die("connection closed");
    c.in.append(buffer, static_cast<std::size_t>(n));
    const std::size_t head = c.in.find("\r\n\r\n");
    if (head == std::string::npos) return;
    std::size_t length = 0;
    for (const char* name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
      const std::size_t at = c.in.find(name);
      if (at < head) length = std::strtoul(c.in.c_str() + at + std::strlen(name), nullptr, 10);
    }
    if (c.in.size() < head + 4 + length) return;
    ++statuses_[std::atoi(c.in.c_str() + 9)];
    latencies_.push_back(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - c.since).count()));
    c.in.clear();
    c.busy = false;
    idle_.push_back(index);
  }

  void Report(double seconds) {
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [&](double q) {
      if (latencies_.empty()) return 0U;
      return latencies_[static_cast<std::size_t>(q * static_cast<double>(latencies_.size() - 1))];
    };
    std::string statuses;
    for (const auto& [status, n] : statuses_) {
      if (!statuses.empty()) statuses += ',';
      statuses += '"' + std::to_string(status) + "\":" + std::to_string(n);
    }
    std::printf(
        "{\"seconds\":%.3f,\"answers\":%zu,\"statuses\":{%s},\"p50\":%u,\"p99\":%u,\"max\":%u,"
        "\"bytes\":%zu}\n",
        seconds, latencies_.size(), statuses.c_str(), at(0.5), at(0.99), at(1),
        o_.get ? 0 : LengthOf(Event(0)));
  }

  const Options o_;
  std::vector<Template> requests_;
  std::vector<Connection> connections_;
  std::vector<std::size_t> idle_;
  std::deque<Clock::time_point> waiting_;
  std::vector<std::uint32_t> latencies_;
  std::map<int, std::size_t> statuses_;
  std::uint64_t random_ = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
  std::size_t turn_ = 0;
  int epoll_ = -1;
};

}  // namespace

int main(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--get") {
      o.get = true;
      continue;
    }
    if (i + 1 == argc) Die("no value for " + name);
    const char* value = argv[++i];
    if (name == "--port")
      o.port = std::atoi(value);
    else if (name == "--project")
      o.project = value;
    else if (name == "--key")
      o.key = value;
    else if (name == "--path")
      o.path = value;
    else if (name == "--connections")
      o.connections = std::strtoul(value, nullptr, 10);
    else if (name == "--seconds")
      o.seconds = std::atof(value);
    else if (name == "--count")
      o.count = std::atoll(value);
    else if (name == "--rate")
      o.rate = std::atof(value);
    else if (name == "--groups")
      o.groups = std::atoi(value);
    else
      Die("unknown option " + name);
  }
  Load(o).Run();
}
