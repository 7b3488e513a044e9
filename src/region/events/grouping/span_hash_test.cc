#include "region/events/grouping/span_hash.h"

#include <gtest/gtest.h>

#include "platform/crypto/hash.h"

namespace gatehouse::grouping {
namespace {

json::Object Span(std::string_view op, std::string_view description) {
  return {{"span_id", "bbbbbbbbbbbbbbbb"}, {"op", op}, {"description", description}};
}

std::string Hash(std::string_view values) { return crypto::Md5Hex(values).substr(0, 16); }

using Values = std::vector<std::string>;

TEST(SpanHash, QueriesLoseTheirLiterals) {
  struct Case {
    std::string_view query;
    std::string_view wanted;
  };
  const Case cases[] = {
      // Lists of parameters and numbers.
      {"SELECT 1 WHERE id IN (%s, %s) AND x IN (%s,%s , %s)",
       "SELECT %s WHERE id IN (%s) AND x IN (%s)"},
      {"a IN ($1, $2, $3)", "a IN (%s)"},
      {"a in (?, ?)", "a IN (%s)"},
      {"a IN (4, 5, 6)", "a IN (%s)"},
      {"a IN (SELECT 1)", "a IN (SELECT %s)"},
      {"a IN ('x', 'y')", "a IN (%s, %s)"},
      {"a IN (1, 2", "a IN (%s, %s"},
      // Numbers on their own.
      {"id = 1", "id = %s"},
      {"t > -100", "t > %s"},
      {"t > 1e7 or t < 2.5E-3", "t > %s or t < %s"},
      {"id = $1 LIMIT $2", "id = $%s LIMIT $%s"},
      {"t > 1.5.2", "t > %s.%s"},
      {"FROM table123 WHERE id = %s", "FROM table123 WHERE id = %s"},
      {"FROM ta123ble", "FROM ta123ble"},
      {"FROM `123table`", "FROM `123table`"},
      {"x = 12e", "x = 12e"},
      // Texts.
      {"sku = 'foo'", "sku = %s"},
      {"sku = 'it''s' AND x = ''", "sku = %s AND x = %s"},
      {"quote = 'it\\'s a string", "quote = %s"},
      {"quote = 'it\\'s a\nstring", "quote = %s\nstring"},
      {"sku = \"foo\"", "sku = \"foo\""},
      {"sku = 'open", "sku = 'open"},
      {"it's 5", "it's %s"},
      // Truths.
      {"deleted = true or deleted = false", "deleted = %s or deleted = %s"},
      {"FROM table_true", "FROM table_true"},
      {"FROM true_table", "FROM true_table"},
      {"x IS NULL", "x IS NULL"},
      // Savepoints.
      {"SAVEPOINT some_name;", "SAVEPOINT %s;"},
      {"release savepoint \"a b\"", "release SAVEPOINT %s"},
      {"SAVEPOINT `x`", "SAVEPOINT %s"},
      {"SAVEPOINT a", "SAVEPOINT a"},
      // White space goes with the literals alone.
      {"  SELECT 1\n", "SELECT %s"},
      {"  SELECT a\n", "  SELECT a\n"},
      {"", ""},
  };
  for (const auto& [query, wanted] : cases) {
    for (const char* op : {"db", "db.query", "db.sql.query", "db.sql.active_record",
                           "db.sql.execute", "db.sql.transaction"}) {
      EXPECT_EQ(SpanFingerprint(Span(op, query)), Values{std::string(wanted)}) << query;
    }
    EXPECT_EQ(SpanFingerprint(Span("db.sql.prisma", query)), Values{std::string(query)})
        << "another operation";
  }
}

TEST(SpanHash, RequestsLoseTheirQueryStrings) {
  const auto parts = [](std::string_view description) {
    return SpanFingerprint(Span("http.client", description));
  };
  EXPECT_EQ(parts("GET https://Shop.example/api/a;b?page=1#top"),
            (Values{"GET", "https", "Shop.example", "/api/a;b"}));
  EXPECT_EQ(parts("post /api/?x=1"), (Values{"POST", "", "", "/api/"}));
  EXPECT_EQ(parts("GET HTTPS://shop.example?x"), (Values{"GET", "https", "shop.example", ""}));
  EXPECT_EQ(parts("GET https://[no-address?query"), (Values{"GET", "https", "[no-address", ""}));
  EXPECT_EQ(parts("GET https://[Filtered]@3x.png"),
            (Values{"GET", "https", "[Filtered]@3x.png", ""}));
  EXPECT_EQ(parts("GET 10.0.0.1:80/x"), (Values{"GET", "", "", "10.0.0.1:80/x"}));
  for (const char* other : {"", "GET", "FETCH https://shop.example/?x=1", "asking a shop"}) {
    EXPECT_EQ(parts(other), Values{other});
  }
  EXPECT_EQ(SpanFingerprint(Span("http.server", "GET /api/?x=1")), Values{"GET /api/?x=1"});
}

TEST(SpanHash, RedisCommandsLoseTheirArguments) {
  EXPECT_EQ(SpanFingerprint(Span("redis", "INCRBY 'key' 1")), Values{"INCRBY"});
  EXPECT_EQ(SpanFingerprint(Span("db.redis", "GET")), Values{"GET"});
  EXPECT_EQ(SpanFingerprint(Span("db.redis", "")), Values{""});
  EXPECT_EQ(SpanFingerprint(Span("cache", "GET 'key'")), Values{"GET 'key'"});
}

TEST(SpanHash, OfTheDescriptionOrOfNothing) {
  EXPECT_EQ(SpanHash(Span("ui.render", "<App>")), Hash("<App>"));
  EXPECT_EQ(SpanHash({{"span_id", "bbbbbbbbbbbbbbbb"}}), Hash(""));
  EXPECT_EQ(SpanHash({{"op", nullptr}, {"description", nullptr}}), Hash(""));
  EXPECT_EQ(SpanHash(Span("http.client", "GET https://shop.example/a?b")),
            Hash("GEThttpsshop.example/a"));
}

TEST(SpanHash, AFingerprintOfTheClientWins) {
  const auto with = [](json::Value fingerprint) {
    json::Object span = Span("db", "SELECT 1");
    span["fingerprint"] = std::move(fingerprint);
    return SpanHash(span);
  };
  EXPECT_EQ(with(json::Array{"mine"}), Hash("mine"));
  EXPECT_EQ(with(json::Array{"mine", "{{ default }}"}), Hash("mineSELECT %s"));
  EXPECT_EQ(with(json::Array{"{{default}}"}), Hash("SELECT %s"));
  EXPECT_EQ(with(json::Array{"{{ other }}"}), Hash("{{ other }}"));
  for (json::Value odd : {json::Value(json::Array()), json::Value(nullptr), json::Value("mine"),
                          json::Value(json::Array{5})}) {
    EXPECT_EQ(with(odd), Hash("SELECT %s"));
  }
}

// 185
TEST(SpanHash, EverySpanOfATransactionHasOneAndTheTransactionToo) {
  json::Object transaction = *json::ParseObject(
      R"({"transaction":"GET /books","transaction_info":{"source":"url"},
          "contexts":{"trace":{"span_id":"aaaaaaaaaaaaaaaa","op":"http.server","hash":"theirs"}},
          "spans":[{"span_id":"b","op":"db","description":"SELECT 1","hash":"theirs"},
                   {"span_id":"c","op":"db","description":"SELECT 2"},
                   {"span_id":"d"},null]})");
  HashSpans(transaction);
  const json::Array& spans = transaction.at("spans").as_array();
  EXPECT_EQ(spans[0].at("hash").as_string(), Hash("SELECT %s"));
  EXPECT_EQ(spans[1].at("hash").as_string(), Hash("SELECT %s"));
  EXPECT_EQ(spans[2].at("hash").as_string(), Hash(""));
  EXPECT_TRUE(spans[3].is_null());
  EXPECT_EQ(transaction.at("contexts").at("trace").at("hash").as_string(), Hash("GET /books"));
  EXPECT_EQ(transaction.at("span_grouping_config").at("id").as_string(), "default:2022-10-27");
  json::Object bare = {{"spans", "none"}, {"contexts", json::Array()}};
  HashSpans(bare);
  EXPECT_EQ(bare.at("spans").as_string(), "none");
}

TEST(SpanHash, HostileQueriesTakeLinearTime) {
  constexpr std::size_t kMany = 200'000;
  for (const std::string_view part : {"'", "''", "\\'", " IN (1,", "SAVEPOINT \"", "SAVEPOINT `",
                                      "-1a", "1.", "1e", "truefalse", "' '", "\"'`"}) {
    std::string query;
    while (query.size() < kMany) query += part;
    EXPECT_FALSE(ParametrizeQuery(query).empty());
    EXPECT_FALSE(ParametrizeQuery(query + "'").empty());
  }
}

}  // namespace
}  // namespace gatehouse::grouping
