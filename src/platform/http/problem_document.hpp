// Problem documents (RFC 9457) as they are written and read: problem.cpp fills them, the API description shows them.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/json/member.hpp"

namespace valion::http {

struct ProblemError {
  std::optional<std::string> pointer;
  std::string detail;
  std::optional<std::int64_t> row;
  std::optional<std::string> column, value;
  static constexpr std::array kMembers{
      json::member("pointer").says("where in the request, as a JSON Pointer (RFC 6901); of a parameter: / and its name",
                                   "onde no pedido, como JSON Pointer (RFC 6901); de um parâmetro: / e o nome"),
      json::member("row").says("of an uploaded table, the first is 1", "da tabela enviada, a primeira é 1"),
      json::member("value").says("what was sent", "o que foi enviado")};
};
BOOST_DESCRIBE_STRUCT(ProblemError, (), (pointer, detail, row, column, value))

struct Problem {
  std::string type;
  std::string title;
  int status = 500;
  std::string detail;
  std::string instance;
  std::string kind;
  std::optional<std::vector<ProblemError>> errors;
  std::optional<std::int64_t> errors_total;
  std::string request_id, trace_id;
  static constexpr std::array kMembers{
      json::member("type").says("urn:valion:problem: and the kind", "urn:valion:problem: e o tipo"),
      json::member("detail").says("what was wrong, where, and what to do", "o que estava errado, onde e o que fazer"),
      json::member("errors").elements(0, 1000).says("everything that was wrong, at most the first thousand",
                                                    "tudo o que estava errado, no máximo os mil primeiros"),
      json::member("request_id").says("to ask about it: the log has it", "para perguntar a respeito: está no log")};
};
BOOST_DESCRIBE_STRUCT(Problem, (),
                      (type, title, status, detail, instance, kind, errors, errors_total, request_id, trace_id))

}  // namespace valion::http
