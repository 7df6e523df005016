#include "platform/json/node.hpp"

#include <simdjson.h>

#include <cmath>
#include <cstring>
#include <utility>

#include "platform/json/malformed.hpp"

namespace valion::json {

namespace dom = simdjson::dom;
constexpr std::size_t kSizeLimit = 512u << 20;

static_assert(sizeof(dom::element) <= 16 && std::is_trivially_copyable_v<dom::element>);

struct NodeAccess {
  static Node wrap(dom::element element) {
    Node node;
    std::memcpy(node.element_.data(), &element, sizeof element);
    return node;
  }
  static dom::element unwrap(const Node& node) {
    dom::element element;
    std::memcpy(static_cast<void*>(&element), node.element_.data(), sizeof element);
    return element;
  }
};

std::string pointer_to(std::string_view parent, std::string_view member) {
  std::string pointer(parent);
  pointer += '/';
  for (const char c : member) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

void Checker::require(bool condition, std::string_view pointer, std::string_view message) {
  if (!condition) violation(pointer, std::string(message));
}

void Checker::violation(std::string_view pointer, std::string message, std::string value) {
  Violation violation;
  violation.pointer = prefix_ + std::string(pointer);
  violation.message = std::move(message);
  violation.value = std::move(value);
  error_.add(std::move(violation));
}

Error Checker::error() && {
  error_.kind = ErrorKind::invalid;
  error_.message = "the document breaks " + std::to_string(error_.violation_total) +
                   (error_.violation_total == 1 ? " rule" : " rules") + "; see errors for where";
  return std::move(error_);
}

std::string_view name_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::null: return "null";
    case Kind::boolean: return "a boolean";
    case Kind::number: return "a number";
    case Kind::text: return "text";
    case Kind::array: return "an array";
    case Kind::object: return "an object";
  }
  return "null";
}

Kind Node::kind() const noexcept {
  switch (NodeAccess::unwrap(*this).type()) {
    case dom::element_type::ARRAY: return Kind::array;
    case dom::element_type::OBJECT: return Kind::object;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE: return Kind::number;
    case dom::element_type::STRING: return Kind::text;
    case dom::element_type::BOOL: return Kind::boolean;
    case dom::element_type::NULL_VALUE: return Kind::null;
  }
  return Kind::null;
}

bool Node::boolean() const { return NodeAccess::unwrap(*this).get_bool().value_unsafe(); }
double Node::number() const { return NodeAccess::unwrap(*this).get_double().value_unsafe(); }
std::string_view Node::text() const { return NodeAccess::unwrap(*this).get_string().value_unsafe(); }
std::string Node::compact() const { return simdjson::minify(NodeAccess::unwrap(*this)); }

std::optional<std::int64_t> Node::integer() const {
  const dom::element element = NodeAccess::unwrap(*this);
  if (element.is_int64()) return element.get_int64().value_unsafe();
  constexpr double kExact = 9007199254740992.0;  // 2^53: up to here a double is exactly the integer that was written
  const double value = element.get_double().value_unsafe();
  if (element.is_double() && std::trunc(value) == value && std::abs(value) <= kExact)
    return static_cast<std::int64_t>(value);
  return std::nullopt;
}

void Node::each_element(const std::function<void(std::size_t, Node)>& visit) const {
  std::size_t position = 0;
  const dom::array array = NodeAccess::unwrap(*this).get_array().value_unsafe();
  for (const dom::element element : array) {
    visit(position++, NodeAccess::wrap(element));
  }
}

void Node::each_member(const std::function<void(std::string_view, Node)>& visit) const {
  const dom::object object = NodeAccess::unwrap(*this).get_object().value_unsafe();
  for (const auto member : object) {
    visit(member.key, NodeAccess::wrap(member.value));
  }
}

struct Document::State {
  State() : parser(kSizeLimit) {}
  dom::parser parser;
  dom::element root;
};

Document::Document(std::unique_ptr<State> state) : state_(std::move(state)) {}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Node Document::root() const { return NodeAccess::wrap(state_->root); }

Result<Document> Document::parse(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // some editors write it; RFC 8259 lets readers skip it
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return fail(ErrorKind::malformed, "the body is empty; a JSON document is expected");
  }
  auto state = std::make_unique<State>();
  simdjson::error_code error = state->parser.allocate(text.size(), kDepthLimit);
  if (error == simdjson::SUCCESS) error = state->parser.parse(text.data(), text.size()).get(state->root);
  if (error == simdjson::SUCCESS) return Document(std::move(state));
  const bool is_about_text = error != simdjson::CAPACITY && error != simdjson::MEMALLOC;
  const auto offence = is_about_text ? first_offence(text) : std::nullopt;
  const std::string reason = offence ? describe(*offence, text) : simdjson::error_message(error);
  return fail(ErrorKind::malformed, "the body is not JSON: " + reason);
}

}  // namespace valion::json
