#include "control/authn/factors/sealed.h"

#include "control/authn/factors/statements.h"

namespace gatehouse::factors {

std::string SecretBinding(AuthenticatorId id) {
  return "authenticators|secret|" + id.ToString() + "|0";
}

std::string EnrolmentBinding(std::string_view bound_to) {
  return "factor_ceremonies|data|" + std::string(bound_to) + "|0";
}

std::vector<sealed::Column> SealedColumns() {
  return {
      {"authenticators.secret", kSealPurpose, sqls::kAuthenticatorSealedPage,
       sqls::kAuthenticatorSealedReplace, sqls::kAuthenticatorSealedCount,
       [](const sql::Row& row) { return SecretBinding(row.As<AuthenticatorId>(0)); }},
      {"factor_ceremonies.data", kSealPurpose, sqls::kCeremonySealedPage,
       sqls::kCeremonySealedReplace, sqls::kCeremonySealedCount,
       [](const sql::Row& row) { return EnrolmentBinding(row.Text(2)); }},
  };
}

}  // namespace gatehouse::factors
