// A workbook and its sheets: libxlsxwriter with the report's formats. What is text is written as text, whatever it begins
// with: nothing given from outside ever becomes a formula.
#pragma once

#include <xlsxwriter.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cell.hpp"
#include "base/date.hpp"
#include "base/result.hpp"
#include "services/reporting_service/text/wording.hpp"

namespace valion::reporting {

enum class Look { text, wrapped, bold, heading, general, count, money, money_bold, percent, ratio, fine, date, mono };

class Workbook {
 public:
  struct Properties {
    std::string title, subject, author;
    std::string created_at;  // RFC 3339
  };
  Workbook(const Properties& properties, const Voice& voice);
  ~Workbook();
  Workbook(const Workbook&) = delete;
  Workbook& operator=(const Workbook&) = delete;

  [[nodiscard]] lxw_workbook* get() { return book_; }
  [[nodiscard]] lxw_format* format(Look look);
  [[nodiscard]] const Voice& voice() const { return voice_; }
  [[nodiscard]] Result<std::string> finish();  // the file's bytes; the workbook is used up

 private:
  std::string path_;
  lxw_workbook* book_ = nullptr;
  const Voice& voice_;
  std::vector<lxw_format*> formats_;
};

struct Heading {
  std::string title;
  double width = 14;  // in characters
};

// Writes row by row. Rows and columns count from 0.
class Sheet {
 public:
  Sheet(Workbook& book, std::string_view name);
  [[nodiscard]] lxw_worksheet* get() { return sheet_; }
  [[nodiscard]] lxw_row_t row() const { return row_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  // The head of a table: bold, frozen above the rest when it is the first row; sets the columns' widths then.
  void heading(const std::vector<Heading>& columns);
  void next_row() {
    ++row_;
    column_ = 0;
  }
  void skip() { ++column_; }
  void text(std::string_view value, Look look = Look::text);
  void number(double value, Look look);  // an empty cell when it is not finite
  void number(const std::optional<double>& value, Look look);
  void date(const Date& value);
  void cell(const Cell& value);  // number, text, date text as a date, truth value as a word; missing: empty
  void truth(bool value);
  // A filter over a table whose head stands at `head_row`, down to the row before this one.
  void filter(lxw_row_t head_row, lxw_col_t columns);

 private:
  Workbook& book_;
  std::string name_;
  lxw_worksheet* sheet_;
  lxw_row_t row_ = 0;
  lxw_col_t column_ = 0;
};

}  // namespace valion::reporting
