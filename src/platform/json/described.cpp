#include "platform/json/described.hpp"

namespace valion::json::detail {
namespace {

// The offending value for the message, never the whole document.
std::string excerpt(const Node& node) {
  constexpr std::size_t kLongest = 80;
  std::string text = node.kind() == Kind::text ? std::string(node.text()) : node.compact();
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // never through a character
  return text.substr(0, end) + "…";
}

}  // namespace

bool expect(const Reading& reading, const Node& node, Kind kind, std::string_view pointer) {
  if (node.kind() == kind) return true;
  reading.checker.violation(
      pointer, "must be " + std::string(name_of(kind)) + ", not " + std::string(name_of(node.kind())), excerpt(node));
  return false;
}

bool read_into(const Reading& reading, const Node& node, std::string_view pointer, bool& value) {
  if (!expect(reading, node, Kind::boolean, pointer)) return false;
  value = node.boolean();
  return true;
}

bool read_into(const Reading& reading, const Node& node, std::string_view pointer, double& value) {
  if (!expect(reading, node, Kind::number, pointer)) return false;
  value = node.number();
  return true;
}

bool read_into(const Reading& reading, const Node& node, std::string_view pointer, std::string& value) {
  if (!expect(reading, node, Kind::text, pointer)) return false;
  value = node.text();
  return true;
}

bool read_into(const Reading& reading, const Node& node, std::string_view pointer, Date& value) {
  if (!expect(reading, node, Kind::text, pointer)) return false;
  const auto date = Date::parse(node.text());
  if (date) value = *date;
  reading.checker.require(date.has_value(), pointer, "must be a day that exists, written yyyy-mm-dd");
  return date.has_value();
}

bool read_into(const Reading& reading, const Node& node, std::string_view pointer, Hash& value) {
  if (!expect(reading, node, Kind::text, pointer)) return false;
  const auto hash = Hash::parse(node.text());
  if (hash) value = *hash;
  reading.checker.require(hash.has_value(), pointer, "must be an id of 64 lower-case hexadecimal digits");
  return hash.has_value();
}

bool read_into(const Reading& reading, const Node& node, std::string_view pointer, Cell& value) {
  switch (node.kind()) {
    case Kind::null: value = std::monostate{}; return true;
    case Kind::boolean: value = node.boolean(); return true;
    case Kind::number: value = node.number(); return true;
    case Kind::text: value = std::string(node.text()); return true;
    default:
      reading.checker.violation(pointer, "must be null, a boolean, a number or text", excerpt(node));
      return false;
  }
}

bool read_into(const Reading&, const Node& node, std::string_view, Raw& value) {
  value.text = node.compact();
  return true;
}

bool read_integer(const Reading& reading, const Node& node, std::string_view pointer, std::int64_t least,
                  std::int64_t most, std::int64_t& value) {
  if (!expect(reading, node, Kind::number, pointer)) return false;
  const auto integer = node.integer();
  if (!integer || *integer < least || *integer > most) {
    reading.checker.violation(
        pointer, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most), excerpt(node));
    return false;
  }
  value = *integer;
  return true;
}

std::map<std::string, Node, std::less<>> members_of(const Reading& reading, const Node& node,
                                                    std::string_view pointer) {
  std::map<std::string, Node, std::less<>> members;
  node.each_member([&](std::string_view name, const Node& member) {
    const bool added = members.emplace(name, member).second;
    if (!added) reading.checker.violation(pointer_to(pointer, name), "stands twice");
  });
  return members;
}

void refuse_unknown(const Reading& reading, const std::map<std::string, Node, std::less<>>& members,
                    const std::vector<std::string_view>& known, std::string_view pointer) {
  for (const auto& [name, member] : members) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string names;
    for (const std::string_view one : known) names.append(names.empty() ? "" : ", ").append(one);
    reading.checker.violation(pointer_to(pointer, name), "is not known here; known are " + names);
  }
}

void write(std::string& out, const Cell& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    write_number(out, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    write_text(out, *text);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    write(out, *truth);
  } else {
    out += "null";
  }
}

}  // namespace valion::json::detail
