#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "platform/mail/address.h"
#include "platform/mail/errors.h"
#include "platform/mail/mail.h"

namespace gatehouse::mail {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kTotalSeconds = 30;

struct FreeEasy {
  void operator()(CURL* p) const { curl_easy_cleanup(p); }
};
struct FreeList {
  void operator()(curl_slist* p) const { curl_slist_free_all(p); }
};

std::size_t ReadBody(char* out, std::size_t size, std::size_t count, void* user) {
  auto& rest = *static_cast<std::string_view*>(user);
  std::size_t n = std::min(size * count, rest.size());
  std::memcpy(out, rest.data(), n);
  rest.remove_prefix(n);
  return n;
}

// Server replies are of no use to the program.
std::size_t Discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

// One connection per message: mails are rare, and nothing is shared between threads.
Result<void> Deliver(const SmtpOptions& options, const std::string& from, const std::string& to,
                     const std::string& mime) {
  std::unique_ptr<CURL, FreeEasy> curl(curl_easy_init());
  std::unique_ptr<curl_slist, FreeList> recipients(
      curl_slist_append(nullptr, ("<" + to + ">").c_str()));
  if (!curl || !recipients) return Fail(Code::kUnavailable, kMailUnavailable, "curl");
  std::string_view rest = mime;
  char error[CURL_ERROR_SIZE] = {};
  bool set = true;
  auto option = [&](CURLoption name, auto value) {
    set = curl_easy_setopt(curl.get(), name, value) == CURLE_OK && set;
  };
  option(CURLOPT_URL, options.url.c_str());
  option(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  option(CURLOPT_PROXY, "");
  option(CURLOPT_NOSIGNAL, 1L);
  option(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  option(CURLOPT_TIMEOUT, kTotalSeconds);
  option(CURLOPT_ERRORBUFFER, error);
  option(CURLOPT_USE_SSL, static_cast<long>(options.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  option(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) option(CURLOPT_CAINFO, options.ca_file.c_str());
  if (!options.username.empty()) {
    option(CURLOPT_USERNAME, options.username.c_str());
    option(CURLOPT_PASSWORD, options.password.c_str());
  }
  std::string envelope_from = "<" + from + ">";
  option(CURLOPT_MAIL_FROM, envelope_from.c_str());
  option(CURLOPT_MAIL_RCPT, recipients.get());
  option(CURLOPT_UPLOAD, 1L);
  option(CURLOPT_READFUNCTION, &ReadBody);
  option(CURLOPT_READDATA, static_cast<void*>(&rest));
  option(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mime.size()));
  option(CURLOPT_WRITEFUNCTION, &Discard);
  if (!set) return Fail(Code::kUnavailable, kMailUnavailable, "curl refused an option");
  CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) return {};
  long reply = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply);
  return Fail(Code::kUnavailable, kMailUnavailable,
              std::string(error[0] != '\0' ? error : curl_easy_strerror(code)) + " (reply " +
                  std::to_string(reply) + ")");
}

class SmtpMailer final : public Mailer {
 public:
  SmtpMailer(SmtpOptions options, runtime::WorkerPool& pool)
      : options_(std::make_shared<const SmtpOptions>(std::move(options))), pool_(pool) {
    // Counted and thread-safe in libcurl 7.84 and newer.
    GH_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  }
  ~SmtpMailer() override { curl_global_cleanup(); }

  Task<void> Send(Message message) override {
    GH_CO_TRY(std::string mime, Format(message, options_->from));
    std::string from = ParseSender(options_->from)->address;  // Format has checked it
    auto work = [options = options_, from = std::move(from), to = std::move(message.to),
                 mime = std::move(mime)] { return Deliver(*options, from, to, mime); };
    Result<void> sent = co_await pool_.Run(std::move(work));
    if (!sent && sent.error().Is("overloaded")) {
      co_return Fail(Code::kUnavailable, kMailUnavailable, "too many mails at once");
    }
    co_return sent;
  }

 private:
  std::shared_ptr<const SmtpOptions> options_;
  runtime::WorkerPool& pool_;
};

}  // namespace

std::unique_ptr<Mailer> NewSmtpMailer(SmtpOptions options, runtime::WorkerPool& pool) {
  return std::make_unique<SmtpMailer>(std::move(options), pool);
}

}  // namespace gatehouse::mail
