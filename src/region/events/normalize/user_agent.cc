#include "region/events/normalize/user_agent.h"

#include <array>

#include "base/ascii.h"
#include "base/text.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

// "1.2.3" from "1.2.3.4 …" or "1_2_3"; at most three parts.
std::string Version(std::string_view text) {
  std::string version;
  int parts = 1;
  for (std::size_t i = 0; i < text.size() && i < 32; ++i) {
    if (IsDigit(text[i])) {
      version += text[i];
    } else if ((text[i] == '.' || text[i] == '_') && !version.empty() && parts < 3 &&
               i + 1 < text.size() && IsDigit(text[i + 1])) {
      version += '.';
      ++parts;
    } else {
      break;
    }
  }
  return version;
}

// The text behind the first occurrence of the token; no value if it does not occur.
std::optional<std::string_view> After(std::string_view text, std::string_view token) {
  std::size_t at = text.find(token);
  if (at == text.npos) return std::nullopt;
  return text.substr(at + token.size());
}

bool Has(std::string_view text, std::string_view token) { return text.find(token) != text.npos; }

struct Token {
  std::string_view text;
  std::string_view family;
};

// The first that occurs wins: what a product imitates stands below it.
constexpr Token kBrowsers[] = {
    {"Googlebot/", "Googlebot"},
    {"bingbot/", "bingbot"},
    {"AdsBot-Google", "AdsBot-Google"},
    {"YandexBot/", "YandexBot"},
    {"Baiduspider/", "Baiduspider"},
    {"DuckDuckBot/", "DuckDuckBot"},
    {"Applebot/", "Applebot"},
    {"facebookexternalhit/", "FacebookBot"},
    {"Twitterbot/", "TwitterBot"},
    {"Slackbot-LinkExpanding ", "SlackBot"},
    {"HeadlessChrome/", "HeadlessChrome"},
    {"Electron/", "Electron"},
    {"EdgA/", "Edge Mobile"},
    {"EdgiOS/", "Edge Mobile"},
    {"Edg/", "Edge"},
    {"Edge/", "Edge"},
    {"OPiOS/", "Opera Mini"},
    {"OPT/", "Opera Touch"},
    {"OPR/", "Opera"},
    {"Opera Mini/", "Opera Mini"},
    {"Vivaldi/", "Vivaldi"},
    {"YaBrowser/", "Yandex Browser"},
    {"SamsungBrowser/", "Samsung Internet"},
    {"UCBrowser/", "UC Browser"},
    {"MiuiBrowser/", "MiuiBrowser"},
    {"Whale/", "Whale"},
    {"DuckDuckGo/", "DuckDuckGo Mobile"},
    {"Brave/", "Brave"},
    {"FxiOS/", "Firefox iOS"},
    {"CriOS/", "Chrome Mobile iOS"},
    {"GSA/", "Google"},
    {"Seamonkey/", "SeaMonkey"},
    {"Firefox/", "Firefox"},
    {"Chromium/", "Chromium"},
    {"Chrome/", "Chrome"},
    {"Trident/", "IE"},
    {"MSIE ", "IE"},
    {"Opera/", "Opera"},
    {"okhttp/", "okhttp"},
    {"python-requests/", "Python Requests"},
    {"Python-urllib/", "Python-urllib"},
    {"curl/", "curl"},
    {"Wget/", "Wget"},
    {"PostmanRuntime/", "Postman Desktop"},
    {"axios/", "axios"},
    {"Go-http-client/", "Go-http-client"},
};

constexpr std::array<std::string_view, 10> kBots = {"bot/",   "Bot/",       "bot;",    "bot)",
                                                    "Spider", "spider",     "crawler", "Crawler",
                                                    "AdsBot", "externalhit"};

