// The description of the API as it is served: languages, conditional requests, a page that asks for nothing else.
#include "services/api_gateway/documents/documents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/http/html_text.hpp"
#include "services/api_gateway/documents/html.hpp"
#include "services/api_gateway/documents/language_choice.hpp"
#include "services/api_gateway/documents/page.hpp"

namespace valion::gateway {
namespace {

using openapi::Language;
using testing::HasSubstr;
using testing::Not;

http::Request asking(std::string_view accept_language, std::string_view seen = {}) {
  http::Request request;
  if (!accept_language.empty()) request.headers.set("Accept-Language", std::string(accept_language));
  if (!seen.empty()) request.headers.set("If-None-Match", std::string(seen));
  return request;
}

std::string header(const http::Response& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or(""));
}

const Documents& documents() {
  static const Documents made("1.2.3");
  return made;
}

TEST(Language, IsTheOnePreferred) {
  EXPECT_EQ(choose_language(""), Language::en);
  EXPECT_EQ(choose_language("pt-BR,pt;q=0.9,en;q=0.8"), Language::pt_br);
  EXPECT_EQ(choose_language("PT"), Language::pt_br);
  EXPECT_EQ(choose_language("en-GB, pt;q=0.9"), Language::en);
  EXPECT_EQ(choose_language("pt;q=0.3, en;q=0.4"), Language::en);
  EXPECT_EQ(choose_language("de, fr;q=0.5"), Language::en);
  EXPECT_EQ(choose_language("de, pt;q=0.1"), Language::pt_br);
  EXPECT_EQ(choose_language("pt;q=0"), Language::en);
  EXPECT_EQ(choose_language(",;q=,pt;q=x,;"), Language::en);
  EXPECT_EQ(choose_language("*"), Language::en);
}

TEST(Documents, SpeakTheReadersLanguage) {
  const http::Response english = documents().description(asking("en"));
  EXPECT_EQ(english.status, 200);
  EXPECT_EQ(header(english, "Content-Type"), "application/json");
  EXPECT_EQ(header(english, "Content-Language"), "en");
  EXPECT_EQ(header(english, "Vary"), "Accept-Language");
  EXPECT_THAT(std::get<std::string>(english.body), HasSubstr("Value a property"));
  const http::Response portuguese = documents().description(asking("pt-BR"));
  EXPECT_EQ(header(portuguese, "Content-Language"), "pt-BR");
  EXPECT_THAT(std::get<std::string>(portuguese.body), HasSubstr("Avaliar um imóvel"));
  EXPECT_NE(header(english, "ETag"), header(portuguese, "ETag"));
}

TEST(Documents, AreNotSentAgainToWhoHasThem) {
  const std::string tag = header(documents().page(asking("pt")), "ETag");
  const http::Response again = documents().page(asking("pt", "\"other\", W/" + tag));
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(std::get<std::string>(again.body), "");
  EXPECT_EQ(header(again, "ETag"), tag);
  EXPECT_EQ(documents().page(asking("en", tag)).status, 200) << "another language is another page";
}

TEST(Page, AsksForNothingElseAndAllowsNothingElse) {
  const http::Response page = documents().page(asking("en"));
  const std::string text = std::get<std::string>(page.body);
  EXPECT_EQ(header(page, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(header(page, "Content-Security-Policy"), HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
  EXPECT_THAT(text, Not(HasSubstr("src=")));
  EXPECT_THAT(text, Not(HasSubstr("<link")));
  EXPECT_THAT(text, Not(HasSubstr("style=")));
  EXPECT_THAT(text, Not(HasSubstr("href=\"http")));
}

TEST(Page, ShowsEveryOperationAndEveryType) {
  const std::string text = std::get<std::string>(documents().page(asking("pt-BR")).body);
  EXPECT_THAT(text, HasSubstr("<html lang=\"pt-BR\">"));
  EXPECT_THAT(text, HasSubstr("<div class=\"inside\" id=\"value_property\">"));
  EXPECT_THAT(text, HasSubstr("/api/v1/ml/models/{model}/valuations"));
  EXPECT_THAT(text, HasSubstr("<a class=\"type\" href=\"#schema-ValuationRequest\">ValuationRequest</a>"));
  EXPECT_THAT(text, HasSubstr("id=\"schema-ValuationRequest\""));
  EXPECT_THAT(text, HasSubstr("<code class=\"must\">date</code>"));
}

TEST(Html, EscapesWhatIsNotMeantAsMarkup) {
  EXPECT_EQ(http::html_escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(html::inline_text("**a** `<b>` c**"), "<strong>a</strong> <code>&lt;b&gt;</code> c<strong></strong>");
  EXPECT_EQ(html::paragraphs("one\n\ntwo"), "<p>one</p>\n<p>two</p>\n");
}

}  // namespace
}  // namespace valion::gateway
