#include "platform/crypto/hash.h"

#include <gtest/gtest.h>

namespace gatehouse::crypto {
namespace {

TEST(HashTest, Vectors) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256("abc").size(), 32u);
  EXPECT_EQ(Sha256(std::string_view()), Sha256(""));
  EXPECT_EQ(Md5Hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(Sha1Hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(HashTest, HmacRfc4231) {
  auto hex = [](const std::string& raw) {
    std::string out;
    for (char c : raw) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
      out += digits;
    }
    return out;
  };
  EXPECT_EQ(hex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(HmacSha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HashTest, HmacWithEmptyKeyDoesNotReuseThePreviousKey) {
  std::string before = HmacSha256("", "data");
  (void)HmacSha256("other", "data");
  EXPECT_EQ(HmacSha256(std::string_view(), "data"), before);
  EXPECT_NE(HmacSha256("other", "data"), before);
  EXPECT_EQ(HmacSha256("k", std::string_view()), HmacSha256("k", ""));
}

TEST(HashTest, ConstantTimeEqual) {
  EXPECT_TRUE(ConstantTimeEqual("", std::string_view()));
  EXPECT_TRUE(ConstantTimeEqual("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "ab"));
  using namespace std::string_view_literals;
  EXPECT_FALSE(ConstantTimeEqual("a\0b"sv, "a\0c"sv));
}

}  // namespace
}  // namespace gatehouse::crypto
