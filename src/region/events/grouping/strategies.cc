#include "region/events/grouping/strategies.h"

#include <algorithm>
#include <array>

#include "region/events/grouping/parametrize.h"

namespace gatehouse::grouping {
namespace {

// Null unless the event has a non-empty object of this name.
const json::Object* InterfaceOf(const json::Object& event, std::string_view key) {
  const json::Object* object = json::GetObject(event, key);
  return object != nullptr && !object->empty() ? object : nullptr;
}

Found FromStack(const Stack& stack, std::string_view wrapper, Arena& arena) {
  const StackComponents both = GroupStack(stack, arena);
  Found found;
  found.app = wrapper.empty() ? both.app : arena.Node(wrapper, {both.app});
  found.system = wrapper.empty() ? both.system : arena.Node(wrapper, {both.system});
  return found;
}

Found GroupThreads(const json::Object& event, const std::vector<Stack>& stacks, Arena& arena) {
  std::vector<const json::Object*> all, crashed, current;
  for (const json::Value& value : ListOf(event, "threads")) {
    const json::Object* thread = value.if_object();
    if (thread == nullptr) continue;
    all.push_back(thread);
    if (json::GetBool(*thread, "crashed").value_or(false)) crashed.push_back(thread);
    if (json::GetBool(*thread, "current").value_or(false)) current.push_back(thread);
  }
  Found found;
  if (all.empty()) return found;
  for (const auto* threads : {&crashed, &current, &all}) {
    if (threads->size() != 1) continue;
    if (const Stack* stack = FindStack(stacks, json::GetObject(*threads->front(), "stacktrace"))) {
      return FromStack(*stack, "threads", arena);
    }
    found.app = arena.Node("threads", {});
    found.app->hint = "thread has no stacktrace";
    return found;
  }
  found.app = arena.Node("threads", {});
  found.app->hint = arena.Copy(
      "ignored because it needs exactly one crashed thread, one current thread or one thread, and "
      "there are " +
      std::to_string(crashed.size()) + " crashed, " + std::to_string(current.size()) +
      " current and " + std::to_string(all.size()) + " in total");
  return found;
}

Component Template(const json::Object& object, Arena& arena) {
  return arena.Node("template", {arena.Text("filename", TextOf(object, "filename")),
                                 arena.Text("context-line", TextOf(object, "context_line"))});
}

Component Csp(const json::Object& csp, Arena& arena) {
  const std::string_view directive = TextOf(csp, "effective_directive");
  const std::string_view violated = TextOf(csp, "violated_directive");
  const std::string uri = NormalizedBlockedUri(TextOf(csp, "blocked_uri"));
  std::string_view local;
  if (directive == "script-src" && uri == "'self'") {
    for (const std::string_view kind : {"'unsafe-inline'", "'unsafe-eval'"}) {
      if (local.empty() && violated.find(kind) != violated.npos) local = kind;
    }
  }
  Component violation = arena.Text("violation", local);
  Component blocked = arena.Text("uri", uri);
  if (local.empty()) {
    violation.hint = "not a local script violation";
  } else {
    blocked.Silence("violation takes precedence");
  }
  return arena.Node("csp", {arena.Text("salt", directive), violation, blocked});
}

Component Message(const json::Object& logentry, Arena& arena) {
  std::string_view raw = TextOf(logentry, "message");
  if (raw.empty()) raw = TextOf(logentry, "formatted");
  const std::string text = NormalizeMessage(raw);
  Component message = arena.Node("message", {arena.Leaf(text)});
  if (text != raw) message.hint = "stripped event-specific values";
  return message;
}

void EachStackTrace(const Component& component, bool& contributes) {
  if (component.id == "stacktrace") contributes |= component.contributes;
  for (const Component& part : component.parts) {
    if (!part.IsLeaf() && component.id != "stacktrace") EachStackTrace(part, contributes);
  }
}

bool HasStackTrace(const Component& component) {
  bool contributes = false;
  EachStackTrace(component, contributes);
  return contributes;
}

// The system variant decides: without it the app variant means nothing, and where both are equal
// one is enough.
void Settle(Found& found, bool stacks_matter) {
  if (!found.app || !found.system) return;
  if (found.app->contributes) {
    if (!found.system->contributes) {
      found.app->Silence("ignored because system variant is not used");
    } else if (HashText(*found.app) == HashText(*found.system)) {
      found.app->Silence("ignored because hash matches system variant");
    }
  }
  if (!stacks_matter) return;
  const bool app = HasStackTrace(*found.app), system = HasStackTrace(*found.system);
  if (app == system) return;
  (app ? *found.system : *found.app)
      .Silence("ignored because another variant contributes a stack trace");
}

struct Strategy {
  std::string_view name;
  Found found;
};

}  // namespace

std::string NormalizedBlockedUri(std::string_view uri) {
  constexpr std::string_view kLocal = "'self'";
  // Schemes that are followed by a host, also where the URI is no more than the scheme.
  constexpr auto kWithHost = std::to_array<std::string_view>(
      {"ftp", "http",    "gopher", "nntp",  "telnet",   "imap",    "wais",  "file",
       "mms", "https",   "shttp",  "snews", "prospero", "rtsp",    "rtspu", "rsync",
       "svn", "svn+ssh", "sftp",   "nfs",   "git",      "git+ssh", "ws",    "wss"});
  if (uri.empty() || uri == "self" || uri == kLocal) return std::string(kLocal);
  const std::size_t colon = uri.find(':');
  const std::string_view scheme = uri.substr(0, colon);
  std::string_view host;
  if (colon != uri.npos && uri.substr(colon).starts_with("://")) {
    host = uri.substr(colon + 3);
    host = host.substr(0, host.find_first_of("/?#"));
  }
  if (scheme == "http" || scheme == "https") {
    if (colon != uri.npos) return std::string(host);
    return std::string(scheme) + "://";
  }
  const bool slashes = !host.empty() || std::ranges::find(kWithHost, scheme) != kWithHost.end();
  return std::string(scheme) + (slashes ? "://" : ":") + std::string(host);
}

Strategies RunStrategies(const json::Object& event, const std::vector<Stack>& stacks,
                         Arena& arena) {
  Strategies out;
  std::vector<Strategy> ran;
  auto run = [&ran](std::string_view name, Found found, bool stacks_matter) {
    Settle(found, stacks_matter);
    if (found.app || found.system || found.whole) ran.push_back({name, std::move(found)});
  };
  auto whole = [](Component component) {
    Found found;
    found.whole = component;
    return found;
  };

  run("exception", GroupExceptions(event, stacks, arena, out.main_exception_id), true);
  run("threads", GroupThreads(event, stacks, arena), true);
  if (const Stack* stack = FindStack(stacks, json::GetObject(event, "stacktrace"))) {
    run("stacktrace", FromStack(*stack, "", arena), false);
  }
  if (const auto* object = InterfaceOf(event, "template")) {
    run("template", whole(Template(*object, arena)), false);
  }
  if (const auto* object = InterfaceOf(event, "csp")) {
    run("csp", whole(Csp(*object, arena)), false);
  }
  struct Report {
    std::string_view key, salt;
  };
  for (const Report& report : {Report{"hpkp", "hpkp"}, Report{"expectstaple", "expect-staple"},
                               Report{"expectct", "expect-ct"}}) {
    if (const auto* object = InterfaceOf(event, report.key)) {
      run(report.salt,
          whole(arena.Node(report.salt, {arena.Text("salt", report.salt),
                                         arena.Text("hostname", TextOf(*object, "hostname"))})),
          false);
    }
  }
  if (const auto* object = InterfaceOf(event, "logentry")) {
    run("message", whole(Message(*object, arena)), false);
  }

  // The first strategy that contributes silences those behind it.
  std::string_view precedence;
  std::vector<Component> app, system, other;
  for (Strategy& strategy : ran) {
    Found& found = strategy.found;
    std::string contributing;
    for (auto [part, list, name] :
         {std::tuple(&found.app, &app, "app"), std::tuple(&found.whole, &other, "default"),
          std::tuple(&found.system, &system, "system")}) {
      if (!*part) continue;
      if (!precedence.empty() && (*part)->contributes) (*part)->Silence(precedence);
      if ((*part)->contributes)
        contributing += (contributing.empty() ? "" : "/") + std::string(name);
      list->push_back(**part);
    }
    if (contributing.empty() || !precedence.empty()) continue;
    std::string text(strategy.name);
    if (contributing != "default") text += " of " + contributing;
    precedence =
        arena.Copy(text + (strategy.name.ends_with('s') ? " take" : " takes") + " precedence");
  }
  for (const auto& [name, list] :
       {std::pair("app", &app), std::pair("default", &other), std::pair("system", &system)}) {
    if (list->empty()) continue;
    Component component = arena.Node(name, *list);
    if (!component.contributes) component.hint = precedence;
    out.sides.push_back({name, component});
  }
  return out;
}

}  // namespace gatehouse::grouping
