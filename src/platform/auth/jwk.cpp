#include "platform/auth/jwk.hpp"

#include <openssl/sha.h>
#include <boost/describe.hpp>

#include <algorithm>
#include <set>

#include "platform/auth/base64url.hpp"
#include "platform/auth/unique_members.hpp"
#include "platform/json/described.hpp"

namespace valion::auth {
namespace {

struct WrittenKey {
  std::string kty = "OKP";
  std::string crv = "Ed25519";
  std::string alg = "EdDSA";
  std::string use = "sig";
  std::string kid;
  std::string x;
};
BOOST_DESCRIBE_STRUCT(WrittenKey, (), (kty, crv, alg, use, kid, x))

struct WrittenSet {
  std::vector<WrittenKey> keys;
};
BOOST_DESCRIBE_STRUCT(WrittenSet, (), (keys))

constexpr std::size_t kLongestKeyId = 256;

tl::unexpected<Error> refused(const std::string& why) { return fail(ErrorKind::invalid, why); }

Result<std::string> bytes_of(const Members& members, std::string_view name) {
  const auto text = text_of(members, name);
  auto bytes = text ? from_base64url(*text) : std::nullopt;
  if (!bytes) return refused("`" + std::string(name) + "` is no base64url");
  return std::move(*bytes);
}

Result<PublicKey> key_material(const Members& members) {
  const std::string_view type = text_of(members, "kty").value_or("");
  const std::string_view curve = text_of(members, "crv").value_or("");
  if (type == "OKP" && curve == "Ed25519") {
    VALION_TRY_ASSIGN(const std::string point, bytes_of(members, "x"));
    return PublicKey::ed25519(point);
  }
  if (type == "RSA") {
    VALION_TRY_ASSIGN(const std::string modulus, bytes_of(members, "n"));
    VALION_TRY_ASSIGN(const std::string exponent, bytes_of(members, "e"));
    return PublicKey::rsa(modulus, exponent);
  }
  if (type == "EC" && curve == "P-256") {
    VALION_TRY_ASSIGN(const std::string x, bytes_of(members, "x"));
    VALION_TRY_ASSIGN(const std::string y, bytes_of(members, "y"));
    return PublicKey::p256(x, y);
  }
  return refused("is of a kind that is not used here: " + std::string(type) + " " + std::string(curve));
}

bool may_verify(const json::Node& operations) {
  bool verify = false;
  if (operations.kind() != json::Kind::array) return false;
  operations.each_element([&](std::size_t, const json::Node& operation) {
    verify = verify || (operation.kind() == json::Kind::text && operation.text() == "verify");
  });
  return verify;
}

Result<void> check_purpose(const Members& members) {
  if (members.contains("use") && text_of(members, "use") != "sig") return refused("is not for signatures");
  const auto operations = members.find("key_ops");
  if (operations != members.end() && !may_verify(operations->second)) return refused("is not for verifying");
  for (const std::string_view secret : {"d", "p", "q", "k"}) {
    if (members.contains(secret)) return refused("is published with its private part: withdraw it");
  }
  return {};
}

Result<NamedKey> read_key(const Members& members) {
  const std::string_view key_id = text_of(members, "kid").value_or("");
  if (key_id.empty() || key_id.size() > kLongestKeyId) return refused("has no `kid` of 1 to 256 bytes");
  VALION_TRY(check_purpose(members));
  VALION_TRY_ASSIGN(PublicKey key, key_material(members));
  if (members.contains("alg") && text_of(members, "alg") != name_of(key.algorithm())) {
    return refused("is for an algorithm that is not used with it here");
  }
  return NamedKey{std::string(key_id), std::move(key)};
}

void refuse_twins(KeySet& set) {
  std::set<std::string> once, twice;
  for (const NamedKey& key : set.keys) {
    if (!once.insert(key.key_id).second) twice.insert(key.key_id);
  }
  std::erase_if(set.keys, [&](const NamedKey& key) { return twice.contains(key.key_id); });
  for (const std::string& key_id : twice) set.refused.push_back(key_id + ": stands twice");
}

}  // namespace

Result<KeySet> parse_key_set(std::string_view json) {
  VALION_TRY_ASSIGN(const json::Document document, json::Document::parse(json));
  const auto members = unique_members(document.root());
  const auto keys = members ? members->find("keys") : Members::const_iterator();
  if (!members || keys == members->end() || keys->second.kind() != json::Kind::array) {
    return fail(ErrorKind::malformed, "a JSON Web Key Set is an object with an array `keys`");
  }
  KeySet set;
  std::size_t count = 0;
  keys->second.each_element([&](std::size_t position, const json::Node& node) {
    if (++count > kMostKeysOfASet) return;
    const auto found = unique_members(node);
    auto key = found ? read_key(*found) : Result<NamedKey>(refused("is no object whose members stand once"));
    if (key) {
      set.keys.push_back(std::move(*key));
      return;
    }
    const std::string_view name = found ? text_of(*found, "kid").value_or("") : "";
    set.refused.push_back((name.empty() ? "key " + std::to_string(position) : std::string(name)) + ": " +
                          key.error().message);
  });
  if (count > kMostKeysOfASet) return fail(ErrorKind::malformed, "a JSON Web Key Set has at most 64 keys here");
  refuse_twins(set);
  return set;
}

std::string to_key_set(const std::vector<PublishedKey>& keys) {
  WrittenSet set;
  for (const PublishedKey& key : keys) {
    WrittenKey written;
    written.kid = key.key_id;
    written.x = to_base64url(key.point);
    set.keys.push_back(std::move(written));
  }
  return json::encode(set);
}

std::string thumbprint(std::string_view point) {
  const std::string text = R"({"crv":"Ed25519","kty":"OKP","x":")" + to_base64url(point) + "\"}";
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return to_base64url(digest);
}

}  // namespace valion::auth