Product FindBrowser(std::string_view text) {
  bool mobile = Has(text, "Mobile");
  for (const Token& token : kBrowsers) {
    auto rest = After(text, token.text);
    if (!rest) continue;
    Product product{std::string(token.family), Version(*rest)};
    if (token.family == "Chrome") {
      if (Has(text, "; wv)")) {
        product.family = "Chrome Mobile WebView";
      } else if (mobile) {
        product.family = "Chrome Mobile";
      }
    } else if (token.family == "Firefox" && (mobile || Has(text, "Tablet"))) {
      product.family = "Firefox Mobile";
    } else if (token.family == "Opera") {
      if (mobile) product.family = "Opera Mobile";
      if (auto version = After(text, "Version/")) product.version = Version(*version);
    } else if (token.text == "Trident/") {
      auto version = After(text, "rv:");
      if (!version) version = After(text, "MSIE ");
      product.version = version ? Version(*version) : "";
    }
    return product;
  }
  if (Has(text, "Android") && Has(text, "Version/")) {
    return {"Android", Version(*After(text, "Version/"))};
  }
  if (Has(text, "Safari/") && Has(text, "Version/")) {
    return {mobile ? "Mobile Safari" : "Safari", Version(*After(text, "Version/"))};
  }
  if (Has(text, "AppleWebKit/") && (Has(text, "iPhone") || Has(text, "iPad"))) {
    return {"Mobile Safari UI/WKWebView", ""};
  }
  return {};
}

Product FindOs(std::string_view text) {
  if (auto rest = After(text, "Windows NT ")) {
    std::string version = Version(*rest);
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNames = {{
        {"10.0", "10"},
        {"6.3", "8.1"},
        {"6.2", "8"},
        {"6.1", "7"},
        {"6.0", "Vista"},
        {"5.1", "XP"},
        {"5.2", "XP"},
    }};
    for (const auto& [number, name] : kNames) {
      if (version == number) version = std::string(name);
    }
    return {"Windows", version};
  }
  if (auto rest = After(text, "Windows Phone ")) return {"Windows Phone", Version(*rest)};
  if (Has(text, "Windows")) return {"Windows", ""};
  if (Has(text, "iPhone") || Has(text, "iPad") || Has(text, "iPod")) {
    auto rest = After(text, " OS ");
    return {"iOS", rest ? Version(*rest) : ""};
  }
  if (auto rest = After(text, "Android ")) return {"Android", Version(*rest)};
  if (Has(text, "Android")) return {"Android", ""};
  if (auto rest = After(text, "Mac OS X ")) return {"Mac OS X", Version(*rest)};
  if (Has(text, "Macintosh")) return {"Mac OS X", ""};
  if (auto rest = After(text, "CrOS ")) {
    std::size_t space = rest->find(' ');
    return {"Chrome OS", space == rest->npos ? "" : Version(rest->substr(space + 1))};
  }
  for (std::string_view name : {"Ubuntu", "Fedora", "Debian", "FreeBSD", "OpenBSD"}) {
    if (Has(text, name)) return {std::string(name), ""};
  }
  if (Has(text, "Linux") || Has(text, "X11")) return {"Linux", ""};
  return {};
}

std::string_view BrandOf(std::string_view model) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kBrands = {{
      {"SM-", "Samsung"},
      {"GT-", "Samsung"},
      {"SAMSUNG", "Samsung"},
      {"Pixel", "Google"},
      {"Nexus", "Google"},
      {"Redmi", "XiaoMi"},
      {"Mi ", "XiaoMi"},
      {"POCO", "XiaoMi"},
      {"ONEPLUS", "OnePlus"},
      {"moto", "Motorola"},
      {"LG-", "LG"},
      {"HUAWEI", "Huawei"},
      {"CPH", "Oppo"},
      {"vivo", "vivo"},
  }};
  for (const auto& [prefix, brand] : kBrands) {
    if (model.starts_with(prefix)) return brand;
  }
  return {};
}

