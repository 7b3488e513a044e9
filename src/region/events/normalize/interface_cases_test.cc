// Reference cases (input, normalized output, errors), read from the folder of shared test data
// where there is one.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <vector>

#include "region/events/normalize/normalize_fixture.h"

namespace gatehouse::events {
namespace {

constexpr std::string_view kMark = "\"@data@\"";

// {"__float__": "-inf"} stands for a number that JSON cannot write.
void ReadFloats(json::Value& value) {
  if (json::Object* object = value.if_object()) {
    if (object->size() == 1 && object->contains("__float__")) {
      value = -std::numeric_limits<double>::infinity();
      return;
    }
    for (auto& member : *object) ReadFloats(member.value());
  } else if (json::Array* array = value.if_array()) {
    for (json::Value& item : *array) ReadFloats(item);
  }
}

void PutInput(json::Value& value, const json::Value& input) {
  if (json::Object* object = value.if_object()) {
    for (auto& member : *object) PutInput(member.value(), input);
  } else if (json::Array* array = value.if_array()) {
    for (json::Value& item : *array) PutInput(item, input);
  } else if (value.is_string() && Text(value) == "@data@") {
    value = input;
  }
}

std::string PathOfMark(const json::Value& value, const std::string& path) {
  auto below = [&](const std::string& step) { return path.empty() ? step : path + "." + step; };
  if (const json::Object* object = value.if_object()) {
    for (const auto& member : *object) {
      std::string found = PathOfMark(member.value(), below(std::string(member.key())));
      if (!found.empty()) return found;
    }
  } else if (const json::Array* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      std::string found = PathOfMark((*array)[i], below(std::to_string(i)));
      if (!found.empty()) return found;
    }
  } else if (value.is_string() && Text(value) == "@data@") {
    return path;
  }
  return {};
}

// Without null members, and with every number as a double: the cases compare this way.
json::Value Comparable(const json::Value& value) {
  if (const json::Object* object = value.if_object()) {
    json::Object out;
    std::vector<std::string> keys;
    for (const auto& member : *object) keys.emplace_back(member.key());
    std::ranges::sort(keys);
    for (const std::string& key : keys) {
      if (!object->at(key).is_null()) out[key] = Comparable(object->at(key));
    }
    return out;
  }
  if (const json::Array* array = value.if_array()) {
    json::Array out;
    for (const json::Value& item : *array) out.push_back(Comparable(item));
    return out;
  }
  if (value.is_number()) return *Number(value) + 0.0;
  return value;
}

TEST(InterfaceCases, AllReferenceCasesGiveTheReferenceOutput) {
  const char* folder = std::getenv("GATEHOUSE_TEST_SHARED");
  if (folder == nullptr) GTEST_SKIP() << "GATEHOUSE_TEST_SHARED is not set";
  std::ifstream file(std::filesystem::path(folder) / "fixtures" / "interface_cases.json");
  ASSERT_TRUE(file) << "no interface_cases.json in " << folder;
  std::stringstream text;
  text << file.rdbuf();
  auto cases = json::ParseLenient(text.str());
  ASSERT_TRUE(cases);
  std::size_t passed = 0;
  for (json::Value& item : cases->as_array()) {
    json::Object& test = item.as_object();
    SCOPED_TRACE(std::string(TextMember(test, "test")));
    std::string wrap(TextMember(test, "wrap"));
    std::ranges::replace(wrap, '\'', '"');
    std::size_t at = wrap.find("data");
    while (at != wrap.npos && wrap[at - 1] == '"') at = wrap.find("data", at + 1);
    ASSERT_NE(at, wrap.npos);
    wrap.replace(at, 4, kMark);
    auto event = json::ParseLenient(wrap);
    ASSERT_TRUE(event) << wrap;
    std::string path = PathOfMark(*event, "");
    json::Value input = test["input"];
    ReadFloats(input);
    PutInput(*event, input);

    Normalized result;
    result.event = event->as_object();
    result.outcome = Normalize(result.event, TestContext());
    EXPECT_TRUE(result.outcome.kept());
    const json::Object& expected = test["expected"].as_object();
    const json::Value* found = result.Find(path);
    json::Value got = found == nullptr ? json::Value() : Comparable(*found);
    bool same = json::Serialize(got) == json::Serialize(Comparable(expected.at("to_json")));
    EXPECT_EQ(json::Serialize(got), json::Serialize(Comparable(expected.at("to_json"))));
    const json::Value* errors = result.event.if_contains("errors");
    json::Value got_errors = errors == nullptr ? json::Value() : Comparable(*errors);
    same =
        same && json::Serialize(got_errors) == json::Serialize(Comparable(expected.at("errors")));
    EXPECT_EQ(json::Serialize(got_errors), json::Serialize(Comparable(expected.at("errors"))));
    if (const json::Value* tags = expected.if_contains("tags")) {
      json::Array list;
      for (const auto& [key, value] : InterfaceTags(result.event)) {
        list.push_back(json::Array{std::string_view(key), std::string_view(value)});
      }
      same = same && list == tags->as_array();
      EXPECT_EQ(list, tags->as_array());
    }
    passed += same;
  }
  EXPECT_EQ(passed, cases->as_array().size());
  EXPECT_EQ(passed, 76U);
}

}  // namespace
}  // namespace gatehouse::events
