#include "platform/audit/chain.hpp"

#include "platform/objects/sha256.hpp"

namespace valion::audit {
namespace {

constexpr std::size_t kPseudonymDigits = 32;

void add_netstring(std::string& bytes, std::string_view text) {
  bytes.append(std::to_string(text.size())).append(1, ':').append(text).append(1, ',');
}

std::string sha256_text(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.finish().text();
}

std::string salted_digest(std::string_view salt, std::string_view text) {
  std::string bytes;
  add_netstring(bytes, salt);
  add_netstring(bytes, text);
  return sha256_text(bytes);
}

}  // namespace

std::string canonical_bytes(const Row& row) {
  std::string bytes = "valion-audit-1,";
  add_netstring(bytes, std::to_string(row.sequence));
  for (const std::string* field : {&row.at, &row.tenant, &row.actor, &row.action, &row.object, &row.outcome,
                                   &row.request_id, &row.detail, &row.personal_digest, &row.previous_hash}) {
    add_netstring(bytes, *field);
  }
  return bytes;
}

std::string hash_of(const Row& row) { return sha256_text(canonical_bytes(row)); }

std::string pseudonym_of(std::string_view salt, std::string_view name) {
  return std::string(kPersonMark) + salted_digest(salt, name).substr(0, kPseudonymDigits);
}

std::string personal_digest_of(std::string_view salt, std::string_view address) { return salted_digest(salt, address); }

}  // namespace valion::audit
