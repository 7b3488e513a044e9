#include "edge/cli/audit.h"

#include <map>

#include "platform/runtime/runtime.h"

namespace gatehouse::cli {
namespace {

using runtime::RunSync;

std::string_view Text(const json::Object& object, std::string_view key) {
  return json::GetString(object, key).value_or("");
}

std::string Number(const json::Object& object, std::string_view key) {
  return std::to_string(json::GetInt(object, key).value_or(0));
}

}  // namespace

Result<json::Object> VerifyAudit(AuditServices& s, const std::optional<std::string>& org) {
  audit::VerifyOptions options;
  if (org) {
    GH_TRY(const orgs::Organization organization, RunSync(s.orgs.GetBySlug(*org)));
    options.organization = organization.id;
  }
  // Read before the chains, so that no checkpoint is newer than what it is compared with.
  GH_TRY(const auto checkpoints, audit::ReadCheckpoints(s.checkpoints.file(), s.checkpoints.key()));
  GH_TRY_VOID(RunSync(s.sealer.Seal()));
  GH_TRY(const auto proof, audit::Verify(s.db, s.key, checkpoints, options));

  json::Array findings;
  std::map<OrgId, std::string> slugs;
  for (const audit::Finding& finding : proof.findings) {
    json::Object one{{"what", audit::KindName(finding.kind)}, {"text", finding.text}};
    if (finding.organization) {
      auto [slug, added] = slugs.try_emplace(finding.organization);
      if (added) {
        auto found = RunSync(s.orgs.Get(finding.organization));
        if (found) slug->second = found->slug;
      }
      one["organization_id"] = finding.organization.ToString();
      if (!slug->second.empty()) one["organization"] = slug->second;
    }
    if (finding.seq != 0) one["seq"] = finding.seq;
    if (finding.entry_id != 0) one["entry_id"] = std::to_string(finding.entry_id);
    findings.push_back(std::move(one));
  }
  return json::Object{{"intact", findings.empty()},
                      {"entries", proof.entries},
                      {"organizations", proof.organizations},
                      {"adopted", proof.adopted},
                      {"waiting", proof.waiting},
                      {"checkpoints", proof.checkpoints},
                      {"torn_checkpoints", proof.torn_checkpoints},
                      {"findings", std::move(findings)}};
}

std::string FormatVerification(const json::Object& result) {
  const bool intact = json::GetBool(result, "intact").value_or(false);
  std::string out = intact ? "intact: " : "BROKEN: ";
  out += Number(result, "entries") + " entries of " + Number(result, "organizations") +
         " organizations proven, against " + Number(result, "checkpoints") + " checkpoints\n";
  if (json::GetInt(result, "adopted").value_or(0) > 0) {
    out += "  " + Number(result, "adopted") +
           " of them are older than the chain: proven since the upgrade that began it\n";
  }
  if (json::GetInt(result, "checkpoints") == 0) {
    out += "  without checkpoints an end that was cut off cannot be seen\n";
  }
  if (json::GetInt(result, "torn_checkpoints").value_or(0) > 0) {
    out += "  " + Number(result, "torn_checkpoints") + " lines of checkpoints cannot be read\n";
  }
  const json::Array* findings = json::GetArray(result, "findings");
  if (findings == nullptr) return out;
  for (const json::Value& value : *findings) {
    const json::Object& finding = value.as_object();
    out += "  ";
    if (finding.contains("organization_id")) {
      const std::string_view slug = Text(finding, "organization");
      out += "organization " + std::string(slug.empty() ? Text(finding, "organization_id") : slug) +
             ": ";
    }
    if (finding.contains("seq")) out += "seq " + Number(finding, "seq") + ": ";
    if (finding.contains("entry_id")) {
      out += "entry " + std::string(Text(finding, "entry_id")) + ": ";
    }
    out += std::string(Text(finding, "what")) + ": " + std::string(Text(finding, "text")) + "\n";
  }
  return out;
}

Result<json::Object> ExportAudit(AuditServices& s, const std::string& org, audit::Format format,
                                 std::int64_t after,
                                 const std::function<void(std::string_view)>& write) {
  GH_TRY(const orgs::Organization organization, RunSync(s.orgs.GetBySlug(org)));
  GH_TRY_VOID(RunSync(s.sealer.Seal()));
  const sql::Tenant tenant = sql::Tenant::Of(organization.id);
  auto start = [&](sql::Tx& tx) {
    return audit::StartExport(tx, s.log, organization.id, format, after,
                              {.actor_label = s.operator_label, .correlation_id = "cli"});
  };
  GH_TRY(audit::ExportRange range, s.db.WriteSync(tenant, start));
  const std::int64_t through = range.through;
  write(audit::ExportHeader(format));
  std::int64_t entries = 0;
  for (bool more = true; more;) {
    auto read = [&](sql::Tx& tx) { return audit::ExportPage(tx, organization.id, format, range); };
    GH_TRY(const audit::Exported page, s.db.ReadSync(tenant, read));
    write(page.text);
    entries += page.entries;
    range.after = page.reached;
    more = page.more;
  }
  return json::Object{{"entries", entries}, {"cursor", std::to_string(through)}};
}

}  // namespace gatehouse::cli
