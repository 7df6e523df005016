// The links of the audit log: what is hashed, byte for byte, so that anybody can check it with other tools.
//
//   hash = SHA-256( "valion-audit-1," n(sequence) n(at) n(tenant) n(actor) n(action) n(object) n(outcome) n(request_id) n(detail)
//                   n(personal_digest) n(previous_hash) )        n(x) = the length of x in decimal, ":", x, ","   (netstrings)
//
// The first row's previous_hash is 64 zeros. Personal data are no part of the row: it holds a pseudonym for a person and a digest for
// the address. pseudonym = "person-" and the first 32 digits of SHA-256( n(salt) n(name) ); personal_digest = SHA-256( n(salt)
// n(address) ). The salts (256 random bits) lie beside the name and the address, in tables from which they can be erased: then
// the chain still verifies, and nothing leads from it to the person.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace valion::audit {

struct Row {
  std::int64_t sequence = 0;  // 1, 2, …
  std::string at;             // RFC 3339 in UTC
  std::string tenant, actor, action, object, outcome, request_id, detail;
  std::string personal_digest;  // empty: there was nothing personal
  std::string previous_hash, hash;
};

inline constexpr std::string_view kFirstPreviousHash =
    "0000000000000000000000000000000000000000000000000000000000000000";
inline constexpr std::string_view kPersonMark = "person-";

[[nodiscard]] std::string canonical_bytes(const Row& row);
[[nodiscard]] std::string hash_of(const Row& row);  // 64 hexadecimal digits
[[nodiscard]] std::string pseudonym_of(std::string_view salt, std::string_view name);
[[nodiscard]] std::string personal_digest_of(std::string_view salt, std::string_view address);

}  // namespace valion::audit
