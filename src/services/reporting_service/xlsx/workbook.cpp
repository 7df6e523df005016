#include "services/reporting_service/xlsx/workbook.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace valion::reporting {
namespace {

constexpr std::size_t kLongestCell = 32'000;  // Excel: 32,767
constexpr int kLooks = static_cast<int>(Look::mono) + 1;

std::string printable(std::string_view text) {
  std::string clean = shortened(text, kLongestCell);
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = ' ';
  }
  return clean;
}

// «$» > `"$"#,##0`: the reader's program chooses the marks of thousands and decimals.
std::string money_format(const Format& format) {
  std::string sign = format.currency_sign();
  for (std::size_t at = sign.find("\u00a0"); at != std::string::npos; at = sign.find("\u00a0"))
    sign.replace(at, 2, " ");
  return "\"" + sign + "\"#,##0" +
         (format.money_decimals() > 0 ? "." + std::string(static_cast<std::size_t>(format.money_decimals()), '0') : "");
}

std::time_t moment_of(const std::string& rfc3339) {
  const auto day = Date::parse(std::string_view(rfc3339).substr(0, 10));
  if (!day) return 1;  // 0 would mean «now»
  std::time_t moment = static_cast<std::time_t>(day->days()) * 86'400;
  if (rfc3339.size() >= 19) {
    moment += std::atoi(rfc3339.substr(11, 2).c_str()) * 3'600 + std::atoi(rfc3339.substr(14, 2).c_str()) * 60 +
              std::atoi(rfc3339.substr(17, 2).c_str());
  }
  return moment == 0 ? 1 : moment;
}

std::string temporary_path() {
  std::string pattern = (std::filesystem::temp_directory_path() / "valion-report-XXXXXX").string();
  const int descriptor = mkstemp(pattern.data());
  if (descriptor < 0) return {};
  close(descriptor);
  return pattern;
}

lxw_format* make_format(lxw_workbook* book, Look look, const Format& format) {
  lxw_format* made = workbook_add_format(book);
  format_set_font_name(made, look == Look::mono ? "DejaVu Sans Mono" : "Calibri");
  format_set_font_size(made, 10);
  format_set_align(made, LXW_ALIGN_VERTICAL_TOP);
  switch (look) {
    case Look::text:
    case Look::general:
    case Look::mono: break;
    case Look::wrapped: format_set_text_wrap(made); break;
    case Look::bold: format_set_bold(made); break;
    case Look::heading:
      format_set_bold(made);
      format_set_text_wrap(made);
      format_set_font_color(made, 0xFFFFFF);
      format_set_bg_color(made, 0x12405C);
      format_set_align(made, LXW_ALIGN_VERTICAL_CENTER);
      break;
    case Look::count: format_set_num_format(made, "#,##0"); break;
    case Look::money: format_set_num_format(made, money_format(format).c_str()); break;
    case Look::money_bold:
      format_set_num_format(made, money_format(format).c_str());
      format_set_bold(made);
      break;
    case Look::percent: format_set_num_format(made, "0.0%"); break;
    case Look::ratio: format_set_num_format(made, "0.000"); break;
    case Look::fine: format_set_num_format(made, "0.000000"); break;
    case Look::date:
      format_set_num_format(made, format.language() == Language::english ? "yyyy-mm-dd" : "dd/mm/yyyy");
      break;
  }
  return made;
}

}  // namespace

Workbook::Workbook(const Properties& properties, const Voice& voice) : path_(temporary_path()), voice_(voice) {
  if (path_.empty()) return;
  lxw_workbook_options options{};
  options.constant_memory = LXW_FALSE;
  std::string folder = std::filesystem::temp_directory_path().string();
  options.tmpdir = folder.data();
  book_ = workbook_new_opt(path_.c_str(), &options);
  if (book_ == nullptr) return;
  std::string title = printable(properties.title), subject = printable(properties.subject),
              author = printable(properties.author);
  std::string company = "Valion";
  lxw_doc_properties document{};
  document.title = title.data();
  document.subject = subject.data();
  document.author = author.data();
  document.company = company.data();
  document.created = moment_of(properties.created_at);
  workbook_set_properties(book_, &document);
  for (int look = 0; look < kLooks; ++look)
    formats_.push_back(make_format(book_, static_cast<Look>(look), voice_.format));
}

