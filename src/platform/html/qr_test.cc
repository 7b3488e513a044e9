#include "platform/html/qr.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatehouse::html {
namespace {

constexpr std::string_view kText =
    "otpauth://totp/Gatehouse:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

// The modules as a reader of the path sees them.
std::vector<std::string> Draw(const QrCode& code) {
  auto side = static_cast<std::size_t>(code.size);
  std::vector<std::string> grid(side, std::string(side, '.'));
  std::size_t at = 0;
  while (at < code.path.size()) {
    int x = 0, y = 0, run = 0, back = 0, used = 0;
    int fields =
        std::sscanf(code.path.c_str() + at, "M%d %dh%dv1h-%dz%n", &x, &y, &run, &back, &used);
    EXPECT_EQ(fields, 4);
    EXPECT_EQ(run, back);
    if (fields != 4 || used == 0) break;
    for (int i = 0; i < run; ++i)
      grid.at(static_cast<std::size_t>(y)).at(static_cast<std::size_t>(x + i)) = '#';
    at += static_cast<std::size_t>(used);
  }
  return grid;
}

TEST(QrTest, ThePathDrawsFinderPatternsInsideAQuietZone) {
  auto code = MakeQrCode(kText);
  ASSERT_TRUE(code.has_value());
  auto grid = Draw(*code);
  const std::vector<std::string> kFinder = {"#######", "#.....#", "#.###.#", "#.###.#",
                                            "#.###.#", "#.....#", "#######"};
  auto side = static_cast<std::size_t>(code->size);
  EXPECT_EQ((side - 8 - 17) % 4, 0u);  // a version has 17 + 4n modules
  for (auto [x, y] : {std::pair<std::size_t, std::size_t>{4, 4}, {side - 11, 4}, {4, side - 11}}) {
    for (std::size_t row = 0; row < 7; ++row) EXPECT_EQ(grid[y + row].substr(x, 7), kFinder[row]);
  }
  for (std::size_t i = 0; i < side; ++i) {
    for (std::size_t edge = 0; edge < 4; ++edge) {
      EXPECT_EQ(grid[edge][i], '.');
      EXPECT_EQ(grid[i][side - 1 - edge], '.');
    }
  }
}

TEST(QrTest, ThePictureHoldsNothingOfItsText) {
  auto svg = QrSvg(kText);
  ASSERT_TRUE(svg.has_value());
  EXPECT_TRUE(svg->starts_with("<svg "));
  EXPECT_EQ(svg->find("JBSWY"), std::string::npos);
  EXPECT_LT(svg->size(), 16u * 1024);
  auto hostile = MakeQrCode("\"><script>alert(1)</script>");
  ASSERT_TRUE(hostile.has_value());
  EXPECT_EQ(hostile->path.find_first_not_of("Mhvz- 0123456789"), std::string::npos);
}

TEST(QrTest, TooMuchTextIsRefused) {
  EXPECT_FALSE(MakeQrCode("").has_value());
  auto got = QrSvg(std::string(2'001, 'a'));
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().reason, "qr_too_long");
  EXPECT_TRUE(MakeQrCode(std::string(2'000, '\xff')).has_value());
}

}  // namespace
}  // namespace gatehouse::html
