// The demonstration's mailbox: every mail that was sent, newest first. Registered only when the
// mail folder is given, which src/app does in demo mode alone: these mails hold working links.

#include <algorithm>

#include "base/text.h"
#include "edge/web/site.h"
#include "platform/mail/mail.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMails = 100;

bool EndsUrl(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == '"' || c == '\'';
}

// Splits a line at its http(s) addresses.
void AddLine(html::Data& mail, std::string_view text) {
  while (!text.empty()) {
    std::size_t at = std::min(text.find("http://"), text.find("https://"));
    if (std::string_view plain = text.substr(0, at); !plain.empty()) {
      mail.Add("PART").Add("PLAIN").Set("TEXT", std::string(plain));
    }
    if (at == std::string_view::npos) return;
    text.remove_prefix(at);
    std::size_t end = static_cast<std::size_t>(std::ranges::find_if(text, EndsUrl) - text.begin());
    // A full stop after an address ends the sentence.
    while (end > 0 && (text[end - 1] == '.' || text[end - 1] == ',' || text[end - 1] == ')')) --end;
    mail.Add("PART").Add("LINK").Set("URL", std::string(text.substr(0, end)));
    text.remove_prefix(end);
  }
}

// Lines of a mail were broken at this width (platform/mail/compose.h): one that would have taken
// the first word of the next is a line of its own.
constexpr std::size_t kMailWidth = 72;

bool GoesOn(std::string_view line, std::string_view next) {
  if (line.empty() || next.empty() || line.starts_with("--")) return false;
  return line.size() + 1 + SplitOnce(next, ' ').first.size() > kMailWidth;
}

void AddText(html::Data& mail, std::string_view text) {
  const auto lines = Split(text, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    AddLine(mail, lines[i]);
    // Escaped text keeps no line ends.
    if (i + 1 < lines.size() && GoesOn(lines[i], lines[i + 1])) {
      mail.Add("PART").Add("PLAIN").Set("TEXT", " ");
    } else {
      mail.Add("PART").Show("BREAK");
    }
  }
}

Task<http::Response> ShowMailbox(Site& site, Call& call) {
  auto messages = mail::ReadMailFolder(site.d.mailbox_folder, kMails);
  if (!messages) co_return std::unexpected(std::move(messages).error());
  Page page("mailbox.tpl", "Demo mailbox");
  page.Wide();
  html::Data& body = page.body();
  for (const mail::Message& message : *messages) {
    html::Data& mail = body.Add("MAIL");
    mail.Set("TO", message.to)
        .Set("SUBJECT", message.subject)
        .Set("TIME", FormatHuman(message.date));
    AddText(mail, Trim(message.text));
    if (!message.html.empty()) mail.Add("HTML").Set("URL", "/demo/mailbox/" + message.id + "/");
  }
  if (messages->empty()) body.Show("EMPTY");
  co_return site.ShowCard(call, std::move(page));
}

Task<http::Response> ShowMail(Site& site, Call& call) {
  GH_CO_TRY(auto messages, mail::ReadMailFolder(site.d.mailbox_folder, kMails));
  const std::string id = call.request.Param("id");
  const auto found = std::ranges::find(messages, id, &mail::Message::id);
  if (found == messages.end() || found->html.empty()) {
    co_return Fail(Code::kNotFound, "not_found", "no such mail");
  }
  co_return http::Response::Html(200, found->html);
}

}  // namespace

void RegisterMailbox(Site& site, http::Router& router) {
  site.Get(router, "/demo/mailbox/", ShowMailbox);
  site.Get(router, "/demo/mailbox/{id}/", ShowMail, {.mail = true});
}

}  // namespace gatehouse::web
