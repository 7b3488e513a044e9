// The member list: a search as SQL. The text of a search is put together from the fixed pieces
// below; what people typed is bound, never written into it.

#include <deque>

#include "region/orgs/columns.h"
#include "region/orgs/members/search.h"
#include "region/orgs/members/store.h"
#include "region/orgs/store.h"

namespace gatehouse::members::store {
namespace {

constexpr std::size_t kMaxPage = 1000;

// Conditions after "WHERE", and what is bound to them.
class Conditions {
 public:
  explicit Conditions(OrgId organization) {
    text_ = "m.organization_id = " + Bind(organization) + " AND m.invite_status = 'approved'";
  }

  // The place of a bound value: "$3".
  std::string Bind(sql::Param value) {
    params_.push_back(value);
    return "$" + std::to_string(params_.size());
  }
  std::string BindText(std::string text) { return Bind(texts_.emplace_back(std::move(text))); }
  template <class Id>
  std::string BindAll(const std::vector<Id>& ids) {
    std::string out;
    for (const Id id : ids) out += (out.empty() ? "" : ", ") + Bind(id);
    return out;
  }
  std::string BindAllTexts(const std::vector<std::string>& texts, std::string_view before = "",
                           std::string_view after = "") {
    std::string out;
    for (const std::string& text : texts) {
      if (!out.empty()) out += ", ";
      out += std::string(before) + BindText(text) + std::string(after);
    }
    return out;
  }
  void And(std::string_view condition) {
    text_ += " AND ";
    text_ += condition;
  }

  const std::string& text() const { return text_; }
  sql::Params params() const { return params_; }

 private:
  std::string text_;
  std::vector<sql::Param> params_;
  std::deque<std::string> texts_;  // what params_ point to
};

// LIKE with '!' as the escape: a '%' that somebody typed is a percent sign.
std::string Contains(std::string_view text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return out + "%";
}

std::vector<std::string> RolesWith(const orgs::Organization& organization,
                                   const std::vector<std::string>& scopes) {
  std::vector<std::string> roles;
  for (const orgs::Role& role : orgs::Roles()) {
    const std::vector<std::string> has = orgs::ScopesOf(organization, role.id);
    for (const std::string& scope : scopes) {
      if (std::ranges::find(has, scope) == has.end()) continue;
      roles.emplace_back(role.id);
      break;
    }
  }
  return roles;
}

// false: nobody can match.
bool Add(Conditions& where, const orgs::Organization& organization, const Terms& terms,
         const std::vector<UserId>& also_users) {
  if (!terms.emails.empty()) {
    // Each alternative has its index.
    std::string either =
        "(lower(m.user_email) IN (" + where.BindAllTexts(terms.emails, "lower(", ")") +
        ") OR lower(m.email) IN (" + where.BindAllTexts(terms.emails, "lower(", ")") + ")";
    if (!also_users.empty()) either += " OR m.user_id IN (" + where.BindAll(also_users) + ")";
    where.And(either + ")");
  }
  if (!terms.ids.empty()) where.And("m.id IN (" + where.BindAll(terms.ids) + ")");
  if (!terms.users.empty()) where.And("m.user_id IN (" + where.BindAll(terms.users) + ")");
  if (!terms.roles.empty()) where.And("m.role IN (" + where.BindAllTexts(terms.roles) + ")");
  if (!terms.scopes.empty()) {
    const std::vector<std::string> roles = RolesWith(organization, terms.scopes);
    if (roles.empty()) return false;
    where.And("m.role IN (" + where.BindAllTexts(roles) + ")");
  }
  if (terms.invited) where.And(*terms.invited ? "m.user_id IS NULL" : "m.user_id IS NOT NULL");
  if (terms.sso_linked) {
    where.And("(m.flags & " + where.Bind(std::int64_t{orgs::kSsoLinked}) + ")" +
              (*terms.sso_linked ? " <> 0" : " = 0"));
  }
  if (terms.has_2fa) where.And(*terms.has_2fa ? "m.user_has_2fa <> 0" : "m.user_has_2fa = 0");
  if (!terms.text.empty()) {
    // Name and address at once: this is what a search costs.
    where.And("lower(m.user_name || ' ' || COALESCE(m.email, m.user_email, '')) LIKE lower(" +
              where.BindText(Contains(terms.text)) + ") ESCAPE '!'");
  }
  return true;
}

}  // namespace

Result<Page> List(sql::Tx& tx, const orgs::Organization& organization, const Search& search,
                  const std::vector<UserId>& also_users) {
  const std::size_t limit = std::clamp<std::size_t>(search.limit, 1, kMaxPage);
  const MemberId after = search.after.value_or(MemberId{});
  const Terms terms = ParseSearch(search.query);
  if (terms.nothing) return Page{};
  if (terms.everything()) {
    GH_TRY(orgs::MemberPage page, orgs::store::ListMembers(tx, organization.id, after, limit));
    return Page{.members = std::move(page.members), .total = page.total};
  }

  Conditions where(organization.id);
  if (!Add(where, organization, terms, also_users)) return Page{};
  // These run once and are forgotten: their texts depend on the search.
  const std::string count = "SELECT COUNT(*) FROM organization_members m WHERE " + where.text();
  const std::size_t counted = where.params().size();
  Page page;
  bool knows_total = false;
  if (!terms.text.empty()) {
    // Looking into every name is what costs: the page and the total come from one look.
    const std::string select =
        "SELECT hits.total, " GATEHOUSE_MEMBER_COLUMNS
        " FROM (SELECT id, total FROM (SELECT m.id, COUNT(*) OVER () AS total "
        "FROM organization_members m WHERE " +
        where.text() + ") found WHERE id > " + where.Bind(after) + " ORDER BY id LIMIT " +
        where.Bind(limit) +
        ") hits JOIN organization_members m ON m.id = hits.id WHERE m.organization_id = $1 "
        "ORDER BY hits.id";
    GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", select}, where.params()));
    for (const sql::Row row : rows) page.members.push_back(orgs::store::ReadMember(row, 1));
    knows_total = !rows.empty() || !search.after;
    page.total = rows.empty() ? 0 : rows.front().Int(0);
  } else {
    where.And("m.id > " + where.Bind(after));
    const std::string select = "SELECT " GATEHOUSE_MEMBER_COLUMNS
                               " FROM organization_members m WHERE " +
                               where.text() + " ORDER BY m.id LIMIT " + where.Bind(limit);
    GH_TRY(const sql::Rows rows, tx.Run(sql::Statement{"", select}, where.params()));
    page.members = orgs::store::ReadMembers(rows);
    // A first page that is not full is all there is: no second look at every member.
    knows_total = !search.after && page.members.size() < limit;
    page.total = static_cast<std::int64_t>(page.members.size());
  }
  if (!knows_total) {
    GH_TRY(const sql::Rows total, tx.Run(sql::Statement{"", count}, where.params().first(counted)));
    page.total = total.front().Int(0);
  }
  return page;
}

}  // namespace gatehouse::members::store
