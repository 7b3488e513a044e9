#include "app/demo_events.h"

#include <array>
#include <filesystem>
#include <fstream>

#include "platform/crypto/hash.h"
#include "platform/json/json.h"

namespace gatehouse::app {
namespace {

constexpr std::string_view kOldRelease = "shop@1.3.9";
constexpr std::string_view kRelease = "shop@1.4.0";
constexpr Duration kMinute = std::chrono::minutes(1);

struct Customer {
  std::string_view id;
  std::string_view email;
  std::string_view browser;
};
constexpr std::array kCustomers = {Customer{"101", "ada@customers.example", "Firefox"},
                                   Customer{"102", "ben@customers.example", "Chrome"},
                                   Customer{"103", "cho@customers.example", "Safari"},
                                   Customer{"104", "dia@customers.example", "Chrome"}};

double Seconds(Timestamp at) { return static_cast<double>(at.micros) / 1e6; }

// The same for the same name, so that what is sent twice is one.
std::string Hex(std::string_view name, std::size_t digits) {
  return crypto::Sha256Hex(name).substr(0, digits);
}

struct SourceLine {
  std::string_view function;
  std::string_view file;
  int line;
  std::string_view before;
  std::string_view text;
  std::string_view after;
  bool in_app;
};

json::Object Frame(const SourceLine& source) {
  const std::string folder = source.in_app ? "/srv/shop/" : "/srv/shop/node_modules/";
  return {{"function", source.function},
          {"filename", source.file},
          {"abs_path", folder + std::string(source.file)},
          {"lineno", source.line},
          {"pre_context", json::Array{source.before}},
          {"context_line", source.text},
          {"post_context", json::Array{source.after}},
          {"in_app", source.in_app}};
}

json::Object Crumb(Timestamp at, std::string_view category, std::string_view message) {
  return {
      {"timestamp", Seconds(at)}, {"category", category}, {"message", message}, {"level", "info"}};
}

// What every event of the shop has.
json::Object Common(std::string_view id, Timestamp at, const Customer& person,
                    std::string_view release) {
  return {{"event_id", id},
          {"timestamp", Seconds(at)},
          {"platform", "node"},
          {"release", release},
          {"environment", person.id == "104" ? "staging" : "production"},
          {"server_name", "shop-1"},
          {"user", json::Object{{"id", person.id}, {"email", person.email}}},
          {"tags", json::Object{{"currency", person.id == "103" ? "CHF" : "EUR"}}},
          {"contexts",
           json::Object{{"browser", json::Object{{"name", person.browser}, {"version", "128"}}},
                        {"runtime", json::Object{{"name", "node"}, {"version", "22.12.0"}}}}},
          {"sdk", json::Object{{"name", "sentry.javascript.node"}, {"version", "10.0.0"}}}};
}

json::Object Thrown(json::Object event, std::string_view type, std::string_view value, bool handled,
                    json::Array frames) {
  json::Object exception{{"type", type},
                         {"value", value},
                         {"mechanism", json::Object{{"type", "generic"}, {"handled", handled}}},
                         {"stacktrace", json::Object{{"frames", std::move(frames)}}}};
  event["exception"] = json::Object{{"values", json::Array{std::move(exception)}}};
  return event;
}

const SourceLine kServer{"handle",  "router/layer.js",         95,
                         "  try {", "    fn(req, res, next);", "  } catch (err) {",
                         false};

json::Object CardRefused(std::string_view id, Timestamp at, const Customer& person,
                         std::string_view release, std::string_view trace) {
  json::Object event = Common(id, at, person, release);
  event["level"] = "error";
  event["transaction"] = "POST /checkout";
  event.at("contexts").as_object()["trace"] = json::Object{
      {"trace_id", trace}, {"span_id", Hex(std::string(id) + "span", 16)}, {"op", "http.server"}};
  event["request"] = json::Object{{"method", "POST"},
                                  {"url", "https://shop.example/checkout"},
                                  {"data", json::Object{{"basket", 3}, {"total", 41.5}}}};
  event["breadcrumbs"] = json::Object{
      {"values", json::Array{Crumb(at - kMinute, "navigation", "/basket"),
                             Crumb(at - Duration(30'000'000), "http", "GET /api/basket [200]"),
                             Crumb(at - Duration(1'000'000), "checkout", "3 books, 41.50")}}};
  return Thrown(
      std::move(event), "PaymentError", "The card was refused: insufficient funds", false,
      {Frame(kServer),
       Frame({"checkout", "routes/checkout.js", 31, "  const basket = await load(req);",
              "  await charge(req.user.card, basket.total);", "  res.redirect('/thanks');", true}),
       Frame({"charge", "lib/payment.js", 18, "  const answer = await bank.debit(card, amount);",
              "  if (!answer.ok) throw new PaymentError(answer.text);", "  return answer.id;",
              true})});
}

json::Object NothingToRead(std::string_view id, Timestamp at, const Customer& person,
                           std::string_view release) {
  json::Object event = Common(id, at, person, release);
  event["platform"] = "javascript";
  event["level"] = "error";
  event["request"] = json::Object{{"url", "https://shop.example/basket"}};
  event["breadcrumbs"] =
      json::Object{{"values", json::Array{Crumb(at - kMinute, "ui.click", "button#remove")}}};
  return Thrown(std::move(event), "TypeError",
                "Cannot read properties of undefined (reading 'price')", true,
                {Frame({"update", "basket.js", 52, "function update(lines) {",
                        "  total.textContent = lines.reduce(addUp, 0);", "}", true}),
                 Frame({"addUp", "basket.js", 47, "function addUp(sum, line) {",
                        "  return sum + line.book.price;", "}", true})});
}

json::Object StockIsLow(std::string_view id, Timestamp at, const Customer& person) {
  json::Object event = Common(id, at, person, kRelease);
  event["level"] = "warning";
  event["logger"] = "stock";
  event["logentry"] =
      json::Object{{"message", "Only %s copies left of %s"},
                   {"params", json::Array{"2", "The Left Hand of Darkness"}},
                   {"formatted", "Only 2 copies left of The Left Hand of Darkness"}};
  return event;
}

json::Object Checkout(std::string_view id, Timestamp at, const Customer& person,
                      std::string_view trace, Duration took) {
  json::Object event = Common(id, at + took, person, kRelease);
  const std::string root = Hex(std::string(id) + "root", 16);
  const auto span = [&](std::string_view op, std::string_view what, int from, int to) {
    const auto part = [&](int percent) { return at + Duration(took.count() * percent / 100); };
    return json::Object{{"span_id", Hex(std::string(id) + std::string(what), 16)},
                        {"parent_span_id", root},
                        {"trace_id", trace},
                        {"op", op},
                        {"description", what},
                        {"start_timestamp", Seconds(part(from))},
                        {"timestamp", Seconds(part(to))},
                        {"status", "ok"}};
  };
  event["type"] = "transaction";
  event["transaction"] = "POST /checkout";
  event["transaction_info"] = json::Object{{"source", "route"}};
  event["start_timestamp"] = Seconds(at);
  event.at("contexts").as_object()["trace"] =
      json::Object{{"trace_id", trace}, {"span_id", root}, {"op", "http.server"}, {"status", "ok"}};
  event["spans"] = json::Array{span("db", "SELECT * FROM baskets WHERE id = ?", 4, 16),
                               span("http.client", "POST https://bank.example/debit", 18, 84),
                               span("db", "INSERT INTO orders", 85, 96)};
  return event;
}

// An envelope in the making.
class Letter {
 public:
  explicit Letter(std::string_view event_id = {}) {
    json::Object header;
    if (!event_id.empty()) header["event_id"] = event_id;
    text_ = json::Serialize(header) + "\n";
  }
  Letter& Add(json::Object header, const json::Object& payload) {
    const std::string body = json::Serialize(payload);
    header["length"] = static_cast<std::int64_t>(body.size());
    text_ += json::Serialize(header) + "\n" + body + "\n";
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::vector<std::string> Samples(Timestamp now) {
  std::vector<std::string> letters;
  const auto send = [&](std::string_view type, const json::Object& event) {
    letters.push_back(Letter(event.at("event_id").as_string()).Add({{"type", type}}, event).text());
  };
  const auto ago = [&](int minutes) { return now - kMinute * minutes; };
  const std::string trace = Hex("demo trace", 32);
  // The last card that was refused belongs to the newest transaction.
  const int refused[] = {1270, 980, 700, 430, 260, 140, 65, 22, 4};
  for (std::size_t i = 0; i < std::size(refused); ++i) {
    const bool last = i + 1 == std::size(refused);
    const std::string id = Hex("demo refused " + std::to_string(i), 32);
    send("event", CardRefused(id, ago(refused[i]), kCustomers[i % kCustomers.size()],
                              i < 3 ? kOldRelease : kRelease, last ? trace : Hex(id, 32)));
  }
  const int undefined[] = {610, 300, 120, 47};
  for (std::size_t i = 0; i < std::size(undefined); ++i) {
    send("event", NothingToRead(Hex("demo undefined " + std::to_string(i), 32), ago(undefined[i]),
                                kCustomers[i], kRelease));
  }
  send("event", StockIsLow(Hex("demo stock", 32), ago(33), kCustomers[0]));
  const int checkouts[] = {180, 150, 95, 61, 40, 18, 4};
  for (std::size_t i = 0; i < std::size(checkouts); ++i) {
    const bool last = i + 1 == std::size(checkouts);
    const std::string id = Hex("demo checkout " + std::to_string(i), 32);
    send("transaction",
         Checkout(id, ago(checkouts[i]), kCustomers[i % kCustomers.size()],
                  last ? trace : Hex(id, 32),
                  std::chrono::milliseconds(180 + 130 * static_cast<int>(i * i % 5))));
  }

  for (const int hours : {20, 15, 9, 4, 1}) {
    const bool old = hours > 12;
    json::Object aggregate{{"started", FormatIso8601(ago(hours * 60))},
                           {"exited", 240 - hours * 4},
                           {"errored", old ? 9 : 3},
                           {"crashed", old ? 6 : 1}};
    const json::Object attributes{{"release", old ? kOldRelease : kRelease},
                                  {"environment", "production"}};
    Letter letter;
    letter.Add({{"type", "sessions"}},
               {{"aggregates", json::Array{std::move(aggregate)}}, {"attrs", attributes}});
    // Those of browsers come one by one, and tell how long they were.
    for (int i = 0; i < 12; ++i) {
      const Timestamp started = ago(hours * 60 - i);
      const int seconds = 30 + 35 * (i * 5 % 12);
      letter.Add({{"type", "session"}},
                 {{"sid", Hex("demo session " + std::to_string(hours * 12 + i), 32)},
                  {"did", kCustomers[static_cast<std::size_t>(i) % kCustomers.size()].id},
                  {"init", true},
                  {"status", "exited"},
                  {"started", FormatIso8601(started)},
                  {"timestamp", FormatIso8601(started + std::chrono::seconds(seconds))},
                  {"duration", seconds},
                  {"attrs", attributes}});
    }
    letters.push_back(letter.text());
  }

  const std::pair<std::string_view, std::string_view> lines[] = {
      {"info", "order 4711 packed"},
      {"warn", "bank answered after 900 ms"},
      {"error", "order 4712: card refused"}};
  json::Array logs;
  for (std::size_t i = 0; i < std::size(lines); ++i) {
    logs.push_back(json::Object{
        {"timestamp", Seconds(ago(6 - static_cast<int>(i)))},
        {"trace_id", trace},
        {"level", lines[i].first},
        {"body", lines[i].second},
        {"attributes",
         json::Object{{"sentry.release", json::Object{{"value", kRelease}, {"type", "string"}}},
                      {"server", json::Object{{"value", "shop-1"}, {"type", "string"}}}}}});
  }
  letters.push_back(Letter()
                        .Add({{"type", "log"},
                              {"item_count", static_cast<std::int64_t>(logs.size())},
                              {"content_type", "application/vnd.sentry.items.log+json"}},
                             {{"items", std::move(logs)}})
                        .text());

  letters.push_back(
      Letter()
          .Add({{"type", "check_in"}},
               {{"check_in_id", Hex("demo check-in", 32)},
                {"monitor_slug", "nightly-stock-count"},
                {"status", "ok"},
                {"duration", 41.2},
                {"environment", "production"},
                {"monitor_config", json::Object{{"schedule", json::Object{{"type", "crontab"},
                                                                          {"value", "0 * * * *"}}},
                                                {"checkin_margin", 5},
                                                {"max_runtime", 10},
                                                {"timezone", "UTC"}}}})
          .text());

  json::Object feedback = Common(Hex("demo feedback", 32), ago(3), kCustomers[0], kRelease);
  feedback.at("contexts").as_object()["feedback"] =
      json::Object{{"message", "I clicked Pay three times and nothing happened."},
                   {"name", "Ada"},
                   {"contact_email", kCustomers[0].email},
                   {"url", "https://shop.example/checkout"},
                   {"associated_event_id", Hex("demo refused 8", 32)}};
  letters.push_back(
      Letter(feedback.at("event_id").as_string()).Add({{"type", "feedback"}}, feedback).text());
  return letters;
}

}  // namespace

Result<std::string> FillDemoEvents(Installation& i, ingest::Intake& intake) {
  auto acme = runtime::RunSync(i.orgs->GetBySlug("acme"));
  if (!acme) return std::string();
  auto shop = runtime::RunSync(i.projects->Get(acme->id, "shop"));
  const std::filesystem::path marker = i.layout.data / "demo-events";
  const bool sent = std::filesystem::exists(marker);
  if (!shop && sent) return std::string();  // somebody removed it
  if (!shop) {
    orgs::Actor actor{std::nullopt, "demo", "", "demo"};
    shop = runtime::RunSync(i.projects->CreateOnHost(acme->id, "shop", "Shop", "node", actor));
    if (!shop) return std::unexpected(shop.error());
  }
  GH_TRY(const auto keys, runtime::RunSync(i.projects->Keys(acme->id, shop->id)));
  if (keys.empty()) return std::string();
  if (!sent) {
    const std::string project = shop->id.ToString();
    const std::string query = "sentry_key=" + keys.front().public_key;
    for (const std::string& letter : Samples(i.clock.Now())) {
      ingest::IntakeRequest request{};
      request.path_project = project;
      request.query = query;
      request.remote_ip = "203.0.113.7";
      request.received = i.clock.Now();
      request.body = letter;
      GH_TRY(const ingest::IntakeAnswer answer, runtime::RunSync(intake.Envelope(request)));
      if (answer.status != 200) {
        return Fail(Code::kInternal, "demo_refused", "intake answered " + answer.body);
      }
    }
    std::ofstream out(marker);
    out << "The samples were sent.\n";
  }
  return projects::Dsn(i.layout.base_url, keys.front());
}

}  // namespace gatehouse::app
