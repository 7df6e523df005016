// The page behind a one-time link.
#include "services/api_gateway/identity/setup_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valion::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SetupPage, SpeaksTheFirstLanguageItKnows) {
  EXPECT_EQ(language_of("pt-BR,pt;q=0.9,en;q=0.8"), Language::pt);
  EXPECT_EQ(language_of("pt"), Language::pt);
  EXPECT_EQ(language_of("en-GB, pt;q=0.5"), Language::en);
  EXPECT_EQ(language_of("fr, en;q=0.2, PT-pt;q=0.7"), Language::pt);
  EXPECT_EQ(language_of("pt;q=0, en"), Language::en);
  for (const char* odd : {"", "fr", "*", ",,;", "pt;q=x", "q=1", "   "})
    EXPECT_EQ(language_of(odd), Language::en) << odd;
}

TEST(SetupPage, AsksTwiceAndSendsTheTokenBack) {
  SetupPage page;
  page.user = "admin";
  page.token = "t0ken";
  const std::string html = render(page);
  EXPECT_THAT(html, HasSubstr(R"(<html lang="en">)"));
  EXPECT_THAT(html, HasSubstr(R"(<input type="hidden" name="token" value="t0ken">)"));
  EXPECT_THAT(html, HasSubstr(R"(name="password" type="password" autocomplete="new-password")"));
  EXPECT_THAT(html, HasSubstr(R"(name="again")"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("http"))) << "nothing is fetched from anywhere";
  page.language = Language::pt;
  page.problem = SetupPage::Problem::not_equal;
  EXPECT_THAT(render(page), HasSubstr(R"(<html lang="pt-BR">)"));
  EXPECT_THAT(render(page), HasSubstr("As duas senhas não são iguais."));
}

TEST(SetupPage, EscapesWhatIsNotOurs) {
  SetupPage page;
  page.user = "<b>&";
  page.token = "\"><script>alert('1')</script>";
  const std::string html = render(page);
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)"));
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;&amp;"));
}

TEST(SetupPage, AllowsItsOwnStyleOnly) {
  EXPECT_THAT(setup_policy(), HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(setup_policy(), HasSubstr("form-action 'self'; frame-ancestors 'none'; base-uri 'none'"));
  EXPECT_THAT(setup_policy(), Not(HasSubstr("unsafe")));
}

}  // namespace
}  // namespace valion::gateway
