// Files as people have them, and what becomes of them.
#include "ingest/csv/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iomanip>
#include <random>
#include <sstream>

#include "domain/dataset/cleaning.hpp"

namespace valion::csv {
namespace {

using dataset::ColumnType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CsvOptions with_target(std::string target) {
  CsvOptions options;
  options.target = std::move(target);
  return options;
}

CsvOptions declaring(std::string name, std::string type, bool required = false) {
  CsvOptions options;
  options.columns.push_back(CsvColumn{std::move(name), std::move(type), "", required});
  return options;
}

CsvTable read(std::string_view text, const CsvOptions& options = {}) {
  auto table = parse_csv(text, options);
  EXPECT_TRUE(table) << table.error().message
                     << (table.error().violations.empty() ? "" : ": " + table.error().violations[0].message);
  return table ? std::move(*table) : CsvTable{};
}

Error refuse(std::string_view text, const CsvOptions& options = {}) {
  auto table = parse_csv(text, options);
  EXPECT_FALSE(table) << "was read, and should not have been";
  return table ? Error{} : table.error();
}

// A column as text, values between bars; what is not known is empty.
std::string column(const CsvTable& read, const std::string& name) {
  const dataset::Column* found = read.table.find(name);
  if (found == nullptr) return "no such column";
  std::string text;
  for (std::size_t row = 0; row < found->size(); ++row) {
    if (row > 0) text += '|';
    const Cell cell = found->cell(row);
    if (const auto* number = std::get_if<double>(&cell)) {
      std::ostringstream out;
      out << std::setprecision(15) << *number;
      text += out.str();
    } else if (const auto* value = std::get_if<std::string>(&cell)) {
      text += *value;
    }
  }
  return text;
}

ColumnType type(const CsvTable& read, const std::string& name) { return read.table.find(name)->type(); }

// «row 2 price "much": is not a number»
std::vector<std::string> said(const Error& error) {
  std::vector<std::string> lines;
  for (const Violation& violation : error.violations) {
    lines.push_back(violation.pointer.empty() ? "row " + std::to_string(violation.row) + " " + violation.column +
                                                    " \"" + violation.value + "\": " + violation.message
                                              : violation.pointer + ": " + violation.message);
  }
  return lines;
}

TEST(Csv, ReadsAPlainFile) {
  const CsvTable file = read("area,price,street,sold\n50,100.5,High Street,2015-02-28\n60,-120,,1999-12-31\n");
  EXPECT_EQ(file.table.rows(), 2u);
  EXPECT_EQ(column(file, "area"), "50|60");
  EXPECT_EQ(column(file, "price"), "100.5|-120");
  EXPECT_EQ(column(file, "street"), "High Street|");
  EXPECT_EQ(column(file, "sold"), "2015-02-28|1999-12-31");
  EXPECT_EQ(type(file, "sold"), ColumnType::date);
  EXPECT_EQ(file.encoding, "utf-8");
  EXPECT_EQ(file.delimiter, ",");
  EXPECT_EQ(file.line_end, "lf");
  EXPECT_THAT(file.table.row_numbers, ElementsAre(1, 2));
  EXPECT_THAT(file.notes, IsEmpty());
}

class Forms : public testing::TestWithParam<std::tuple<std::string, std::string, std::string>> {};

TEST_P(Forms, OfTheSameTableAreReadAlike) {
  const auto& [delimiter, end, bom] = GetParam();
  const std::string text = bom + "a" + delimiter + "b" + delimiter + "c" + end + "1" + delimiter + "x y" + delimiter +
                           "2" + end + "3" + delimiter + "\"q" + delimiter + end + "\"\"z\"\"\"" + delimiter + "4" +
                           end;
  const CsvTable file = read(text);
  EXPECT_EQ(file.delimiter, delimiter);
  EXPECT_EQ(column(file, "a"), "1|3");
  EXPECT_EQ(column(file, "b"), "x y|q" + delimiter + end + "\"z\"");
  EXPECT_EQ(column(file, "c"), "2|4");
  EXPECT_EQ(file.encoding, bom.empty() ? "utf-8" : "utf-8 with BOM");
  EXPECT_EQ(file.line_end, end == "\n" ? "lf" : end == "\r" ? "cr" : "crlf");
}

INSTANTIATE_TEST_SUITE_P(All, Forms,
                         testing::Combine(testing::Values(",", ";", "\t", "|", ":"),
                                          testing::Values("\n", "\r\n", "\r"), testing::Values("", "\xEF\xBB\xBF")));

TEST(Csv, TheLastLineNeedsNoEnd) { EXPECT_EQ(column(read("a,b\n1,2\n3,"), "b"), "2|"); }

TEST(Csv, ASingleColumnIsAFile) { EXPECT_EQ(column(read("price\n10\n20\n", with_target("price")), "price"), "10|20"); }

TEST(Csv, BlankLinesAreSkippedAndCounted) {
  const CsvTable file = read("\na,b\n1,2\n\n\n3,4\n\n");
  EXPECT_THAT(file.table.row_numbers, ElementsAre(1, 4));
}

TEST(Csv, ExcelsSeparatorLineIsObeyed) {
  const CsvTable file = read("sep=;\r\na;b,c\r\n1;2\r\n");
  EXPECT_EQ(file.delimiter, ";");
  EXPECT_EQ(column(file, "b,c"), "2");
}

TEST(Csv, BlanksAroundFieldsDoNotCountButWithinQuotesTheyDo) {
  const CsvTable file = read("a , b\n 1 ,  x \n2,\" y \"\n");
  EXPECT_EQ(column(file, "a"), "1|2");
  EXPECT_EQ(column(file, "b"), "x| y ");
}

TEST(Csv, AQuoteWithinAnUnquotedFieldIsText) { EXPECT_EQ(column(read("a,b\n5\" pipe,1\n"), "a"), "5\" pipe"); }

TEST(Csv, MissingIsWrittenInManyWays) {
  const CsvTable file = read("a,b\n1,x\n,NA\nNA,null\nnull,\"\"\nN/A,n/a\n#N/A,NULL\n");
  EXPECT_EQ(column(file, "a"), "1|||||");
  EXPECT_EQ(column(file, "b"), "x|||||");
}

TEST(Csv, Windows1252IsReadAsWhatItMeans) {
  const CsvTable file = read("endere\xE7o;valor\nS\xE3o Jos\xE9 \x96 \x80 1;10\n");
  EXPECT_EQ(file.encoding, "windows-1252");
  EXPECT_EQ(column(file, "endereço"), "São José – € 1");
}

TEST(Csv, Utf8WithABrokenByteIsNotTakenForWindows1252) {
  const Error error = refuse("endereço,bairro\nSão José,Água\nJo\xC3 o,1\n");
  EXPECT_EQ(error.kind, ErrorKind::malformed);
  EXPECT_THAT(error.message, HasSubstr("broken byte at offset"));
}

// --- numbers ---

TEST(CsvNumbers, PlainNotationHasSignsAndExponents) {
  EXPECT_EQ(column(read("a,b\n+1.5,1e3\n-.5,2.5E-2\n7.,3\n"), "a"), "1.5|-0.5|7");
  EXPECT_EQ(column(read("a,b\n+1.5,1e3\n-.5,2.5E-2\n7.,3\n"), "b"), "1000|0.025|3");
}

TEST(CsvNumbers, EnglishThousands) {
  EXPECT_EQ(column(read("price;x\n1,234.56;1\n\"1,234,567\";2\n80;3\n"), "price"), "1234.56|1234567|80");
}

TEST(CsvNumbers, BrazilianThousandsAreReported) {
  const CsvTable file = read("preco;area\n1.234.567,89;50,5\n250.000;61\n80;3\n");
  EXPECT_EQ(column(file, "preco"), "1234567.89|250000|80");
  EXPECT_EQ(column(file, "area"), "50.5|61|3");
  ASSERT_EQ(file.notes.size(), 2u);
  EXPECT_EQ(file.notes[0].column, "preco");
  EXPECT_THAT(file.notes[0].message, HasSubstr("1.234,56"));
}

TEST(CsvNumbers, AnAmbiguousColumnFollowsTheOthers) {
  EXPECT_EQ(column(read("preco;area\n250.000;50,5\n310.000;61,25\n"), "preco"), "250000|310000");
  EXPECT_EQ(column(read("price;area\n250.000;50.5\n310.000;61.25\n"), "price"), "250|310");
  EXPECT_EQ(column(read("price,area\n250.125,50\n310.500,61\n"), "price"), "250.125|310.5")
      << "commas separate, so they are no decimals";
}

TEST(CsvNumbers, WithoutEvidenceItIsTextOrAViolationWhereANumberWasAskedFor) {
  const std::string text = "price;area\n250.000;50\n310.000;61\n";
  const CsvTable file = read(text);
  EXPECT_EQ(type(file, "price"), ColumnType::text);
  ASSERT_EQ(file.notes.size(), 1u);
  EXPECT_THAT(file.notes[0].message, HasSubstr("thousands or decimals"));
  EXPECT_THAT(
      said(refuse(text, with_target("price"))),
      ElementsAre(HasSubstr("row 1 price \"250.000\": could be thousands or decimals"), HasSubstr("row 2 price")));
}

TEST(CsvNumbers, TwoNotationsInOneColumn) {
  const std::string text = "price;area\n1,234.50;50\n1.234,50;61\n99.5;3\n";
  EXPECT_EQ(type(read(text), "price"), ColumnType::text);
  EXPECT_THAT(said(refuse(text, with_target("price"))),
              ElementsAre("row 2 price \"1.234,50\": has a decimal comma, where the column has decimal points"));
}

TEST(CsvNumbers, WrongGroupsAreNoNumber) {
  for (const char* value :
       {"1,23,456", "1.23.456", "12,34.5", "1,234.567.8", "--1", "1e", "1e99999", ".", "-", "0x10", "1 000"}) {
    const Error error = refuse("a;b\n\"" + std::string(value) + "\";1\n2;2\n", declaring("a", "number"));
    EXPECT_EQ(error.violation_total, 1) << value;
  }
}

TEST(CsvNumbers, BeyondADoubleIsAViolation) {
  EXPECT_THAT(said(refuse("a,b\n1e999,1\n", declaring("a", "number"))), ElementsAre(HasSubstr("beyond the range")));
}

TEST(CsvNumbers, CodesStayTextUnlessDeclared) {
  EXPECT_EQ(column(read("zip,m\n00412,01\n43604,12\n"), "zip"), "00412|43604");
  EXPECT_EQ(type(read("zip,m\n00412,01\n43604,12\n"), "m"), ColumnType::number);
  EXPECT_EQ(type(read("parcel,m\n1234567890123456,1\n"), "parcel"), ColumnType::text);
  EXPECT_EQ(column(read("zip,m\n00412,01\n", declaring("zip", "number")), "zip"), "412");
}

TEST(CsvNumbers, TextInATargetIsNamedByRowAndColumn) {
  const Error error = refuse("area,price\n50,100\n60,much\n70,n.d.\n", with_target("price"));
  EXPECT_EQ(error.kind, ErrorKind::invalid);
  EXPECT_THAT(said(error),
              ElementsAre("row 2 price \"much\": is not a number", "row 3 price \"n.d.\": is not a number"));
}

TEST(CsvNumbers, NanAndInfinityAreViolationsAlsoUndeclared) {
  EXPECT_THAT(said(refuse("area,x\n50,NaN\n60,Inf\n70,-inf\n80,4\n")),
              ElementsAre("row 1 x \"NaN\": is not a finite number", "row 2 x \"Inf\": is not a finite number",
                          "row 3 x \"-inf\": is not a finite number"));
}

TEST(CsvNumbers, AFewTextsMakeAnUndeclaredColumnTextWithANote) {
  std::string text = "a,b\n";
  for (int row = 1; row <= 40; ++row) text += row == 7 ? "seven,1\n" : std::to_string(row) + ",1\n";
  const CsvTable file = read(text);
  EXPECT_EQ(type(file, "a"), ColumnType::text);
  ASSERT_EQ(file.notes.size(), 1u);
  EXPECT_THAT(file.notes[0].message, HasSubstr("row 7 is no number, though 39 of 40"));
}

// --- dates ---

TEST(CsvDates, TheOrderOfDayAndMonthIsDecidedPerColumn) {
  EXPECT_EQ(column(read("d,n\n03/04/2015,1\n28/02/2015,2\n"), "d"), "2015-04-03|2015-02-28");
  EXPECT_EQ(column(read("d,n\n03/04/2015,1\n02/28/2015,2\n"), "d"), "2015-03-04|2015-02-28");
  EXPECT_EQ(column(read("d,n\n3.4.2015,1\n28.2.2015,2\n"), "d"), "2015-04-03|2015-02-28");
  EXPECT_EQ(column(read("d;n\n03/04/2015;1,5\n"), "d"), "2015-04-03") << "a decimal comma: day first";
  EXPECT_EQ(column(read("d,n\n04/04/2015,1\n"), "d"), "2015-04-04") << "the same in either order";
}

TEST(CsvDates, AnAmbiguousColumnIsAViolation) {
  EXPECT_THAT(said(refuse("d,n\n03/04/2015,1\n05/06/2015,2\n")),
              ElementsAre(HasSubstr("day/month or month/day"), HasSubstr("day/month or month/day")));
  EXPECT_EQ(type(read("d,n\n03/04/2015,1\n", declaring("d", "text")), "d"), ColumnType::text);
}

TEST(CsvDates, WhatIsNoDateInADeclaredColumnIsAViolation) {
  EXPECT_THAT(
      said(refuse("d,n\n2015-02-28,1\n2015-02-30,2\nsoon,3\n01/02/2015,4\n", declaring("d", "date"))),
      ElementsAre("row 2 d \"2015-02-30\": is not a date", "row 3 d \"soon\": is not a date", HasSubstr("row 4 d")));
  EXPECT_EQ(type(read("d,n\n2015-02-28,1\n2015-02-30,2\n"), "d"), ColumnType::text);
}

// --- what cannot become a data set ---

TEST(CsvRefuses, WhatIsNotCsv) {
  const std::string program(
      "\x7F"
      "ELF\x02\x01\x01\0\0\0\0",
      11);
  const std::string zeros("a,b\n1,\0002\n", 10);
  const std::string control = "a,b\n\x01\x02\x03,4\n";
  for (const std::string& bytes :
       {program, zeros, control, std::string("PK\x03\x04..."),
        std::string("\xFF\xFE"
                    "a\0",
                    4),
        std::string("{\"a\": 1}"), std::string("<!DOCTYPE html><p>"), std::string("%PDF-1.7")}) {
    const Error error = refuse(bytes);
    EXPECT_EQ(error.kind, ErrorKind::malformed);
    EXPECT_THAT(error.message, HasSubstr("not CSV"));
  }
}

TEST(CsvRefuses, EmptyFilesAndBareHeaders) {
  EXPECT_THAT(refuse("").message, HasSubstr("empty"));
  EXPECT_THAT(refuse("\xEF\xBB\xBF\r\n\r\n").message, HasSubstr("empty"));
  EXPECT_THAT(refuse("area,price\n").message, HasSubstr("no rows"));
  EXPECT_THAT(refuse("area,price\n\n\n").message, HasSubstr("no rows"));
}

TEST(CsvRefuses, BadHeaders) {
  EXPECT_THAT(said(refuse("a,,a,__row\n1,2,3,4\n")),
              ElementsAre("row 0 column 2 \"\": has no name in the header",
                          "row 0 column 3 \"a\": has the same name as column 1",
                          "row 0 column 4 \"__row\": has a name that is reserved"));
  EXPECT_THAT(said(refuse("1,2\n3,4\n")), ElementsAre(HasSubstr("a header is needed")));
}

TEST(CsvRefuses, RaggedRows) {
  const Error error = refuse("area,price\n50,100\n60\n70,100,5\n80,\"1\"2\n", with_target("price"));
  EXPECT_THAT(said(error),
              ElementsAre("row 2  \"\": has 1 field, the header has 2", "row 3  \"\": has 3 fields, the header has 2",
                          HasSubstr("row 4  \"\": there is text behind a closing quote")));
}

TEST(CsvRefuses, AQuoteThatIsNotClosed) {
  EXPECT_THAT(said(refuse("a,b\n1,2\n3,\"4\n5,6\n")), ElementsAre(HasSubstr("row 2  \"\": a quote is not closed")));
}

TEST(CsvRefuses, ATargetOrColumnThatIsNotThereAndWrongDeclarations) {
  CsvOptions options = with_target("price");
  options.columns = {{"rooms", "number", "", false},
                     {"area", "length", "", false},
                     {"area", "number", "", false},
                     {"price", "text", "", false}};
  EXPECT_THAT(said(refuse("area,value\n1,2\n", options)),
              ElementsAre(HasSubstr("/columns/0/name: there is no column «rooms» in the file; it has area, value"),
                          HasSubstr("/columns/1/type"), HasSubstr("/columns/2/name: is declared twice"),
                          HasSubstr("/columns/3/type: the target must be a number"), HasSubstr("/columns/3/name"),
                          HasSubstr("/target: there is no column «price»")));
}

TEST(CsvRefuses, MissingValuesWhereTheyAreRequired) {
  EXPECT_THAT(said(refuse("a,b\n1,x\n,y\nNA,z\n", declaring("a", "number", true))),
              ElementsAre("row 2 a \"\": is required, and missing", "row 3 a \"NA\": is required, and missing"));
}

TEST(CsvRefuses, EveryViolationIsCountedAndTheFirstThousandAreShownInRowOrder) {
  std::string text = "a,b\n";
  for (int row = 0; row < 3000; ++row) text += row % 2 == 0 ? "x,1\n" : "1\n";
  const Error error = refuse(text, declaring("a", "number"));
  EXPECT_EQ(error.violation_total, 3000);
  ASSERT_EQ(error.violations.size(), kMaxReportedViolations);
  for (std::size_t i = 0; i < error.violations.size(); ++i)
    EXPECT_EQ(error.violations[i].row, static_cast<std::int64_t>(i) + 1);
}

TEST(CsvRefuses, TooMuch) {
  EXPECT_THAT(refuse("a,b\n" + std::string(kFieldLimit + 1, 'x') + ",1\n").violations.at(0).message,
              HasSubstr("longer than"));
  EXPECT_THAT(refuse("a,b\n\"" + std::string(kFieldLimit + 1, 'x') + "\",1\n").violations.at(0).message,
              HasSubstr("longer than"));
  EXPECT_EQ(column(read("a,b\n" + std::string(kFieldLimit, 'x') + ",1\n"), "b"), "1");
  std::string wide(2 * kColumnLimit, ',');
  EXPECT_THAT(refuse(wide + "\n" + wide + "\n").message, HasSubstr("at most 4096"));
  CsvOptions options;
  options.cell_limit = 5;
  EXPECT_EQ(refuse("a,b\n1,2\n3,4\n5,6\n", options).kind, ErrorKind::too_large);
}

TEST(Csv, NeverCrashesOnDamagedText) {
  std::mt19937 random(7);
  const std::string good = "a;b;\"c\"\r\n1.234,5;\"x;\"\"y\";01/02/2015\r\n;\xC3\xA9;2015-01-01\n\"\";NaN;\n";
  const std::string alphabet = "\",;\n\r\t|:.-/019eNa \xC3\xA9\x80";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = good;
    for (int change = 0; change < 4; ++change) text[random() % text.size()] = alphabet[random() % alphabet.size()];
    text.resize(random() % (text.size() + 1));
    CsvOptions options = round % 2 == 0 ? with_target("a") : CsvOptions{};
    const auto table = parse_csv(text, options);
    if (!table) {
      EXPECT_NE(table.error().kind, ErrorKind::internal);
      continue;
    }
    for (const dataset::Column& one : table->table.columns) EXPECT_EQ(one.size(), table->table.rows());
  }
}

TEST(Csv, ReadsTheLucasCountySales) {
  const std::filesystem::path path = std::filesystem::path(VALION_SOURCE_DIR) / "examples/lucas_county/sales.csv";
  auto file = read_csv(path, with_target("price"));
  ASSERT_TRUE(file) << file.error().message;
  const dataset::Table& table = file->table;
  EXPECT_EQ(table.rows(), 25'357u);
  const auto count = [&](const std::string& name, auto holds) {
    std::int64_t rows = 0;
    for (const double value : table.find(name)->numbers()) rows += holds(value) ? 1 : 0;
    return rows;
  };
  EXPECT_EQ(count("depth", [](double value) { return value == 0; }), 3'878);
  EXPECT_EQ(count("frontage", [](double value) { return value == 0; }), 31);
  EXPECT_EQ(count("beds", [](double value) { return value == 0; }), 1);
  EXPECT_EQ(count("price", [](double value) { return value < 10'000; }), 608);
  EXPECT_EQ(table.find("sale_date")->type(), ColumnType::date);
  EXPECT_EQ(table.find("wall")->type(), ColumnType::text);
  EXPECT_EQ(column(*file, "wall").substr(0, 16), "partbrk|metlvnyl");
  EXPECT_THAT(file->notes, IsEmpty());
}

TEST(Csv, TheLucasCountySalesAreCleanedAsTheirStudySays) {
  const std::filesystem::path path = std::filesystem::path(VALION_SOURCE_DIR) / "examples/lucas_county/sales.csv";
  auto file = read_csv(path, with_target("price"));
  ASSERT_TRUE(file) << file.error().message;
  std::vector<dataset::CleaningRule> rules(3);
  rules[0].rule = rules[1].rule = "unknown_if";
  rules[0].column = "depth";
  rules[0].below = 1;
  rules[1].column = "frontage";
  rules[1].values = {0.0};
  rules[2].rule = "age_at";
  rules[2].column = "yrbuilt";
  rules[2].date = "sale_date";
  rules[2].into = "age";
  const auto cleaned = dataset::clean(std::move(file->table), rules, "price");
  ASSERT_TRUE(cleaned) << cleaned.error().message;
  EXPECT_EQ(cleaned->steps[0].rows_touched, 3'878);
  EXPECT_EQ(cleaned->steps[1].rows_touched, 31);
  EXPECT_EQ(cleaned->steps[2].rows_touched, 138) << "sold before they were built";
  EXPECT_EQ(cleaned->steps[2].rows.size(), 138u);
  EXPECT_EQ(cleaned->steps[2].rows_left, 25'357);
}

TEST(Csv, AFileThatIsNotThereSaysSo) {
  EXPECT_EQ(read_csv("/nonexistent/a.csv", {}).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace valion::csv
