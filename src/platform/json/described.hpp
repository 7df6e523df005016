// JSON for described structs: one BOOST_DESCRIBE_STRUCT gives reading (all errors at once), writing and, later, the schema.
//
//   struct Split { Date train_to; std::optional<double> minimum_price; std::int64_t folds = 5;
//                  static constexpr std::array kDefaulted{"folds"}; };
//   BOOST_DESCRIBE_STRUCT(Split, (), (train_to, minimum_price, folds))
//
//   Result<Split> split = json::decode<Split>(text);     // malformed (not JSON), invalid (violations with JSON Pointers)
//   std::string text = json::encode(split);
//
// Members: bool, std::int64_t, int, double, std::string, described enums (by their names), Date (yyyy-mm-dd), Hash, Cell,
// std::optional, std::vector, std::map<std::string, T>, described structs, and Raw (any JSON, kept as text).
// A member is required unless it is optional, or named in the struct's `kDefaulted`. Unknown and duplicate keys are
// violations, except with Unknown::ignored (answers of a newer service). A struct may check itself:
//   void check(json::Checker& checker) const;            // checker.require(value > 0, "/price", "must be positive")
// Numbers: read by simdjson, written shortest-round-trip by std::to_chars; non-finite ones are violations when read and
// null when written. Depth is limited to 64.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace valion::json {

enum class Unknown { refused, ignored };

// Any JSON value kept as its compact text. Used where one service only passes on what another one defines.
struct Raw {
  std::string text = "null";
};

template <class T>
[[nodiscard]] Result<T> decode(std::string_view text, Unknown unknown = Unknown::refused);

template <class T>
[[nodiscard]] std::string encode(const T& value);

}  // namespace valion::json
