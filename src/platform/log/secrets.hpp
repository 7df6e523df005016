// Where secrets begin and end in a text.
#pragma once

#include <string_view>

#include "platform/log/found.hpp"

namespace valion::log {

// At `=` or `:`: the value, when the name before it is a secret's; the user and password of `scheme://user:password@host`.
[[nodiscard]] Found find_assigned_secret(std::string_view text, std::size_t at);

// The word [begin, end) of letters, digits, `_` and `-`: what follows `Bearer` and `Basic`, a JSON Web Token, a random key.
[[nodiscard]] Found find_secret_word(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace valion::log
