#include "region/stream/message.h"

#include <gtest/gtest.h>

#include <map>

namespace gatehouse::stream {
namespace {

InsertMessage Sample() {
  InsertMessage m;
  m.group_id = 7;
  m.event_id = std::string(32, 'a');
  m.organization_id = 1;
  m.project_id = 42;
  m.message = "quote \" slash \\ line\n";
  m.platform = "node";
  m.datetime = Timestamp{1'800'000'000'123'456};
  m.received = Timestamp{1'800'000'001'000'000};
  m.data = R"({"a":1})";
  m.primary_hash = std::string(32, 'b');
  m.is_new = true;
  m.group_states = {{7, true, false, true}};
  return m;
}

TEST(InsertMessageTest, IsProtocolVersionTwo) {
  const Record record = EncodeInsert(Sample(), true);
  EXPECT_EQ(
      record.payload,
      R"([2,"insert",{"group_id":7,"group_ids":[7],"event_id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",)"
      R"("organization_id":1,"project_id":42,"message":"quote \" slash \\ line\u000a",)"
      R"("platform":"node","datetime":"2027-01-15T08:00:00.123456Z","data":{"a":1},)"
      R"("primary_hash":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","retention_days":90,)"
      R"("occurrence_id":null,"occurrence_data":{}},{"is_new":true,"is_regression":false,)"
      R"("is_new_group_environment":false,"queue":"post_process_errors","skip_consume":false,)"
      R"("group_states":[{"id":7,"is_new":true,"is_regression":false,)"
      R"("is_new_group_environment":true}]}])");
  EXPECT_EQ(record.key, "42");
}

TEST(InsertMessageTest, HeadersAreTextsAndRepeatTheState) {
  const Record record = EncodeInsert(Sample(), true);
  const std::map<std::string, std::string> headers(record.headers.begin(), record.headers.end());
  EXPECT_EQ(headers.size(), 14u);
  EXPECT_EQ(headers.at("is_new"), "1");
  EXPECT_EQ(headers.at("is_regression"), "0");
  EXPECT_EQ(headers.at("operation"), "insert");
  EXPECT_EQ(headers.at("version"), "2");
  EXPECT_EQ(headers.at("queue"), "post_process_errors");
  EXPECT_EQ(headers.at("group_id"), "7");
}

TEST(InsertMessageTest, AnEventWithoutAGroupHasNull) {
  InsertMessage m = Sample();
  m.group_id.reset();
  m.primary_hash.clear();
  m.group_states.clear();
  const Record record = EncodeInsert(m, false);
  EXPECT_NE(record.payload.find(R"("group_id":null,"group_ids":[])"), std::string::npos);
  EXPECT_NE(record.payload.find(R"("primary_hash":null)"), std::string::npos);
  EXPECT_EQ(record.key, "");
}

}  // namespace
}  // namespace gatehouse::stream