void FindDevice(std::string_view text, UserAgent& agent) {
  for (std::string_view bot : kBots) {
    if (!Has(text, bot)) continue;
    agent.device_family = "Spider";
    agent.device_model = "Desktop";
    agent.device_brand = "Spider";
    return;
  }
  for (std::string_view name : {"iPhone", "iPad", "iPod"}) {
    if (!Has(text, name)) continue;
    agent.device_family = std::string(name);
    agent.device_model = std::string(name);
    agent.device_brand = "Apple";
    return;
  }
  if (agent.os.family == "Android") {
    // "(Linux; Android 13; Pixel 7 Build/TQ3A; wv)"
    std::size_t at = text.find("Android");
    std::size_t semicolon = text.find(';', at);
    std::size_t close = text.find(')', at);
    if (semicolon != text.npos && close != text.npos && semicolon < close) {
      std::string_view model = text.substr(semicolon + 1, close - semicolon - 1);
      model = model.substr(0, model.find(" Build/"));
      model = Trim(model.substr(0, model.find(';')));
      // A language tag stands before the model in old texts; "K" is Chrome's reduced form.
      bool language = model.size() == 5 && (model[2] == '-' || model[2] == '_');
      if (!model.empty() && model.size() <= 64 && !language && model != "wv") {
        agent.device_family = std::string(model);
        agent.device_model = std::string(model);
        std::string_view brand = BrandOf(model);
        agent.device_brand = brand.empty() ? "Generic_Android" : std::string(brand);
        return;
      }
    }
    agent.device_family = Has(text, "Mobile") ? "Generic Smartphone" : "Generic Tablet";
    agent.device_model = Has(text, "Mobile") ? "Smartphone" : "Tablet";
    agent.device_brand = "Generic";
    return;
  }
  if (agent.os.family == "Mac OS X") {
    agent.device_family = "Mac";
    agent.device_model = "Mac";
    agent.device_brand = "Apple";
  }
}

std::string_view Unquote(std::string_view text) {
  text = Trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

// Sec-CH-UA: a list of brands, one of them made up so that nobody compares the whole text.
Product HintedBrowser(std::string_view brands) {
  Product found;
  for (std::string_view item : Split(brands, ',')) {
    std::size_t parameter = item.find(";v=");
    if (parameter == item.npos) continue;
    std::string_view name = Unquote(item.substr(0, parameter));
    std::string version = Version(Unquote(item.substr(parameter + 3)));
    if (name.find("Brand") != name.npos || name.empty()) continue;
    if (name == "Chromium" && !found.family.empty()) continue;
    found = {name == "Google Chrome"    ? "Chrome"
             : name == "Microsoft Edge" ? "Edge"
                                        : std::string(name),
             version};
    if (name != "Chromium") break;
  }
  return found;
}

void AddContext(Pass& pass, std::string_view alias, std::string_view type,
                std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  json::Object& contexts = MakeObject(pass.event, "contexts");
  if (contexts.contains(alias)) return;
  json::Object& context = MakeObject(contexts, alias);
  for (const auto& [key, text] : fields) {
    if (!text.empty()) SetText(Slot(context, key), text);
  }
  SetText(Slot(context, "type"), type);
}

}  // namespace

UserAgent ParseUserAgent(std::string_view text) {
  text = text.substr(0, 1024);
  UserAgent agent;
  agent.browser = FindBrowser(text);
  agent.os = FindOs(text);
  FindDevice(text, agent);
  return agent;
}

void NormalizeUserAgent(Pass& pass) {
  std::string text(HeaderValue(pass.event, "User-Agent"));
  UserAgent agent = ParseUserAgent(text);
  Product hinted = HintedBrowser(HeaderValue(pass.event, "Sec-CH-UA"));
  if (!hinted.family.empty()) agent.browser = hinted;
  std::string_view platform = Unquote(HeaderValue(pass.event, "Sec-CH-UA-Platform"));
  if (!platform.empty()) {
    agent.os = {std::string(platform),
                Version(Unquote(HeaderValue(pass.event, "Sec-CH-UA-Platform-Version")))};
  }
  std::string_view model = Unquote(HeaderValue(pass.event, "Sec-CH-UA-Model"));
  if (!model.empty()) {
    agent.device_model = std::string(model);
    if (agent.device_family.empty()) agent.device_family = std::string(model);
  }
  if (!agent.browser.family.empty()) {
    AddContext(pass, "browser", "browser",
               {{"name", agent.browser.family}, {"version", agent.browser.version}});
  }
  if (!agent.device_family.empty()) {
    AddContext(pass, "device", "device",
               {{"family", agent.device_family},
                {"model", agent.device_model},
                {"brand", agent.device_brand}});
  }
  if (!agent.os.family.empty()) {
    bool browser = TextMember(pass.event, "platform") == "javascript";
    std::string_view alias = browser ? "os" : "client_os";
    AddContext(pass, alias, "os", {{"name", agent.os.family}, {"version", agent.os.version}});
  }
}

}  // namespace gatehouse::events
