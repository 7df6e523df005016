// The documents themselves: what they say, in both languages, and that nothing breaks them. Reads them back with poppler's and
// unzip's own programs. With VALION_KEEP_REPORTS=folder the files stay there to be looked at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#define POINTERHOLDER_TRANSITION 4
#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include "services/reporting_service/render/pdf_report.hpp"
#include "services/reporting_service/report_example.hpp"
#include "services/reporting_service/text/format.hpp"
#include "services/reporting_service/xlsx/xlsx_report.hpp"

namespace valion::reporting {
namespace {

using ::testing::Contains;
using testing::Example;
using ::testing::HasSubstr;
using ::testing::Not;

class Folder {
 public:
  Folder() {
    const char* kept = std::getenv("VALION_KEEP_REPORTS");
    keep_ = kept != nullptr;
    std::string pattern = (std::filesystem::temp_directory_path() / "valion-reports-XXXXXX").string();
    path_ = keep_ ? std::filesystem::path(kept) : std::filesystem::path(mkdtemp(pattern.data()));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    if (!keep_) std::filesystem::remove_all(path_, ignored);
  }
  std::string write(const std::string& name, const std::string& bytes) const {
    const auto file = path_ / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file.string();
  }

 private:
  std::filesystem::path path_;
  bool keep_ = false;
};

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "could not run " + command;
  std::array<char, 4096> piece{};
  for (std::size_t got = 0; (got = fread(piece.data(), 1, piece.size(), pipe)) > 0;) text.append(piece.data(), got);
  if (pclose(pipe) != 0) text += "\n[failed]";
  return text;
}

// Words with single spaces, so that line breaks do not matter; no-break spaces are spaces.
std::string flowing(std::string text) {
  text = std::regex_replace(text, std::regex("\u00a0"), " ");
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

std::string pdf_of(const Example& example, const std::string& language = "en") {
  const auto sources = testing::sources_of(example);
  const auto request = testing::request_of(sources, language);
  const auto pdf = render_pdf(testing::content_of(sources, request), *parse_language(language));
  EXPECT_TRUE(pdf) << (pdf ? "" : pdf.error().message);
  return pdf.value_or("");
}

std::string xlsx_of(const Example& example, const std::string& language = "en") {
  const auto sources = testing::sources_of(example);
  const auto request = testing::request_of(sources, language);
  const auto xlsx = render_xlsx(testing::content_of(sources, request), *parse_language(language));
  EXPECT_TRUE(xlsx) << (xlsx ? "" : xlsx.error().message);
  return xlsx.value_or("");
}

TEST(PdfReport, SaysWhatTheValuationSays) {
  Folder folder;
  const auto file = folder.write("en.pdf", pdf_of({.test_sales = 4'378}));
  const std::string text = flowing(output_of("pdftotext -layout " + file + " -"));
  const auto value = testing::sources_of().valuation;
  const Format format(Language::english, "USD", value.value);
  for (const std::string& said :
       {std::string("Valuation of a house in Lucas County, Ohio"), format.money(value.value),
        format.money(value.interval80.lower), format.money(value.interval95.upper), std::string("31 October 1998"),
        std::string("Prepared by not stated"), value.valuation.text(), value.model.text(), value.version.text(),
        std::string("4,378 sales"), std::string("No NBR 14653-2 grade"), std::string("3,878"),
        std::string("No inspection"), std::string("depth is not known"), std::string("of «Lucas County"),
        std::string("1998 Q2"), std::string("sales.csv")}) {
    EXPECT_THAT(text, HasSubstr(flowing(said)));
  }
  const std::string info = output_of("pdfinfo " + file);
  EXPECT_THAT(info, HasSubstr("Tagged:          yes"));
  EXPECT_THAT(info, HasSubstr("A4"));
  EXPECT_THAT(output_of("pdffonts " + file), Not(HasSubstr(" no  ")));  // every font embedded
  const int pages = std::stoi(info.substr(info.find("Pages:") + 6));
  EXPECT_GE(pages, 6);
  EXPECT_LE(pages, 12);
  for (int page = 1; page <= pages; ++page)
    EXPECT_THAT(text, HasSubstr("page " + std::to_string(page) + " of " + std::to_string(pages)));
}

TEST(PdfReport, SpeaksPortuguese) {
  Folder folder;
  const auto file = folder.write("pt.pdf", pdf_of({}, "pt-BR"));
  const std::string text = flowing(output_of("pdftotext -layout " + file + " -"));
  const auto value = testing::sources_of().valuation.value;
  for (const std::string& said :
       {std::string("Relatório de avaliação"), Format(Language::brazilian_portuguese, "USD", value).money(value),
        std::string("31 de outubro de 1998"), std::string("Sem vistoria"), std::string("Sem grau da NBR 14653-2"),
        std::string("depth: não informado"), std::string("Razão mediana"),
        std::string("TLA: 1760 está acima de todas as vendas de treino (600 a 1700)"),
        std::string("Elaborado por não informado")}) {
    EXPECT_THAT(text, HasSubstr(flowing(said)));
  }
}

// Texts of /Alt below an element, in document order.
void collect_alternatives(QPDFObjectHandle kids, std::vector<std::string>& found) {
  for (int i = 0; i < (kids.isArray() ? kids.getArrayNItems() : 1); ++i) {
    QPDFObjectHandle kid = kids.isArray() ? kids.getArrayItem(i) : kids;
    if (!kid.isDictionary()) continue;
    if (kid.hasKey("/Alt")) found.push_back(kid.getKey("/Alt").getUTF8Value());
    if (kid.hasKey("/K")) collect_alternatives(kid.getKey("/K"), found);
  }
}

TEST(PdfReport, IsTaggedNamedAndReadWithoutWarnings) {
  const std::string bytes = pdf_of({});
  QPDF pdf;
  pdf.setSuppressWarnings(true);
  pdf.processMemoryFile("report", bytes.data(), bytes.size());
  for (auto object : pdf.getAllObjects()) {
    if (object.isStream()) object.getStreamData();
  }
  EXPECT_TRUE(pdf.getWarnings().empty());
  QPDFObjectHandle root = pdf.getRoot();
  EXPECT_EQ(root.getKey("/Lang").getUTF8Value(), "en");
  EXPECT_TRUE(root.getKey("/MarkInfo").getKey("/Marked").getBoolValue());
  EXPECT_TRUE(root.hasKey("/Outlines"));
  QPDFObjectHandle document = root.getKey("/StructTreeRoot").getKey("/K");
  EXPECT_EQ(document.getKey("/S").getName(), "/Document");
  std::vector<std::string> alternatives;
  collect_alternatives(document, alternatives);
  EXPECT_EQ(alternatives.size(), 8u);
  EXPECT_THAT(alternatives, Contains(HasSubstr("Waterfall chart from the base value $65,000")));
  const auto xmp = root.getKey("/Metadata").getStreamData();
  const std::string metadata(reinterpret_cast<const char*>(xmp->getBuffer()), xmp->getSize());
  EXPECT_THAT(metadata, HasSubstr("Valuation of a house in Lucas County, Ohio"));
  EXPECT_THAT(metadata, HasSubstr("<xmp:CreateDate>2026-11-24T09:21:38Z"));
}

TEST(Reports, AreTheSameBytesForTheSameContent) {
  EXPECT_EQ(pdf_of({.test_sales = 50}), pdf_of({.test_sales = 50}));
  EXPECT_EQ(xlsx_of({.test_sales = 50}), xlsx_of({.test_sales = 50}));
}

TEST(PdfReport, ShowsNoFigureWhereNothingWasMeasured) {
  Folder folder;
  const auto file = folder.write("unmeasured.pdf",
                                 pdf_of({.test_sales = 0, .comparables = 0, .benchmark = false, .location = false}));
  const std::string text = flowing(output_of("pdftotext -layout " + file + " -"));
  EXPECT_THAT(text, HasSubstr("There are no test sales, so there is no ratio study."));
  EXPECT_THAT(text, HasSubstr("No comparable sales were asked for, or none could serve."));
  EXPECT_THAT(text, HasSubstr("Median absolute error –"));
  EXPECT_THAT(text, Not(HasSubstr(" 0.0 %")));
}

// What a page shows must stay on it: no glyph outside the margins, whatever the content.
void expect_inside_the_margins(const std::string& file) {
  const std::string boxes = output_of("pdftotext -bbox " + file + " -");
  const std::regex word("xMin=\"([-0-9.]+)\" yMin=\"([-0-9.]+)\" xMax=\"([-0-9.]+)\" yMax=\"([-0-9.]+)\"");
  int words = 0;
  for (auto it = std::sregex_iterator(boxes.begin(), boxes.end(), word); it != std::sregex_iterator(); ++it, ++words) {
    EXPECT_GE(std::stod((*it)[1]), 50) << file;
    EXPECT_LE(std::stod((*it)[3]), 595.3 - 50 + 1.5) << it->str();
    EXPECT_GE(std::stod((*it)[2]), 20) << file;
    EXPECT_LE(std::stod((*it)[4]), 841.9 - 20) << file;
  }
  EXPECT_GT(words, 200) << file;
}

TEST(PdfReport, KeepsEverythingOnThePage) {
  Folder folder;
  const std::string long_word(70, 'W');
  const std::string prefix = "Conjunto_habitacional_da_" + long_word + " com nome muito comprido ";
  const std::vector<std::pair<std::string, Example>> cases{
      {"one", {.test_sales = 1, .comparables = 1}},
      {"twelve", {.test_sales = 60, .comparables = 12}},
      {"none", {.test_sales = 0, .comparables = 0, .benchmark = false, .location = false}},
      {"huge", {.test_sales = 60, .scale = 1e10}},
      {"tiny", {.test_sales = 60, .scale = 1e-5}},
      {"long", {.test_sales = 60, .comparables = 12, .label = prefix + prefix + prefix, .prefix = prefix}},
  };
  for (const auto& [name, example] : cases) {
    for (const char* language : {"en", "pt-BR"}) {
      const auto file = folder.write(name + "-" + language + ".pdf", pdf_of(example, language));
      expect_inside_the_margins(file);
    }
  }
}

class XlsxReport : public ::testing::Test {
 protected:
  [[nodiscard]] std::string part(const std::string& file, const std::string& name) const {
    return output_of("unzip -p " + file + " " + name);
  }
  Folder folder_;
};

TEST_F(XlsxReport, HoldsNumbersDatesAndAllSales) {
  const auto file = folder_.write("en.xlsx", xlsx_of({.test_sales = 4'378}));
  const std::string book = part(file, "xl/workbook.xml");
  for (const char* sheet : {"Summary", "Subject", "Contributions", "Comparables", "Metrics", "Ratio study",
                            "Test sales", "Cleaning", "Provenance"}) {
    EXPECT_THAT(book, HasSubstr("name=\"" + std::string(sheet) + "\""));
  }
  const std::string summary = part(file, "xl/worksheets/sheet1.xml");
  EXPECT_THAT(summary, HasSubstr("<v>36099</v>"));  // 1998-10-31 as Excel counts days
  const std::string sales = part(file, "xl/worksheets/sheet8.xml");
  EXPECT_THAT(sales, HasSubstr("<row r=\"4379\""));
  EXPECT_THAT(sales, Not(HasSubstr("<row r=\"4380\"")));
  EXPECT_THAT(sales, HasSubstr("<v>35797</v>"));  // 1998-01-02
  EXPECT_THAT(sales, HasSubstr("autoFilter ref=\"A1:I4379\""));
  EXPECT_THAT(sales, HasSubstr("state=\"frozen\""));
  EXPECT_THAT(part(file, "xl/styles.xml"), HasSubstr("&quot;$&quot;#,##0"));
  EXPECT_THAT(part(file, "docProps/core.xml"), HasSubstr("2026-11-24T09:21:38Z"));
  EXPECT_THAT(output_of("unzip -l " + file), HasSubstr("xl/charts/chart3.xml"));
  EXPECT_THAT(part(file, "xl/worksheets/sheet3.xml"), HasSubstr("<f>EXP(D21+SUM(D2:D19))</f>"));
}

TEST_F(XlsxReport, NeverTurnsTextIntoFormulas) {
  for (const std::string prefix : {"=1+1 ", "+1 ", "-1 ", "@SUM(A1) "}) {
    const auto file = folder_.write("formula.xlsx",
                                    xlsx_of({.test_sales = 5, .label = "=HYPERLINK(\"http://x\")", .prefix = prefix}));
    std::string formulas = part(file, "xl/worksheets/sheet1.xml") + part(file, "xl/worksheets/sheet3.xml") +
                           part(file, "xl/worksheets/sheet4.xml") + part(file, "xl/worksheets/sheet9.xml") +
                           part(file, "xl/worksheets/sheet10.xml");
    const std::regex formula("<f>([^<]*)</f>");
    for (auto it = std::sregex_iterator(formulas.begin(), formulas.end(), formula); it != std::sregex_iterator();
         ++it) {
      EXPECT_THAT((*it)[1].str(), ::testing::AnyOf(HasSubstr("D21+SUM"), HasSubstr("EXP(D21")));
    }
    EXPECT_THAT(part(file, "xl/sharedStrings.xml"), HasSubstr("=HYPERLINK"));
  }
}

TEST_F(XlsxReport, SpeaksPortuguese) {
  const auto file = folder_.write("pt.xlsx", xlsx_of({}, "pt-BR"));
  EXPECT_THAT(part(file, "xl/workbook.xml"), HasSubstr("Vendas de teste"));
  EXPECT_THAT(part(file, "xl/styles.xml"), HasSubstr("dd/mm/yyyy"));
  EXPECT_THAT(part(file, "xl/sharedStrings.xml"), HasSubstr("Valor estimado"));
}

TEST_F(XlsxReport, SurvivesWhatIsMissing) {
  for (const Example& example :
       {Example{.test_sales = 0, .comparables = 0, .benchmark = false, .location = false},
        Example{.test_sales = 1, .comparables = 1}, Example{.test_sales = 30, .scale = 1e10}}) {
    const auto file = folder_.write("missing.xlsx", xlsx_of(example));
    EXPECT_THAT(output_of("unzip -tq " + file), HasSubstr("No errors"));
    EXPECT_THAT(part(file, "xl/worksheets/sheet5.xml"), Not(HasSubstr("nan")));
  }
}

TEST(Formats, FollowTheLanguage) {
  const Format english(Language::english, "USD", 98'500), portuguese(Language::brazilian_portuguese, "BRL", 98'500);
  EXPECT_EQ(english.money(98'500.4), "$98,500");
  EXPECT_EQ(portuguese.money(1'234'567), "R$\u00a01.234.567");
  EXPECT_EQ(english.signed_money(-300), "−$300");
  EXPECT_EQ(english.signed_money(-0.2), "$0");
  EXPECT_EQ(english.short_money(1'250'000), "$1.25m");
  EXPECT_EQ(portuguese.short_money(50'000), "R$\u00a050\u00a0mil");
  EXPECT_EQ(english.percent(0.1184, 1), "11.8\u00a0%");
  EXPECT_EQ(portuguese.percent(0.1184, 1), "11,8%");
  EXPECT_EQ(english.general(1940), "1940");
  EXPECT_EQ(english.general(10'890.5), "10,890.5");
  EXPECT_EQ(portuguese.general(0.25), "0,25");
  EXPECT_EQ(english.date(*Date::parse("1998-10-31")), "1998-10-31");
  EXPECT_EQ(portuguese.date(*Date::parse("1998-10-31")), "31/10/1998");
  EXPECT_EQ(portuguese.long_date(*Date::parse("1998-03-01")), "1º de março de 1998");
  EXPECT_EQ(english.cell(1760.0, "ft2"), "1760\u00a0ft²");
  EXPECT_EQ(english.cell(Cell{}, "m"), "not known");
  EXPECT_EQ(english.number(std::nan(""), 2), "–");
  EXPECT_EQ(english.distance(850), "850\u00a0m");
  EXPECT_EQ(portuguese.distance(1'234), "1,2\u00a0km");
  EXPECT_EQ(Format(Language::english, "USD", 0.8).money(0.75), "$0.7500");
}

}  // namespace
}  // namespace valion::reporting
