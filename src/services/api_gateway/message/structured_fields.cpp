#include "services/api_gateway/message/structured_fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "services/api_gateway/message/structured_characters.hpp"

namespace valion::gateway::structured {

namespace {

constexpr std::size_t kMostIntegerDigits = 15;
constexpr std::size_t kMostWholeDigits = 12;  // of a decimal
constexpr std::size_t kMostFractionDigits = 3;

// The six bits of a base64 letter; -1: none.
int base64_bits(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// Reads from the left, as section 4.2 has it. Each function leaves `rest` behind what it has read.
class Reader {
 public:
  explicit Reader(std::string_view text) : all_(text), rest_(text) {}

  Result<Item> item() {
    VALION_TRY_ASSIGN(BareItem value, bare_item());
    VALION_TRY_ASSIGN(Parameters its, parameters());
    return Item{std::move(value), std::move(its)};
  }

  Result<Member> member() {
    if (peek() == '(') {
      VALION_TRY_ASSIGN(InnerList list, inner_list());
      return Member(std::move(list));
    }
    VALION_TRY_ASSIGN(Item one, item());
    return Member(std::move(one));
  }

  Result<List> list() {
    List list;
    while (!rest_.empty()) {
      VALION_TRY_ASSIGN(Member next, member());
      list.push_back(std::move(next));
      VALION_TRY(comma());
    }
    return list;
  }

  Result<Dictionary> dictionary() {
    Dictionary dictionary;
    while (!rest_.empty()) {
      VALION_TRY_ASSIGN(const std::string name, key());
      VALION_TRY_ASSIGN(Member value, dictionary_value());
      const auto known =
          std::find_if(dictionary.begin(), dictionary.end(), [&](const Entry& e) { return e.key == name; });
      if (known != dictionary.end()) {
        known->member = std::move(value);
      } else {
        if (dictionary.size() == kMostMembers) return broken("a dictionary of fewer members");
        dictionary.push_back({name, std::move(value)});
      }
      VALION_TRY(comma());
    }
    return dictionary;
  }

  void skip_spaces() {
    while (peek() == ' ') rest_.remove_prefix(1);
  }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] tl::unexpected<Error> broken(const char* wanted) const {
    return fail(ErrorKind::malformed, "not a structured field: at byte " + std::to_string(all_.size() - rest_.size()) +
                                          " there should be " + wanted);
  }

 private:
  [[nodiscard]] char peek() const noexcept { return rest_.empty() ? '\0' : rest_.front(); }
  char take() noexcept {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool take_if(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Between members: nothing, at the end; otherwise a comma and something behind it.
  Result<void> comma() {
    skip_blanks();
    if (rest_.empty()) return {};
    if (!take_if(',')) return broken("a comma");
    skip_blanks();
    if (rest_.empty()) return broken("another member");
    return {};
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') rest_.remove_prefix(1);
  }

  // A key alone means true.
  Result<Member> dictionary_value() {
    if (take_if('=')) return member();
    VALION_TRY_ASSIGN(Parameters its, parameters());
    return Member(Item{true, std::move(its)});
  }

  Result<InnerList> inner_list() {
    InnerList list;
    rest_.remove_prefix(1);
    while (true) {
      skip_spaces();
      if (take_if(')')) break;
      VALION_TRY_ASSIGN(Item next, item());
      list.items.push_back(std::move(next));
      if (peek() != ' ' && peek() != ')') return broken("a blank or the end of the inner list");
    }
    VALION_TRY_ASSIGN(list.parameters, parameters());
    return list;
  }

  Result<Parameters> parameters() {
    Parameters parameters;
    while (take_if(';')) {
      skip_spaces();
      VALION_TRY_ASSIGN(const std::string name, key());
      BareItem value = true;
      if (take_if('=')) {
        VALION_TRY_ASSIGN(value, bare_item());
      }
      const auto known =
          std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.key == name; });
      if (known != parameters.end()) {
        known->value = std::move(value);
      } else {
        if (parameters.size() == kMostParameters) return broken("fewer parameters");
        parameters.push_back({name, std::move(value)});
      }
    }
    return parameters;
  }

  Result<std::string> key() {
    if (!begins_key(peek())) return broken("a key");
    return take_while(&continues_key);
  }

  std::string take_while(bool (*allowed)(char) noexcept) {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), allowed);
    std::string text(rest_.begin(), end);
    rest_.remove_prefix(text.size());
    return text;
  }

  Result<BareItem> bare_item() {
    const char c = peek();
    if (c == '-' || is_digit(c)) return number();
    if (c == '"') return string();
    if (c == '*' || is_letter(c)) return BareItem(Token{take_while(&continues_token)});
    if (c == ':') return bytes();
    if (c == '?') return boolean();
    if (c == '@') return date();
    if (c == '%') return display_string();
    return broken("an item");
  }

