#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "platform/mail/mail.h"

// The SMTP mailer against a real socket.

namespace gatehouse::mail {
namespace {

// Speaks SMTP on 127.0.0.1, one connection after the other, and keeps what it was told.
class SmtpSink {
 public:
  // `extensions` are the EHLO lines; `answer` may replace the reply to a command ("" keeps it).
  explicit SmtpSink(std::vector<std::string> extensions = {"8BITMIME"},
                    std::function<std::string(const std::string&)> answer = nullptr)
      : extensions_(std::move(extensions)), answer_(std::move(answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~SmtpSink() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> commands() {
    std::lock_guard lock(mutex_);
    return commands_;
  }
  std::vector<std::string> mails() {  // as transmitted, without the final dot
    std::lock_guard lock(mutex_);
    return mails_;
  }
  bool Heard(std::string_view prefix) {
    for (const std::string& c : commands()) {
      if (c.starts_with(prefix)) return true;
    }
    return false;
  }

 private:
  void Serve() {
    for (;;) {
      int client = accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      Talk(client);
      close(client);
    }
  }

  void Talk(int client) {
    std::string in;
    auto say = [client](const std::string& line) {
      std::string text = line + "\r\n";
      (void)!send(client, text.data(), text.size(), MSG_NOSIGNAL);
    };
    auto until = [&](std::string_view end, std::string& out) {
      std::size_t at;
      while ((at = in.find(end)) == std::string::npos) {
        char buffer[4096];
        ssize_t n = recv(client, buffer, sizeof buffer, 0);
        if (n <= 0) return false;
        in.append(buffer, static_cast<std::size_t>(n));
      }
      out = in.substr(0, at);
      in.erase(0, at + end.size());
      return true;
    };
    say("220 sink");
    for (std::string command; until("\r\n", command);) {
      {
        std::lock_guard lock(mutex_);
        commands_.push_back(command);
      }
      std::string custom = answer_ ? answer_(command) : "";
      if (!custom.empty()) {
        say(custom);
      } else if (command.starts_with("EHLO")) {
        for (const std::string& e : extensions_) say("250-" + e);
        say("250 HELP");
      } else if (command == "DATA") {
        say("354 go");
        std::string mail;
        if (!until("\r\n.\r\n", mail)) return;
        {
          std::lock_guard lock(mutex_);
          mails_.push_back(mail + "\r\n");
        }
        say("250 stored");
      } else if (command == "QUIT") {
        say("221 bye");
        return;
      } else {
        say("250 ok");
      }
    }
  }

  std::vector<std::string> extensions_;
  std::function<std::string(const std::string&)> answer_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> commands_, mails_;
  std::thread thread_;
};

Message Sample() {
  return {.id = "m1",
          .to = "ada@example.com",
          .subject = "Grüße",
          .text = ".\n..hidden\nHello",
          .html = "<p>Hello</p>",
          .date = Timestamp::FromSeconds(1'795'247'640)};
}

class SmtpTest : public testing::Test {
 protected:
  Result<void> Send(SmtpOptions options, Message message = Sample()) {
    auto mailer = NewSmtpMailer(std::move(options), pool_);
    return runtime::RunSync(mailer->Send(std::move(message)));
  }
  static SmtpOptions Plain(const SmtpSink& sink) {
    return {.url = sink.url(),
            .username = "",
            .password = "",
            .from = "Gatehouse <sso@gate.example>",
            .require_tls = false,
            .ca_file = ""};
  }
  static void ExpectUnavailable(const Result<void>& r) {
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().code, Code::kUnavailable);
    EXPECT_EQ(r.error().reason, "mail_unavailable");
    EXPECT_EQ(r.error().detail.find("hunter2"), std::string::npos);
  }

  runtime::WorkerPool pool_{"mail", 1, 8};
};

TEST_F(SmtpTest, DeliversTheFormattedMessageWithDotsStuffed) {
  SmtpSink sink;
  auto sent = Send(Plain(sink));
  ASSERT_TRUE(sent.has_value()) << sent.error().detail;
  EXPECT_TRUE(sink.Heard("MAIL FROM:<sso@gate.example>"));
  EXPECT_TRUE(sink.Heard("RCPT TO:<ada@example.com>"));
  ASSERT_EQ(sink.mails().size(), 1u);
  std::string stuffed;
  for (std::string_view line : Split(*Format(Sample(), "Gatehouse <sso@gate.example>"), '\n')) {
    if (line.empty()) continue;
    if (line.starts_with('.')) stuffed += '.';
    stuffed += std::string(line) + "\n";
  }
  EXPECT_EQ(sink.mails()[0], stuffed);
}

TEST_F(SmtpTest, SeveralMailsOneAfterTheOther) {
  SmtpSink sink;
  auto mailer = NewSmtpMailer(Plain(sink), pool_);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(runtime::RunSync(mailer->Send(Sample())).has_value());
  }
  EXPECT_EQ(sink.mails().size(), 3u);
}

TEST_F(SmtpTest, AuthenticatesWhenConfigured) {
  const std::string credentials = "AHVzZXIAaHVudGVyMg==";  // NUL user NUL hunter2
  SmtpSink sink({"AUTH PLAIN"}, [credentials](const std::string& c) -> std::string {
    if (c == "AUTH PLAIN") return "334 ";
    return c == credentials ? "235 welcome" : "";
  });
  SmtpOptions options = Plain(sink);
  options.username = "user";
  options.password = "hunter2";
  auto sent = Send(options);
  ASSERT_TRUE(sent.has_value()) << sent.error().detail;
  EXPECT_TRUE(sink.Heard(credentials));
  EXPECT_EQ(sink.mails().size(), 1u);
}

TEST_F(SmtpTest, StartTlsStrippingGetsNeitherThePasswordNorTheMail) {
  SmtpSink sink({"AUTH PLAIN"});
  SmtpOptions options = Plain(sink);
  options.require_tls = true;
  options.username = "user";
  options.password = "hunter2";
  ExpectUnavailable(Send(options));
  EXPECT_FALSE(sink.Heard("AUTH"));
  EXPECT_FALSE(sink.Heard("MAIL"));
  EXPECT_TRUE(sink.mails().empty());
}

TEST_F(SmtpTest, StartTlsThatNeverHandshakesGetsNothing) {
  SmtpSink sink({"STARTTLS", "AUTH PLAIN"}, [](const std::string& c) {
    return c == "STARTTLS" ? std::string("220 go\r\n250 not TLS at all") : std::string();
  });
  SmtpOptions options = Plain(sink);
  options.require_tls = true;
  options.username = "user";
  options.password = "hunter2";
  ExpectUnavailable(Send(options));
  EXPECT_TRUE(sink.Heard("STARTTLS"));
  EXPECT_FALSE(sink.Heard("AUTH"));
  EXPECT_TRUE(sink.mails().empty());
}

TEST_F(SmtpTest, RefusalsAreRetryable) {
  for (const char* refused : {"RCPT", "MAIL", "AUTH", "DATA", "EHLO"}) {
    SmtpSink sink({"AUTH PLAIN"}, [refused](const std::string& c) {
      bool greeting = std::string_view(refused) == "EHLO" && c.starts_with("HELO");
      return c.starts_with(refused) || greeting ? std::string("451 4.3.0 later") : std::string();
    });
    SmtpOptions options = Plain(sink);
    if (std::string_view(refused) == "AUTH") options.username = "user";
    options.password = "hunter2";
    ExpectUnavailable(Send(options));
    EXPECT_TRUE(sink.Heard(refused));
    EXPECT_TRUE(sink.mails().empty());
  }
}

TEST_F(SmtpTest, NoServerIsRetryable) {
  SmtpOptions options;
  {
    SmtpSink gone;
    options = Plain(gone);
  }
  ExpectUnavailable(Send(options));
  options.url = "http://127.0.0.1:1/";  // another protocol is never spoken
  ExpectUnavailable(Send(options));
  options.url = "file:///etc/passwd";
  ExpectUnavailable(Send(options));
}

TEST_F(SmtpTest, CommandInjectionThroughTheRecipientReachesNoSocket) {
  SmtpSink sink;
  for (const char* to :
       {"a@b.example>\r\nRCPT TO:<x@evil.example", "a@b.example\r\nDATA", "a@b.example> SIZE=1"}) {
    Message m = Sample();
    m.to = to;
    auto r = Send(Plain(sink), m);
    ASSERT_FALSE(r.has_value());
    EXPECT_EQ(r.error().reason, "mail_address_invalid");
    EXPECT_EQ(r.error().code, Code::kInvalidArgument);
  }
  EXPECT_TRUE(sink.commands().empty());
}

TEST_F(SmtpTest, FullPoolIsRetryable) {
  runtime::WorkerPool full("full", 1, 0);
  SmtpSink sink;
  auto mailer = NewSmtpMailer(Plain(sink), full);
  ExpectUnavailable(runtime::RunSync(mailer->Send(Sample())));
}

}  // namespace
}  // namespace gatehouse::mail
