// data_processing: files in, dataset versions out.
//
//   POST /data/datasets                    multipart: `file` (CSV) and `options` (ImportOptions)   > 201 DatasetVersion
//   GET  /data/versions/{version}                                                                  > DatasetVersion
//   GET  /data/versions/{version}/profile                                                          > Profile
//   GET  /data/versions/{version}/cleaning                                                         > CleaningReport
//   POST /data/versions/{version}/clean    CleaningRequest                                         > 201 CleaningReport
//   GET  /data/versions/{version}/arrow                                                            > Arrow IPC file
//   POST /data/versions                    Arrow IPC file; ?parent={version}&note=…  (role service) > 201 DatasetVersion
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cell.hpp"
#include "base/hash.hpp"
#include "platform/json/member.hpp"

namespace valion::contracts {

// What the user knows about a column. A declared type is binding: text in a declared number column is a violation.
struct ColumnDeclaration {
  std::string name;
  std::string type = "auto";  // auto, number, text, date
  std::string unit;
  bool required = false;  // missing values are violations
  static constexpr std::array kDefaulted{"type", "unit", "required"};
  static constexpr std::array kMembers{
      json::member("name").characters(1, 500).says("its name in the file's header", "o nome no cabeçalho do arquivo"),
      json::member("type")
          .one_of("auto number text date")
          .says("binding when declared: text in a number column is an error",
                "obrigatório quando declarado: texto em coluna numérica é erro"),
      json::member("unit").characters(0, 100),
      json::member("required").says("missing values are errors", "valores ausentes são erros")};
};
BOOST_DESCRIBE_STRUCT(ColumnDeclaration, (), (name, type, unit, required))

struct ImportOptions {
  std::string name;
  std::string target;                      // must be a number column of the file
  std::vector<ColumnDeclaration> columns;  // need not name every column
  static constexpr std::array kDefaulted{"columns"};
  static constexpr std::array kMembers{
      json::member("name").characters(1, 200).says("what people call the data set",
                                                   "como as pessoas chamam o conjunto de dados"),
      json::member("target").characters(1, 500).says("the number column with the prices",
                                                     "a coluna numérica com os preços"),
      json::member("columns").elements(0, 5000).says("need not name every column",
                                                     "não precisa citar todas as colunas")};
};
BOOST_DESCRIBE_STRUCT(ImportOptions, (), (name, target, columns))

struct ColumnView {
  std::string name;
  std::string type;  // number, text, date
  std::string unit;
  std::int64_t missing = 0;
  static constexpr std::array kMembers{json::member("type").one_of("number text date")};
};
BOOST_DESCRIBE_STRUCT(ColumnView, (), (name, type, unit, missing))

struct SourceView {
  std::string file_name;
  std::int64_t bytes = 0;
  Hash sha256;
  std::string format;    // csv, arrow
  std::string encoding;  // utf-8, utf-8 with BOM, windows-1252
  std::string delimiter;
  std::string line_end;  // lf, crlf
  static constexpr std::array kMembers{json::member("format").one_of("csv arrow"),
                                       json::member("line_end").one_of("lf crlf")};
};
BOOST_DESCRIBE_STRUCT(SourceView, (), (file_name, bytes, sha256, format, encoding, delimiter, line_end))

// Immutable; `version` is the SHA-256 of the Arrow file, whose metadata carries what made it.
struct DatasetVersion {
  Hash version;
  std::optional<Hash> parent;
  std::string name;
  std::string target;
  std::string note;  // what made this version: «import», «cleaning», «location of …»
  std::int64_t rows = 0;
  std::vector<ColumnView> columns;
  std::optional<SourceView> source;  // of the imported file, carried to all descendants
  std::string created_at;
  static constexpr std::array kMembers{
      json::member("version").says("the SHA-256 of the Arrow file", "o SHA-256 do arquivo Arrow"),
      json::member("note").says("what made this version", "o que produziu esta versão"),
      json::member("source").says("of the imported file, carried to all descendants",
                                  "do arquivo importado; passa a todos os descendentes"),
      json::member("created_at").form("date-time")};
};
BOOST_DESCRIBE_STRUCT(DatasetVersion, (), (version, parent, name, target, note, rows, columns, source, created_at))

struct ValueCount {
  std::string value;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(ValueCount, (), (value, count))

struct ColumnProfile {
  std::string name;
  std::string type;
  std::int64_t missing = 0;
  std::int64_t distinct = 0;
  std::optional<double> minimum, q05, q25, median, q75, q95, maximum, mean,
      standard_deviation;                       // numbers (dates: none)
  std::optional<std::string> earliest, latest;  // dates
  std::vector<ValueCount> top;                  // text: the ten most frequent
  std::vector<std::string> alerts;              // «16 % are zero», «constant», …
  static constexpr std::array kMembers{
      json::member("type").one_of("number text date"),
      json::member("top").says("of text: the ten most frequent", "de texto: os dez mais frequentes")};
};
BOOST_DESCRIBE_STRUCT(ColumnProfile, (),
                      (name, type, missing, distinct, minimum, q05, q25, median, q75, q95, maximum, mean,
                       standard_deviation, earliest, latest, top, alerts))

struct Profile {
  Hash version;
  std::int64_t rows = 0;
  std::int64_t duplicate_rows = 0;
  std::vector<ColumnProfile> columns;
};
BOOST_DESCRIBE_STRUCT(Profile, (), (version, rows, duplicate_rows, columns))

// One cleaning rule. Which members a rule needs:
//   unknown_if      column + (values | below | above)     these values mean «not known»: set to missing
//   drop_rows_if    column + (values | below | above)     rows leave the table
//   drop_duplicates columns (empty: all)                  later copies leave the table
//   date_from_parts year, month[, day] columns, into      a date column (day 15 when there is none)
//   age_at          column (a year), date, into           years between them, never negative: sold before built > 0, and logged
//   drop_columns    columns
struct CleaningRule {
  std::string rule;
  std::optional<std::string> column;
  std::vector<Cell> values;
  std::optional<double> below, above;
  std::vector<std::string> columns;
  std::optional<std::string> year, month, day, date, into;
  std::optional<std::string> reason;  // kept in the log
  static constexpr std::array kDefaulted{"values", "columns"};
  static constexpr std::array kMembers{
      json::member("rule").one_of("unknown_if drop_rows_if drop_duplicates date_from_parts age_at drop_columns"),
      json::member("column").characters(1, 500),
      json::member("values").elements(0, 1000),
      json::member("columns").elements(0, 5000).characters(1, 500),
      json::member("year").characters(1, 500),
      json::member("month").characters(1, 500),
      json::member("day").characters(1, 500),
      json::member("date").characters(1, 500),
      json::member("into").characters(1, 500),
      json::member("reason").characters(0, 500).says("kept in the log", "fica no registro")};
};
BOOST_DESCRIBE_STRUCT(CleaningRule, (),
                      (rule, column, values, below, above, columns, year, month, day, date, into, reason))

struct CleaningRequest {
  std::vector<CleaningRule> rules;
  static constexpr std::array kMembers{
      json::member("rules").elements(0, 1000).says("applied in this order", "aplicadas nesta ordem")};
};
BOOST_DESCRIBE_STRUCT(CleaningRequest, (), (rules))

// What one rule did. `rows` are 1-based data rows of the imported file, the first thousand.
struct CleaningStep {
  std::string rule;
  std::string description;  // «depth = 0 means not known»
  std::string column;
  std::int64_t rows_touched = 0;
  std::vector<std::int64_t> rows;
  std::vector<std::string> before, after;  // of the first ten rows touched
  std::int64_t rows_left = 0;
  static constexpr std::array kMembers{
      json::member("rows").says("1-based data rows of the imported file, the first thousand",
                                "linhas do arquivo importado, a partir de 1, as mil primeiras")};
};
BOOST_DESCRIBE_STRUCT(CleaningStep, (), (rule, description, column, rows_touched, rows, before, after, rows_left))

struct CleaningReport {
  DatasetVersion version;
  std::vector<CleaningStep> steps;
};
BOOST_DESCRIBE_STRUCT(CleaningReport, (), (version, steps))

}  // namespace valion::contracts