  Result<BareItem> number() {
    const std::int64_t sign = take_if('-') ? -1 : 1;
    const std::string whole = take_while(&is_digit);
    if (whole.empty()) return broken("a digit");
    if (!take_if('.')) {
      if (whole.size() > kMostIntegerDigits) return broken("an integer of at most 15 digits");
      return BareItem(sign * to_integer(whole));
    }
    if (whole.size() > kMostWholeDigits) return broken("a decimal of at most 12 digits before its point");
    std::string fraction = take_while(&is_digit);
    if (fraction.empty() || fraction.size() > kMostFractionDigits) return broken("one to three digits");
    fraction.resize(kMostFractionDigits, '0');
    return BareItem(Decimal{sign * to_integer(whole + fraction)});
  }

  static std::int64_t to_integer(const std::string& digits) noexcept {
    std::int64_t value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
  }

  Result<BareItem> string() {
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty()) {
      char c = take();
      if (c == '"') return BareItem(std::move(text));
      if (c == '\\') {
        if (peek() != '"' && peek() != '\\') return broken("an escaped quote or backslash");
        c = take();
      } else if (!is_printable(c)) {
        return broken("printable ASCII");
      }
      text += c;
    }
    return broken("the end of the string");
  }

  Result<BareItem> bytes() {
    rest_.remove_prefix(1);
    const std::size_t end = rest_.find(':');
    if (end == std::string_view::npos) return broken("the end of the byte sequence");
    std::string_view letters = rest_.substr(0, end);
    for (int padding = 0; padding < 2 && letters.ends_with('='); ++padding) letters.remove_suffix(1);
    if (letters.size() % 4 == 1) return broken("whole bytes in base64");
    std::string decoded;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : letters) {
      const int six = base64_bits(c);
      if (six < 0) return broken("base64");
      bits = bits << 6 | static_cast<std::uint32_t>(six);
      held += 6;
      if (held < 8) continue;
      held -= 8;
      decoded += static_cast<char>(bits >> held & 0xFF);
    }
    rest_.remove_prefix(end + 1);
    return BareItem(Bytes{std::move(decoded)});
  }

  Result<BareItem> boolean() {
    rest_.remove_prefix(1);
    if (take_if('1')) return BareItem(true);
    if (take_if('0')) return BareItem(false);
    return broken("0 or 1");
  }

  Result<BareItem> date() {
    rest_.remove_prefix(1);
    if (peek() != '-' && !is_digit(peek())) return broken("seconds");
    VALION_TRY_ASSIGN(const BareItem seconds, number());
    if (!std::holds_alternative<std::int64_t>(seconds)) return broken("whole seconds");
    return BareItem(Date{std::get<std::int64_t>(seconds)});
  }

  Result<BareItem> display_string() {
    rest_.remove_prefix(1);
    if (!take_if('"')) return broken("a quote");
    std::string text;
    while (!rest_.empty()) {
      const char c = take();
      if (!is_printable(c)) return broken("printable ASCII");
      if (c == '"') {
        if (!is_utf8(text)) return broken("UTF-8");
        return BareItem(DisplayString{std::move(text)});
      }
      if (c != '%') {
        text += c;
        continue;
      }
      if (rest_.size() < 2 || hex_value(rest_[0]) < 0 || hex_value(rest_[1]) < 0)
        return broken("two lower-case hex digits");
      text += static_cast<char>(hex_value(rest_[0]) << 4 | hex_value(rest_[1]));
      rest_.remove_prefix(2);
    }
    return broken("the end of the display string");
  }

  std::string_view all_;
  std::string_view rest_;
};

// A field as a whole: blanks around it, nothing behind it.
template <class T>
Result<T> parse(std::string_view text, Result<T> (Reader::*read)()) {
  Reader reader(text);
  reader.skip_spaces();
  VALION_TRY_ASSIGN(T value, (reader.*read)());
  reader.skip_spaces();
  if (!reader.at_end()) return reader.broken("nothing more");
  return value;
}

}  // namespace

const BareItem* find(const Parameters& parameters, std::string_view key) noexcept {
  for (const Parameter& parameter : parameters) {
    if (parameter.key == key) return &parameter.value;
  }
  return nullptr;
}

const Member* find(const Dictionary& dictionary, std::string_view key) noexcept {
  for (const Entry& entry : dictionary) {
    if (entry.key == key) return &entry.member;
  }
  return nullptr;
}

Result<Item> parse_item(std::string_view text) { return parse(text, &Reader::item); }
Result<List> parse_list(std::string_view text) { return parse(text, &Reader::list); }
Result<Dictionary> parse_dictionary(std::string_view text) { return parse(text, &Reader::dictionary); }

std::string joined(const Fields& fields, std::string_view name) {
  std::string text;
  for (const Field& field : fields) {
    if (!same_name(field.name, name)) continue;
    if (!text.empty()) text += ", ";
    text += field.value;
  }
  return text;
}

}  // namespace valion::gateway::structured
