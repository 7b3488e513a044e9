#include "platform/sql/postgres/connection.h"

#include <libpq-fe.h>

#include <charconv>
#include <cstring>

#include "base/text.h"
#include "platform/sql/errors.h"
#include "platform/sql/tenants.h"

namespace gatehouse::sql {

namespace {

constexpr std::size_t kMaxStatements = 1000;
constexpr std::size_t kNullArgument = static_cast<std::size_t>(-1);

// pg_type.h; fixed for ever.
constexpr Oid kBool = 16;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kNumeric = 1700;

Rows::Value Decode(Oid type, std::string_view text) {
  switch (type) {
    case kBool:
      return std::int64_t{text == "t" ? 1 : 0};
    case kInt8:
    case kInt2:
    case kInt4:
    case kNumeric: {  // sum() of BIGINT is NUMERIC
      std::int64_t number = 0;
      auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (ec == std::errc() && end == text.data() + text.size()) return number;
      return std::string(text);
    }
    default:
      return std::string(text);
  }
}

// libpq ends its messages with a line feed and may put several lines in one.
std::string OneLine(const char* message) {
  std::string out(Trim(message == nullptr ? "" : message));
  for (char& c : out) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return out;
}

std::string Field(const PGresult* answer, int field) {
  const char* text = PQresultErrorField(answer, field);
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

void PostgresConnection::Freed::operator()(pg_result* result) const { PQclear(result); }

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(const std::string& url) {
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection());
  GH_TRY_VOID(connection->Connect(url));
  GH_TRY_VOID(connection->Command(
      "SET client_min_messages = warning; SET statement_timeout = '30s'; "
      "SET idle_in_transaction_session_timeout = '60s'; SET standard_conforming_strings = on"));
  GH_TRY_VOID(connection->CheckDurable());
  return connection;
}

PostgresConnection::~PostgresConnection() { PQfinish(connection_); }

Result<void> PostgresConnection::Connect(const std::string& url) {
  char* problem = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &problem);
  if (parsed == nullptr) {
    PQfreemem(problem);  // quotes the URL, and with it the password
    return Fail(Code::kUnavailable, kDatabaseUnavailable, "the database URL cannot be parsed");
  }
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    if (option->val == nullptr || std::strcmp(option->keyword, "client_encoding") == 0) continue;
    keys.push_back(option->keyword);
    values.push_back(option->val);
  }
  auto fallback = [&](const char* key, const char* value) {
    for (const char* known : keys) {
      if (std::strcmp(known, key) == 0) return;
    }
    keys.push_back(key);
    values.push_back(value);
  };
  fallback("client_encoding", "UTF8");
  fallback("application_name", "gatehouse");
  // A server that vanishes without a word is noticed within some 20 seconds.
  fallback("connect_timeout", "5");
  fallback("keepalives_idle", "5");
  fallback("keepalives_interval", "5");
  fallback("keepalives_count", "3");
  fallback("tcp_user_timeout", "20000");
  keys.push_back(nullptr);
  values.push_back(nullptr);
  connection_ = PQconnectdbParams(keys.data(), values.data(), 0);
  PQconninfoFree(parsed);
  if (connection_ == nullptr || PQstatus(connection_) != CONNECTION_OK) {
    lost_ = true;
    return Fail(Code::kUnavailable, kDatabaseUnavailable,
                connection_ == nullptr ? "out of memory" : OneLine(PQerrorMessage(connection_)));
  }
  PQsetNoticeProcessor(connection_, [](void*, const char*) {}, nullptr);
  return {};
}

Result<void> PostgresConnection::CheckDurable() {
  constexpr Statement kSettings{
      "", "SELECT current_setting('fsync'), current_setting('synchronous_commit')"};
  GH_TRY(Rows rows, Run(kSettings, {}));
  for (std::size_t i = 0; i < 2; ++i) {
    if (rows.front().Text(i) == "off") {
      return Fail(Code::kFailedPrecondition, kDatabaseNotDurable,
                  i == 0 ? "the server runs with fsync = off"
                         : "the server runs with synchronous_commit = off");
    }
  }
  return {};
}

std::unexpected<Error> PostgresConnection::Failure(std::string_view what, const PGresult* answer) {
  if (PQstatus(connection_) == CONNECTION_BAD) lost_ = true;
  const std::string state = answer == nullptr ? "" : Field(answer, PG_DIAG_SQLSTATE);
  std::string detail = std::string(what) + ": " + state + " ";
  if (state.starts_with("22")) {
    detail += "data exception";  // the server's message quotes the value
  } else if (const char* primary = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY)) {
    detail += OneLine(primary);
  } else {
    detail += OneLine(PQerrorMessage(connection_));
  }
  // Not the server's own detail, which quotes values.
  if (state == "23505") {
    return Fail(Code::kAlreadyExists, kUniqueViolation, Field(answer, PG_DIAG_CONSTRAINT_NAME));
  }
  if (state == "23503") {
    return Fail(Code::kFailedPrecondition, kForeignKeyViolation,
                Field(answer, PG_DIAG_CONSTRAINT_NAME));
  }
  if (state == "40001" || state == "40P01") {
    return Fail(Code::kConflict, kSerializationFailure, std::move(detail));
  }
  if (state == "53100") return Fail(Code::kResourceExhausted, kDiskFull, std::move(detail));
  if (state == "26000" || (state == "0A000" && detail.find("cached plan") != std::string::npos)) {
    // Not the fault of the job: prepare anew and run it again.
    stale_ = true;
    return Fail(Code::kConflict, kSerializationFailure, std::move(detail));
  }
  // 08P01, a wrong number of arguments, is no fault of the connection.
  if ((state.starts_with("08") && state != "08P01") || state.starts_with("57P") ||
      state.starts_with("25P03")) {
    lost_ = true;
  }
  if (lost_ || state.empty() || state.starts_with("53") || state == "57014" || state == "58030") {
    return Fail(Code::kUnavailable, kDatabaseUnavailable, std::move(detail));
  }
  return Fail(Code::kInternal, kSqlError, std::move(detail));
}

