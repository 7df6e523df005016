#include "platform/json/member.hpp"

#include <algorithm>

#include "platform/json/writer.hpp"

namespace valion::json {
namespace {

constexpr std::string_view kWhite = " \t\r\n";

std::size_t characters_in(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// `a-z` is a range; a `-` at either end is itself.
bool stands_in(std::string_view alphabet, char c) {
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    const bool range = i + 2 < alphabet.size() && alphabet[i + 1] == '-';
    if (range ? c >= alphabet[i] && c <= alphabet[i + 2] : c == alphabet[i]) return true;
    if (range) i += 2;
  }
  return false;
}

// `a-z 0-9 . _`, as people read it.
std::string spelled(std::string_view alphabet) {
  std::string text;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    const bool range = i + 2 < alphabet.size() && alphabet[i + 1] == '-';
    text += (text.empty() ? "" : " ") + std::string(alphabet.substr(i, range ? 3 : 1));
    if (range) i += 2;
  }
  return text;
}

std::string from_to(std::uint32_t from, std::uint32_t to, const char* what) {
  if (from == 0 && to == Member::kNoLimit) return std::string("may only have ") + what;
  if (to == Member::kNoLimit) return "must have at least " + std::to_string(from) + " " + what;
  if (from == 0) return "must have at most " + std::to_string(to) + " " + what;
  return "must have " + std::to_string(from) + " to " + std::to_string(to) + " " + what;
}

std::string number_text(double number) {
  std::string text;
  write_number(text, number);
  return text;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

}  // namespace

std::vector<std::string_view> choices_of(const Member& member) {
  std::vector<std::string_view> words;
  std::string_view left = member.choices;
  while (!left.empty()) {
    const std::string_view word = left.substr(0, left.find(' '));
    words.push_back(word);
    left.remove_prefix(std::min(word.size() + 1, left.size()));
  }
  return words;
}

namespace detail {

void limit_text(Checker& checker, std::string_view pointer, const Member& member, const std::string& text) {
  constexpr std::size_t kShown = 64;
  const std::string shown = text.size() <= kShown ? text : std::string();
  const std::size_t characters = characters_in(text);
  const bool long_enough = characters >= member.shortest && characters <= member.longest;
  const bool known_characters = member.characters_of.empty() || std::all_of(text.begin(), text.end(), [&](char c) {
                                  return stands_in(member.characters_of, c);
                                });
  if (!member.choices.empty()) {
    const std::vector<std::string_view> words = choices_of(member);
    if (std::find(words.begin(), words.end(), text) == words.end()) {
      checker.violation(pointer, "must be one of " + joined(words), shown);
    }
  }
  if (!known_characters) {
    checker.violation(
        pointer, from_to(member.shortest, member.longest, "of the characters ") + spelled(member.characters_of), shown);
  } else if (!long_enough) {
    checker.violation(pointer, from_to(member.shortest, member.longest, "characters"));
  }
  if (member.needs_ink && text.find_first_not_of(kWhite) == std::string::npos) {
    checker.violation(pointer, "must not be empty");
  }
  if (!member.never.empty() && text == member.never) checker.violation(pointer, "must not be " + text, shown);
}

void limit_number(Checker& checker, std::string_view pointer, const Member& member, double number) {
  if (number >= member.least && number <= member.most) return;
  const bool open = member.most == std::numeric_limits<double>::infinity();
  checker.violation(pointer,
                    open ? "must be at least " + number_text(member.least)
                         : "must be from " + number_text(member.least) + " to " + number_text(member.most),
                    number_text(number));
}

void limit_count(Checker& checker, std::string_view pointer, const Member& member, std::size_t elements) {
  if (elements >= member.fewest && elements <= member.greatest) return;
  checker.violation(pointer, from_to(member.fewest, member.greatest, "elements"));
}

void twice(Checker& checker, std::string_view pointer) { checker.violation(pointer, "stands twice"); }

}  // namespace detail
}  // namespace valion::json
