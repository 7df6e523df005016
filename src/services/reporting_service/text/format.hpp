// Numbers, dates and units as a reader of a language expects them. Pure; English: 1,234.5 and 31 October 1998;
// Brazilian Portuguese: 1.234,5 and 31 de outubro de 1998. What is not a finite number is shown as a dash.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/cell.hpp"
#include "base/date.hpp"

namespace valion::reporting {

enum class Language { english, brazilian_portuguese };
[[nodiscard]] std::optional<Language> parse_language(std::string_view name);  // en, pt-BR
[[nodiscard]] std::string_view tag_of(Language language);                     // BCP 47

inline constexpr std::string_view kDash = "–";

class Format {
 public:
  // `scale` is a typical amount of money: it decides how many decimals all amounts have.
  Format(Language language, std::string currency, double scale);

  [[nodiscard]] Language language() const { return language_; }
  [[nodiscard]] std::string number(double value, int decimals) const;  // grouped in thousands
  [[nodiscard]] std::string count(std::int64_t value) const;
  [[nodiscard]] std::string general(double value) const;  // up to six digits; grouped from 10,000 on (years are not)
  [[nodiscard]] std::string percent(double fraction, int decimals) const;  // 0.118 > 11.8 %
  [[nodiscard]] std::string factor(double value) const;                    // ×1.082
  [[nodiscard]] std::string money(double amount) const;                    // $98,500
  [[nodiscard]] std::string signed_money(double amount) const;             // +$1,200, −$300
  [[nodiscard]] std::string short_money(double amount) const;              // $98.5k: for axes
  [[nodiscard]] std::string distance(double metres) const;                 // 850 m, 1.2 km; a dash when negative
  [[nodiscard]] std::string date(const Date& date) const;  // 31/10/1998; English: 1998-10-31, read alike everywhere
  [[nodiscard]] std::string long_date(const Date& date) const;
  [[nodiscard]] std::string timestamp(const std::string& rfc3339) const;  // 2026-11-24 09:21 UTC
  [[nodiscard]] std::string cell(const Cell& value, std::string_view unit) const;
  [[nodiscard]] std::string bytes(std::int64_t count) const;

  [[nodiscard]] const std::string& currency_sign() const { return sign_; }
  [[nodiscard]] int money_decimals() const { return decimals_; }

 private:
  Language language_;
  std::string sign_;  // with its space, when it has one
  int decimals_;
};

[[nodiscard]] std::string unit_sign(std::string_view unit);  // m2 > m², degree > °

}  // namespace valion::reporting
