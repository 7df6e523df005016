// Where e-mail addresses, Brazilian tax numbers and telephone numbers begin and end in a text.
#pragma once

#include <string_view>

#include "platform/log/found.hpp"

namespace valion::log {

// At `@` or `%40`; looks back no further than `from`.
[[nodiscard]] Found find_email(std::string_view text, std::size_t at, std::size_t from);

// At the first digit of a number or of a CNPJ: CPF, CNPJ or telephone.
[[nodiscard]] Found find_number(std::string_view text, std::size_t at);

// At `+` or `(`.
[[nodiscard]] Found find_phone(std::string_view text, std::size_t at);

// Check digits of the digits in `number` (11 or 14 of them): Receita Federal, modulo 11.
[[nodiscard]] bool is_valid_cpf(std::string_view number);
[[nodiscard]] bool is_valid_cnpj(std::string_view number);

}  // namespace valion::log