void PostgresConnection::Forget() {
  statements_.clear();
  stale_ = false;
  if (!Command("DEALLOCATE ALL")) lost_ = true;
}

Result<const char*> PostgresConnection::Find(const Statement& statement) {
  const std::string_view text = statement.For(Engine::kPostgres);
  auto found = statements_.find(text.data());
  if (found != statements_.end()) {
    if (found->second.text == text) return found->second.name.c_str();
    GH_TRY_VOID(Command("DEALLOCATE " + found->second.name));
    statements_.erase(found);
  }
  if (statements_.size() >= kMaxStatements) Forget();
  Prepared prepared{std::string(text), "s" + std::to_string(next_name_++)};
  Answer answer(PQprepare(connection_, prepared.name.c_str(), prepared.text.c_str(), 0, nullptr));
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) {
    return Failure(statement.name, answer.get());
  }
  return statements_.emplace(text.data(), std::move(prepared)).first->second.name.c_str();
}

Result<Rows> PostgresConnection::Run(const Statement& statement, Params params) {
  // Text form, each value ended by NUL, one after the other in one buffer.
  argument_text_.clear();
  argument_at_.clear();
  for (const Param& param : params) {
    const Param::Value& value = param.value();
    argument_at_.push_back(argument_text_.size());
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      char digits[24];
      argument_text_.append(digits, std::to_chars(digits, digits + sizeof digits, *number).ptr);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      argument_text_.append(*text);
    } else {
      argument_at_.back() = kNullArgument;
    }
    argument_text_ += '\0';
  }
  arguments_.clear();
  for (std::size_t at : argument_at_) {
    arguments_.push_back(at == kNullArgument ? nullptr : argument_text_.data() + at);
  }

  const int count = static_cast<int>(arguments_.size());
  Answer answer;
  if (statement.name.empty()) {
    const std::string text(statement.For(Engine::kPostgres));
    answer.reset(PQexecParams(connection_, text.c_str(), count, nullptr, arguments_.data(), nullptr,
                              nullptr, 0));
  } else {
    GH_TRY(const char* name, Find(statement));
    answer.reset(PQexecPrepared(connection_, name, count, arguments_.data(), nullptr, nullptr, 0));
  }
  switch (PQresultStatus(answer.get())) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      return Read(statement, answer.get());
    default:
      return Failure(statement.name, answer.get());
  }
}

Result<Rows> PostgresConnection::Read(const Statement& statement, const PGresult* answer) {
  const int rows = PQntuples(answer);
  const int columns = PQnfields(answer);
  std::vector<Rows::Value> values;
  values.reserve(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(answer, row, column) != 0) {
        values.emplace_back();
        continue;
      }
      const auto size = static_cast<std::size_t>(PQgetlength(answer, row, column));
      values.push_back(Decode(PQftype(answer, column), {PQgetvalue(answer, row, column), size}));
    }
  }
  std::int64_t affected = 0;
  auto* mutable_answer = const_cast<PGresult*>(answer);  // libpq does not write through it
  const std::string_view status = PQcmdStatus(mutable_answer);
  if (status.starts_with("INSERT") || status.starts_with("UPDATE") ||
      status.starts_with("DELETE")) {
    const std::string_view number = PQcmdTuples(mutable_answer);
    if (std::from_chars(number.data(), number.data() + number.size(), affected).ec != std::errc()) {
      return Fail(Code::kInternal, kSqlError, std::string(statement.name) + ": no row count");
    }
  }
  return Rows(static_cast<std::size_t>(columns), std::move(values), affected);
}

Result<void> PostgresConnection::Command(const std::string& text) {
  Answer answer(PQexec(connection_, text.c_str()));
  switch (PQresultStatus(answer.get())) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      return {};
    default:
      return Failure(text, answer.get());
  }
}

Result<void> PostgresConnection::Begin(Access access, Tenant tenant) {
  // SET LOCAL and not set_config(): a SELECT would take the transaction's snapshot, and LOCK TABLE
  // must be able to come before it. "Nobody" is said too, so that nothing set for the session, role
  // or database can stand in for it. The text is a number, "*" or nothing.
  std::string text = access == Access::kWrite
                         ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE; SET LOCAL "
                         : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL ";
  text += kTenantSetting;
  text += " = '" + tenant.Setting() + "'";
  return Command(text);
}

Result<void> PostgresConnection::Commit() {
  Answer answer(PQexec(connection_, "COMMIT"));
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return Failure("COMMIT", answer.get());
  // The server answers COMMIT of a failed transaction with ROLLBACK and no error.
  if (std::string_view(PQcmdStatus(answer.get())) != "COMMIT") {
    return Fail(Code::kInternal, kSqlError, "COMMIT: the server rolled the transaction back");
  }
  return {};
}

void PostgresConnection::Rollback() {
  if (lost_) return;
  if (PQtransactionStatus(connection_) != PQTRANS_IDLE && !Command("ROLLBACK")) lost_ = true;
  if (stale_ && !lost_) Forget();
}

}  // namespace gatehouse::sql
