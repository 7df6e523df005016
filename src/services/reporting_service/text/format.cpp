#include "services/reporting_service/text/format.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace valion::reporting {
namespace {

constexpr std::string_view kMinus = "−";
constexpr std::string_view kNoBreak = "\u00a0";

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 12> kMeses{"janeiro",  "fevereiro", "março",    "abril",
                                                  "maio",     "junho",     "julho",    "agosto",
                                                  "setembro", "outubro",   "novembro", "dezembro"};

std::string sign_of(Language language, const std::string& currency) {
  const bool portuguese = language == Language::brazilian_portuguese;
  if (currency == "USD") return portuguese ? "US$" + std::string(kNoBreak) : "$";
  if (currency == "BRL") return "R$" + std::string(portuguese ? kNoBreak : "");
  if (currency == "EUR") return "€" + std::string(portuguese ? kNoBreak : "");
  if (currency == "GBP") return "£" + std::string(portuguese ? kNoBreak : "");
  return currency + std::string(kNoBreak);
}

int decimals_for(double scale) {
  const double size = std::fabs(scale);
  if (size >= 10'000 || !std::isfinite(size)) return 0;
  return size >= 1 ? 2 : 4;
}

// «1234567.5» > «1,234,567.5», with the language's two marks.
std::string grouped(std::string plain, std::string_view thousands, char point) {
  const std::size_t dot = plain.find('.');
  const std::size_t whole = dot == std::string::npos ? plain.size() : dot;
  std::string text;
  for (std::size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % 3 == 0) text += thousands;
    text += plain[i];
  }
  if (dot != std::string::npos) text += point + plain.substr(dot + 1);
  return text;
}

std::string fixed(double value, int decimals) {
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

bool all_zero(const std::string& digits) { return digits.find_first_of("123456789") == std::string::npos; }

}  // namespace

std::optional<Language> parse_language(std::string_view name) {
  if (name == "en") return Language::english;
  if (name == "pt-BR") return Language::brazilian_portuguese;
  return std::nullopt;
}

std::string_view tag_of(Language language) { return language == Language::english ? "en" : "pt-BR"; }

Format::Format(Language language, std::string currency, double scale)
    : language_(language), sign_(sign_of(language, currency)), decimals_(decimals_for(scale)) {}

std::string Format::number(double value, int decimals) const {
  if (!std::isfinite(value)) return std::string(kDash);
  const std::string digits = fixed(std::fabs(value), decimals);
  const bool english = language_ == Language::english;
  const std::string text = grouped(digits, english ? "," : ".", english ? '.' : ',');
  return (value < 0 && !all_zero(digits) ? std::string(kMinus) : "") + text;
}

std::string Format::count(std::int64_t value) const { return number(static_cast<double>(value), 0); }

std::string Format::general(double value) const {
  if (!std::isfinite(value)) return std::string(kDash);
  const double size = std::fabs(value);
  if (size != 0 && (size < 1e-4 || size >= 1e15)) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.5g", value);
    return text.data();
  }
  int decimals = size >= 1e5 ? 0 : size >= 1 ? 5 - static_cast<int>(std::floor(std::log10(size))) : 6;
  std::string digits = fixed(size, decimals);
  while (decimals > 0 && digits.back() == '0') {
    digits.pop_back();
    if (--decimals == 0) digits.pop_back();
  }
  const bool english = language_ == Language::english;
  const std::string_view thousands = size < 10'000 ? "" : english ? "," : ".";
  return (value < 0 && !all_zero(digits) ? std::string(kMinus) : "") + grouped(digits, thousands, english ? '.' : ',');
}

std::string Format::percent(double fraction, int decimals) const {
  if (!std::isfinite(fraction)) return std::string(kDash);
  return number(fraction * 100, decimals) + (language_ == Language::english ? std::string(kNoBreak) : "") + "%";
}

std::string Format::factor(double value) const { return "×" + number(value, value >= 100 ? 1 : 3); }

