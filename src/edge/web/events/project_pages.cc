#include "edge/web/events/project_pages.h"

#include "base/text.h"
#include "edge/web/events/events.h"
#include "edge/web/organization.h"

namespace gatehouse::web {

namespace {

struct SettingsTab {
  std::string_view id;
  std::string_view label;
  std::string_view path;
};
constexpr SettingsTab kSettingsTabs[] = {
    {"overview", "Overview", ""},
    {"general", "General", "settings/"},
    {"keys", "Keys", "settings/keys/"},
    {"filters", "Filters", "settings/filters/"},
    {"privacy", "Privacy", "settings/privacy/"},
    {"grouping", "Grouping", "settings/grouping/"},
    {"files", "Files", "settings/files/"},
};

void Print(const json::Value& value, std::string_view indent, std::string& out) {
  const std::string deeper = std::string(indent) + "  ";
  if (const json::Object* object = value.if_object(); object != nullptr && !object->empty()) {
    out += "{";
    std::string_view separator = "\n";
    for (const auto& [name, member] : *object) {
      out += separator;
      out += deeper + json::Serialize(json::Value(std::string_view(name))) + ": ";
      Print(member, deeper, out);
      separator = ",\n";
    }
    out += "\n" + std::string(indent) + "}";
  } else if (const json::Array* array = value.if_array(); array != nullptr && !array->empty()) {
    out += "[";
    std::string_view separator = "\n";
    for (const json::Value& member : *array) {
      out += separator;
      out += deeper;
      Print(member, deeper, out);
      separator = ",\n";
    }
    out += "\n" + std::string(indent) + "]";
  } else {
    out += json::Serialize(value);
  }
}

}  // namespace

std::string ProjectVisit::Path() const {
  return "/organizations/" + access.organization.slug + "/projects/" + project.slug + "/";
}

Task<ProjectVisit> EnterProject(Site& site, Call& call, std::string_view scopes) {
  ProjectVisit visit;
  GH_CO_TRY(visit.access, co_await Enter(site, call, scopes));
  GH_CO_TRY(visit.project,
            co_await site.d.events->projects.Get(visit.access.organization.id,
                                                 std::string(call.request.Param("project"))));
  co_return visit;
}

void AddProjectHead(html::Data& body, const ProjectVisit& visit, std::string_view active) {
  body.Set("NAME", visit.project.name)
      .Set("SLUG", visit.project.slug)
      .Set("LIST_URL", "/organizations/" + visit.access.organization.slug + "/projects/")
      .Set("ISSUES_URL", WithQuery("/organizations/" + visit.access.organization.slug + "/issues/",
                                   "project", visit.project.slug));
  if (!visit.access.can("project:write")) return;
  for (const SettingsTab& tab : kSettingsTabs) {
    html::Data& link = body.Add("TAB");
    link.Set("URL", visit.Path() + std::string(tab.path)).Set("LABEL", std::string(tab.label));
    if (tab.id == active) link.Show("CURRENT");
  }
}

void AddLines(html::Data& body, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  for (std::string_view line : Split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    body.Add(std::string(name)).Set("ROW", std::string(line));
  }
}

std::vector<std::string> ListIn(std::string_view text) {
  std::vector<std::string> list;
  for (const std::string_view line : Split(text, '\n')) {
    if (const std::string_view entry = Trim(line); !entry.empty()) list.emplace_back(entry);
  }
  return list;
}

std::string ListText(const std::vector<std::string>& list) { return Join(list, "\n"); }

std::string PrettyJson(const json::Value& value) {
  std::string out;
  Print(value, "", out);
  return out;
}

bool HasReceived(const projects::Project& project) {
  return project.first_event_at.has_value() || project.flags != 0;
}

}  // namespace gatehouse::web
