#include "app/options.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace gatehouse::app {
namespace {

TEST(OptionsTest, ReferencePageIsUpToDate) {
  std::ifstream in("docs/configuration.md");
  ASSERT_TRUE(in) << "docs/configuration.md is missing";
  std::string page((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_EQ(page, config::DescribeMarkdown(kOptions))
      << "run: gatehouse options > docs/configuration.md";
}

TEST(OptionsTest, DefaultsAreValid) {
  auto config = config::Config::Load(kOptions, {});
  ASSERT_TRUE(config.has_value()) << config.error().detail;
  EXPECT_EQ(config->Int("sso_starts_per_minute"), 300);
}

}  // namespace
}  // namespace gatehouse::app