Workbook::~Workbook() {
  if (book_ != nullptr) lxw_workbook_free(book_);
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove(path_, ignored);
}

lxw_format* Workbook::format(Look look) {
  return formats_.empty() ? nullptr : formats_[static_cast<std::size_t>(look)];
}

Result<std::string> Workbook::finish() {
  if (book_ == nullptr) return fail(ErrorKind::internal, "no temporary file could be made for the workbook");
  const lxw_error status = workbook_close(std::exchange(book_, nullptr));
  if (status != LXW_NO_ERROR)
    return fail(ErrorKind::internal, std::string("the workbook could not be written: ") + lxw_strerror(status));
  std::ifstream file(path_, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file || bytes.empty()) return fail(ErrorKind::internal, "the workbook could not be read back from " + path_);
  return bytes;
}

Sheet::Sheet(Workbook& book, std::string_view name)
    : book_(book), name_(name), sheet_(workbook_add_worksheet(book.get(), name_.c_str())) {
  worksheet_set_landscape(sheet_);
  worksheet_set_paper(sheet_, 9);  // A4
  worksheet_fit_to_pages(sheet_, 1, 0);
}

void Sheet::heading(const std::vector<Heading>& columns) {
  const bool first = row_ == 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto column = static_cast<lxw_col_t>(c);
    if (first) worksheet_set_column(sheet_, column, column, columns[c].width, nullptr);
    worksheet_write_string(sheet_, row_, column, printable(columns[c].title).c_str(), book_.format(Look::heading));
  }
  worksheet_set_row(sheet_, row_, 30, nullptr);
  if (first) {
    worksheet_freeze_panes(sheet_, 1, 0);
    worksheet_repeat_rows(sheet_, 0, 0);
  }
  next_row();
}

void Sheet::text(std::string_view value, Look look) {
  worksheet_write_string(sheet_, row_, column_++, printable(value).c_str(), book_.format(look));
}

void Sheet::number(double value, Look look) {
  const lxw_col_t column = column_++;
  if (std::isfinite(value)) worksheet_write_number(sheet_, row_, column, value, book_.format(look));
}

void Sheet::number(const std::optional<double>& value, Look look) { number(value.value_or(std::nan("")), look); }

void Sheet::date(const Date& value) {
  // Excel's days begin with 1899-12-30, and those before March 1900 are one off: text then.
  constexpr std::int32_t kExcelEpoch = 25'569, kFirstSafe = 61;
  const std::int32_t serial = value.days() + kExcelEpoch;
  if (serial < kFirstSafe) return text(value.text());
  worksheet_write_number(sheet_, row_, column_++, serial, book_.format(Look::date));
}

void Sheet::cell(const Cell& value) {
  if (const auto* number_value = std::get_if<double>(&value)) return number(*number_value, Look::general);
  if (const auto* truth_value = std::get_if<bool>(&value)) return truth(*truth_value);
  const auto* text_value = std::get_if<std::string>(&value);
  if (text_value == nullptr) return skip();
  if (const auto day = Date::parse(*text_value)) return date(*day);
  text(*text_value);
}

void Sheet::truth(bool value) { text(value ? book_.voice().texts.yes : book_.voice().texts.no); }

void Sheet::filter(lxw_row_t head_row, lxw_col_t columns) {
  if (row_ > head_row + 1) worksheet_autofilter(sheet_, head_row, 0, row_ - 1, static_cast<lxw_col_t>(columns - 1));
}

}  // namespace valion::reporting