std::string Format::money(double amount) const {
  if (!std::isfinite(amount)) return std::string(kDash);
  const std::string digits = number(std::fabs(amount), decimals_);
  return (amount < 0 && !all_zero(digits) ? std::string(kMinus) : "") + sign_ + digits;
}

std::string Format::signed_money(double amount) const { return (amount > 0 ? "+" : "") + money(amount); }

std::string Format::short_money(double amount) const {
  const bool english = language_ == Language::english;
  const std::array<std::pair<double, std::string_view>, 4> units{{{1e12, english ? "tn" : " tri"},
                                                                  {1e9, english ? "bn" : " bi"},
                                                                  {1e6, english ? "m" : " mi"},
                                                                  {1e3, english ? "k" : " mil"}}};
  for (const auto& [size, name] : units) {
    if (std::fabs(amount) < size * (1 - 1e-12)) continue;
    const double scaled = std::fabs(amount) / size;
    const int decimals = std::fabs(scaled - std::round(scaled)) < 1e-6 ? 0 : scaled < 10 ? 2 : 1;
    std::string unit(name);
    if (unit.front() == ' ') unit.replace(0, 1, kNoBreak);
    return (amount < 0 ? std::string(kMinus) : "") + sign_ + number(scaled, decimals) + unit;
  }
  return (amount < 0 ? std::string(kMinus) : "") + sign_ + general(std::fabs(amount));
}

std::string Format::distance(double metres) const {
  if (!std::isfinite(metres) || metres < 0) return std::string(kDash);
  if (metres < 995) return number(metres, 0) + std::string(kNoBreak) + "m";
  return number(metres / 1000, metres < 99'950 ? 1 : 0) + std::string(kNoBreak) + "km";
}

std::string Format::date(const Date& date) const {
  const std::string iso = date.text();
  if (language_ == Language::english) return iso;
  return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4);
}

std::string Format::long_date(const Date& date) const {
  const std::string day = std::to_string(std::stoi(date.text().substr(8, 2)));
  const auto month = static_cast<std::size_t>(date.month() - 1);
  const std::string year = std::to_string(date.year());
  if (language_ == Language::english) return day + " " + std::string(kMonths[month]) + " " + year;
  return (day == "1" ? "1º" : day) + " de " + std::string(kMeses[month]) + " de " + year;
}

std::string Format::timestamp(const std::string& rfc3339) const {
  const auto day = Date::parse(std::string_view(rfc3339).substr(0, 10));
  if (!day || rfc3339.size() < 16) return rfc3339;
  return date(*day) + " " + rfc3339.substr(11, 5) + " UTC";
}

std::string Format::cell(const Cell& value, std::string_view unit) const {
  const bool english = language_ == Language::english;
  if (const auto* number = std::get_if<double>(&value)) {
    const std::string sign = unit_sign(unit);
    return general(*number) + (sign.empty() || sign == "°" ? sign : std::string(kNoBreak) + sign);
  }
  if (const auto* truth = std::get_if<bool>(&value))
    return english ? (*truth ? "yes" : "no") : (*truth ? "sim" : "não");
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (const auto day = Date::parse(*text)) return date(*day);
    return *text;
  }
  return english ? "not known" : "não informado";
}

std::string Format::bytes(std::int64_t count) const {
  const auto size = static_cast<double>(count);
  if (size < 1e4) return general(size) + std::string(kNoBreak) + "B";
  if (size < 1e6) return number(size / 1e3, 0) + std::string(kNoBreak) + "kB";
  return number(size / 1e6, 1) + std::string(kNoBreak) + "MB";
}

std::string unit_sign(std::string_view unit) {
  if (unit == "m2") return "m²";
  if (unit == "ft2") return "ft²";
  if (unit == "km2") return "km²";
  if (unit == "degree" || unit == "degrees") return "°";
  if (unit == "year") return "";  // «1940 year» reads badly, and a year needs no unit
  return std::string(unit);
}

}  // namespace valion::reporting
