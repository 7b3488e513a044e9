#include "platform/sql/testing/test_database.h"

#include <cstdio>
#include <cstdlib>

#include "base/rng.h"
#include "platform/sql/postgres/admin.h"
#include "platform/sql/postgres/postgres.h"
#include "platform/sql/sqlite/sqlite.h"
#include "platform/sql/testing/pattern.h"

namespace gatehouse::sql {

namespace {

[[noreturn]] void Abort(const Error& error) {
  std::fprintf(stderr, "test database: %s: %s\n", std::string(error.reason).c_str(),
               error.detail.c_str());
  std::abort();
}

constexpr std::string_view kNameParameter = "dbname=";

thread_local const TestDatabase* pattern = nullptr;

// What CREATE DATABASE copies.
std::string TemplateName() {
  if (pattern == nullptr || pattern->url().empty()) return "template0";
  return pattern->url().substr(pattern->url().rfind(kNameParameter) + kNameParameter.size());
}

std::string RandomName() {
  SystemRng rng;
  return "gatehouse_test_" + std::to_string(rng.Next64());
}

std::unique_ptr<Database> Open(const std::filesystem::path& file, const std::string& url) {
  auto opened =
      url.empty() ? OpenSqlite({.file = file}) : OpenPostgres({.url = url, .connections = 4});
  if (!opened) Abort(opened.error());
  return std::move(*opened);
}

}  // namespace

StartingFrom::StartingFrom(const TestDatabase& from) { pattern = &from; }
StartingFrom::~StartingFrom() { pattern = nullptr; }

TestDatabase TestDatabase::Sqlite() {
  TestDatabase out;
  out.folder_ = std::filesystem::temp_directory_path() / RandomName();
  std::filesystem::create_directory(out.folder_);
  out.file_ = out.folder_ / "test.db";
  if (pattern != nullptr && pattern->url().empty()) {
    std::filesystem::copy_file(pattern->file(), out.file_);
  }
  out.db_ = Open(out.file_, "");
  return out;
}

std::optional<TestDatabase> TestDatabase::Postgres() {
  const char* server = std::getenv("GATEHOUSE_TEST_POSTGRES");
  if (server == nullptr || *server == '\0') return std::nullopt;
  TestDatabase out;
  out.server_ = server;
  out.name_ = RandomName();
  auto created = RunPostgresCommand(out.server_, "CREATE DATABASE " + out.name_ + " TEMPLATE " +
                                                     TemplateName() + " ENCODING 'UTF8'");
  if (!created) Abort(created.error());
  // libpq lets the parameter override the name in the path.
  out.url_ = out.server_ + (out.server_.find('?') == std::string::npos ? "?" : "&") +
             std::string(kNameParameter) + out.name_;
  out.db_ = Open({}, out.url_);
  auto bypasses = out.db_->ReadSync(BypassesTenants);
  if (!bypasses) Abort(bypasses.error());
  if (*bypasses) {
    Abort({Code::kFailedPrecondition, "test_role",
           "GATEHOUSE_TEST_POSTGRES names a superuser or a role with BYPASSRLS; CREATE ROLE ... "
           "LOGIN CREATEDB makes one that row-level security binds"});
  }
  return out;
}

std::optional<TestDatabase> TestDatabase::For(Engine engine) {
  if (engine == Engine::kPostgres) return Postgres();
  return Sqlite();
}

TestDatabase::TestDatabase(TestDatabase&& other) noexcept
    : folder_(std::exchange(other.folder_, {})),
      file_(std::exchange(other.file_, {})),
      server_(std::exchange(other.server_, {})),
      name_(std::exchange(other.name_, {})),
      url_(std::exchange(other.url_, {})),
      db_(std::move(other.db_)) {}

TestDatabase& TestDatabase::operator=(TestDatabase&& other) noexcept {
  if (this == &other) return *this;
  Remove();
  folder_ = std::exchange(other.folder_, {});
  file_ = std::exchange(other.file_, {});
  server_ = std::exchange(other.server_, {});
  name_ = std::exchange(other.name_, {});
  url_ = std::exchange(other.url_, {});
  db_ = std::move(other.db_);
  return *this;
}

TestDatabase::~TestDatabase() { Remove(); }

void TestDatabase::Remove() {
  db_.reset();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  if (name_.empty()) return;
  if (auto dropped = RunPostgresCommand(server_, "DROP DATABASE " + name_ + " WITH (FORCE)");
      !dropped) {
    std::fprintf(stderr, "test database %s stays: %s\n", name_.c_str(),
                 dropped.error().detail.c_str());
  }
}

std::unique_ptr<Database> TestDatabase::OpenAnother() const { return Open(file_, url_); }

void TestDatabase::Reopen() {
  db_.reset();
  db_ = Open(file_, url_);
}

void TestDatabase::Apply(std::string_view set, std::span<const Migration> migrations,
                         const TenantTables& tables) {
  SystemClock clock;
  if (auto applied = Migrate(*db_, clock, set, migrations, tables); !applied)
    Abort(applied.error());
}

std::vector<Engine> AllEngines() { return {Engine::kSqlite, Engine::kPostgres}; }

std::string EngineName(const testing::TestParamInfo<Engine>& info) {
  return info.param == Engine::kSqlite ? "Sqlite" : "Postgres";
}

void DatabaseTest::SetUp() {
  database_ = TestDatabase::For(GetParam());
  if (!database_) GTEST_SKIP() << "GATEHOUSE_TEST_POSTGRES is not set";
}

void DatabaseTest::Execute(std::string_view text) {
  std::string rest(text);
  auto done = db().WriteSync(Tenant::All(), [&rest](Tx& tx) -> Result<void> {
    std::size_t begin = 0;
    while (begin < rest.size()) {
      const std::size_t end = std::min(rest.find(";\n", begin), rest.size());
      GH_TRY_VOID(tx.Exec(Statement{"", std::string_view(rest).substr(begin, end - begin)}));
      begin = end + 2;
    }
    return {};
  });
  ASSERT_TRUE(done.has_value()) << done.error().reason << ": " << done.error().detail;
}

}  // namespace gatehouse::sql
