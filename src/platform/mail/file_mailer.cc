#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>
#include <tuple>
#include <utility>

#include "platform/files/files.h"
#include "platform/json/json.h"
#include "platform/mail/errors.h"
#include "platform/mail/mail.h"

namespace gatehouse::mail {
namespace {

constexpr std::size_t kMaxFileBytes = 4 * 1024 * 1024;

json::Value Text(const std::string& s) { return json::Value(std::string_view(s)); }

std::unexpected<Error> Broken(const std::string& what) {
  return Fail(Code::kUnavailable, kMailUnavailable, what + ": " + std::strerror(errno));
}

// The file appears whole under its name, readable by the owner only: mails carry login links.
Result<void> WriteFile(const std::filesystem::path& folder, const std::string& name,
                       std::string_view text) {
  std::string temporary = (folder / ("." + name + ".XXXXXX")).string();
  int fd = mkostemp(temporary.data(), O_CLOEXEC);  // mode 0600
  if (fd < 0) return Broken(temporary);
  bool written = files::WriteAll(fd, text) && fdatasync(fd) == 0;
  written = close(fd) == 0 && written;
  if (!written || rename(temporary.c_str(), (folder / name).c_str()) != 0) {
    auto failed = Broken(temporary);
    unlink(temporary.c_str());
    return failed;
  }
  return {};
}

class FileMailer final : public Mailer {
 public:
  FileMailer(std::filesystem::path folder, std::string from)
      : folder_(std::move(folder)), from_(std::move(from)) {}

  Task<void> Send(Message message) override { co_return Store(message); }

 private:
  Result<void> Store(const Message& message) const {
    // The same checks as for SMTP, so that a mistake shows before production.
    GH_TRY(std::string mime, Format(message, from_));
    std::error_code error;
    if (std::filesystem::create_directories(folder_, error)) chmod(folder_.c_str(), 0700);
    if (error) return Fail(Code::kUnavailable, kMailUnavailable, error.message());
    json::Object object{{"id", Text(message.id)},
                        {"from", Text(from_)},
                        {"to", Text(message.to)},
                        {"subject", Text(message.subject)},
                        {"date", Text(FormatIso8601(message.date))},
                        {"date_micros", message.date.micros},
                        {"text", Text(message.text)},
                        {"html", Text(message.html)}};
    return WriteFile(folder_, message.id + ".json", json::Serialize(object) + "\n");
  }

  std::filesystem::path folder_;
  std::string from_;
};

std::optional<Message> ReadMessage(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto object = json::ParseObject(text, {.max_bytes = kMaxFileBytes, .max_depth = 4});
  if (!object) return std::nullopt;
  auto micros = json::GetInt(*object, "date_micros");
  Message out;
  for (auto [name, field] :
       std::initializer_list<std::pair<const char*, std::string*>>{{"id", &out.id},
                                                                   {"to", &out.to},
                                                                   {"subject", &out.subject},
                                                                   {"text", &out.text},
                                                                   {"html", &out.html}}) {
    auto value = json::GetString(*object, name);
    if (!value) return std::nullopt;
    *field = *value;
  }
  if (!micros) return std::nullopt;
  out.date.micros = *micros;
  return out;
}

}  // namespace

std::unique_ptr<Mailer> NewFileMailer(std::filesystem::path folder, std::string from) {
  return std::make_unique<FileMailer>(std::move(folder), std::move(from));
}

Result<std::vector<Message>> ReadMailFolder(const std::filesystem::path& folder,
                                            std::size_t limit) {
  std::vector<Message> out;
  std::error_code error;
  std::filesystem::directory_iterator it(folder, error);
  if (error == std::errc::no_such_file_or_directory) return out;
  for (; !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    const std::filesystem::path& path = it->path();
    if (path.extension() != ".json" || path.filename().string().starts_with('.')) continue;
    // A file of another origin does not hide the mailbox.
    if (auto message = ReadMessage(path)) out.push_back(std::move(*message));
  }
  if (error) return Fail(Code::kUnavailable, kMailUnavailable, error.message());
  std::ranges::sort(out, [](const Message& a, const Message& b) {
    return std::tie(b.date, b.id) < std::tie(a.date, a.id);
  });
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace gatehouse::mail
