// One operation of the API as its description needs it. Paths are what clients write, with the router's parameter types:
// `/api/v1/data/versions/{version:hash}`. A test compares them with what every service registers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contracts/openapi/schema.hpp"
#include "platform/json/member.hpp"

namespace valion::openapi {

struct Text {
  std::string_view en{}, pt{};
  [[nodiscard]] std::string_view in(Language language) const { return language == Language::en ? en : pt; }
};

enum class Access {
  anonymous,  // no credential is looked at
  caller,     // anybody with a token or an API key
  admin,      // the role admin
  service,    // a peer, by its internal token; no client
};

enum class Place { query, header };
enum class ValueType { text, integer, truth, hash };
struct Parameter {
  Place place = Place::query;
  ValueType type = ValueType::text;
  json::Member member{};
  bool required = false;
};

// The schema of a type, when the time comes to write it.
using SchemaOf = JsonObject (*)(SchemaBook& book, Direction direction);
template <class T>
[[nodiscard]] JsonObject schema_for(SchemaBook& book, Direction direction) {
  return book.schema<T>(direction);
}

struct Body {
  std::string_view media = "application/json";
  SchemaOf schema = nullptr;   // none: bytes
  std::string_view example{};  // of JSON: one that its type accepts
};

struct Answer {
  int status = 200;
  Text says{};
  std::string_view media = "application/json";  // empty: no content
  SchemaOf schema = nullptr;                    // none: bytes or text, as the media type says
  std::vector<std::string_view> headers{};      // beyond those of every answer, by their names in document.cpp
};

struct Operation {
  std::string_view method{};  // GET, POST, …
  std::string_view path{};
  std::string_view id{};  // unique: `train_model`
  std::string_view tag{};
  Text summary{};
  Text details{};
  Access access = Access::caller;
  std::string_view
      permission{};  // what the caller's roles must give: `data:read`; `anonymous`; a test compares with the gateway
  std::vector<Parameter> parameters{};  // besides those in the path
  std::vector<Body> bodies{};           // alternatives; empty: none
  std::vector<Answer> answers{};        // when all is well
  std::vector<int> failures{};          // beyond those that follow from the rest
  SchemaOf job_result = nullptr;        // of an operation that submits a job
  bool relayed = true;                  // false: the gateway answers itself
};

}  // namespace valion::openapi
