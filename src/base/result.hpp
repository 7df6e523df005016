// Result<T>: a value or an Error. std::expected's interface, by tl::expected until the compiler has it (docs/adr/0002).
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <utility>

#include "base/error.hpp"

namespace valion {

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return fail(make_error(kind, std::move(message)));
}

}  // namespace valion

// Early return on failure. The four differ in `return` or `co_return`, and in whether a value is kept:
//   VALION_TRY(check(x));                      VALION_TRY_ASSIGN(const auto table, read(path));
//   VALION_CO_TRY(co_await store(x));          VALION_CO_TRY_ASSIGN(const auto answer, co_await call(x));
#define VALION_DETAIL_JOIN2(a, b) a##b
#define VALION_DETAIL_JOIN(a, b) VALION_DETAIL_JOIN2(a, b)
#define VALION_DETAIL_TRY(ret, temporary, ...)                        \
  do {                                                                \
    auto temporary = (__VA_ARGS__);                                   \
    if (!temporary) ret ::valion::fail(std::move(temporary).error()); \
  } while (false)
#define VALION_DETAIL_TRY_ASSIGN(ret, temporary, declaration, ...)  \
  auto temporary = (__VA_ARGS__);                                   \
  if (!temporary) ret ::valion::fail(std::move(temporary).error()); \
  declaration = std::move(*temporary)

#define VALION_TRY(...) VALION_DETAIL_TRY(return, VALION_DETAIL_JOIN(try_result_, __LINE__), __VA_ARGS__)
#define VALION_CO_TRY(...) VALION_DETAIL_TRY(co_return, VALION_DETAIL_JOIN(try_result_, __LINE__), __VA_ARGS__)
#define VALION_TRY_ASSIGN(declaration, ...) \
  VALION_DETAIL_TRY_ASSIGN(return, VALION_DETAIL_JOIN(try_result_, __LINE__), declaration, __VA_ARGS__)
#define VALION_CO_TRY_ASSIGN(declaration, ...) \
  VALION_DETAIL_TRY_ASSIGN(co_return, VALION_DETAIL_JOIN(try_result_, __LINE__), declaration, __VA_ARGS__)
