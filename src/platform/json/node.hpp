// A read-only view of one parsed JSON value, and the checks that go with reading: the type-erased face of simdjson's DOM,
// which only node.cpp includes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/result.hpp"

namespace valion::json {

// Appends one reference token to a JSON Pointer, escaped (RFC 6901: `~` > `~0`, `/` > `~1`).
[[nodiscard]] std::string pointer_to(std::string_view parent, std::string_view member);

// Collects violations; the message of the error counts them.
class Checker {
 public:
  void require(bool condition, std::string_view pointer, std::string_view message);
  void violation(std::string_view pointer, std::string message, std::string value = {});
  // Violations added through `nested` stand below `prefix`.
  void set_prefix(std::string prefix) { prefix_ = std::move(prefix); }
  [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }
  [[nodiscard]] bool clean() const noexcept { return error_.violation_total == 0; }
  [[nodiscard]] Error error() &&;

 private:
  std::string prefix_;
  Error error_;
};

enum class Kind { null, boolean, number, text, array, object };
[[nodiscard]] std::string_view name_of(Kind kind) noexcept;

// Valid while its Document lives.
class Node {
 public:
  [[nodiscard]] Kind kind() const noexcept;
  [[nodiscard]] bool boolean() const;                         // kind boolean
  [[nodiscard]] double number() const;                        // kind number
  [[nodiscard]] std::optional<std::int64_t> integer() const;  // kind number: without fraction and in range
  [[nodiscard]] std::string_view text() const;                // kind text
  [[nodiscard]] std::string compact() const;                  // any kind, minified
  void each_element(const std::function<void(std::size_t, Node)>& visit) const;      // kind array
  void each_member(const std::function<void(std::string_view, Node)>& visit) const;  // kind object, in order

 private:
  friend struct NodeAccess;
  Node() = default;
  alignas(8) std::array<std::byte, 16> element_{};  // a simdjson::dom::element, checked in node.cpp
};

// Parsed text; a byte order mark before it is skipped. malformed, with line, column and what is expected there: not JSON,
// empty, nested deeper than 64 levels, a number out of double's range, or an integer of more than 64 bits written without
// fraction and exponent (simdjson has no number for it).
class Document {
 public:
  [[nodiscard]] static Result<Document> parse(std::string_view text);
  ~Document();
  Document(Document&&) noexcept;
  [[nodiscard]] Node root() const;

 private:
  struct State;
  explicit Document(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace valion::json
