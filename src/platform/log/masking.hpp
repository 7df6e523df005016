// Secrets and personal data taken out of what is logged. A scanner of its own: one pass, no regular expressions, no allocation
// when there is nothing to hide; cost per line in docs/observability.md.
//
// What becomes what:
//   [secret]  passwords, tokens and keys after `name=`, `name: `, `"name":` (name contains password, senha, secret, token,
//             authorization, api_key, …); `Bearer …`, `Basic …`; JSON Web Tokens; `user:password` in any `scheme://user:password@host`;
//             AWS key ids; words of 32 or more characters that mix capitals, small letters and digits, which no id of ours does
//   [email]   a@b.c                                     [cpf]   000.000.000-00, or 11 digits with valid check digits
//   [cnpj]    00.000.000/0000-00 (also with letters, as of 2026), or 14 digits with valid check digits
//   [phone]   +55 11 98765-4321, (11) 98765-4321, (419) 555-0123, 419-555-0123, 11 digits with the 9 of a Brazilian mobile
// Hashes, trace ids, request ids, dates, times, amounts and coordinates stay. It cannot know a name or an address: those do not
// belong into a log at all.
#pragma once

#include <string>
#include <string_view>

namespace valion::log {

// True for names whose value is a secret whatever it looks like: `password`, `Authorization`, `api-key`, `refresh_token`, …
// Names that only count or measure secrets (`tokens`, `token_count`, `token_lifetime_s`) are none.
[[nodiscard]] bool names_a_secret(std::string_view name);

// Appends `text` with everything masked. Any bytes.
void append_masked(std::string& out, std::string_view text);
[[nodiscard]] std::string masked(std::string_view text);

}  // namespace valion::log
