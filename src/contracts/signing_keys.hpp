// The keys that sign clients' tokens. For an admin of the tenant `default`; the set itself is for everybody.
//
//   GET  /.well-known/jwks.json             > a JSON Web Key Set (RFC 7517), Cache-Control: max-age
//   GET  /api/v1/auth/signing-keys          > SigningKeyList
//   POST /api/v1/auth/signing-keys/rotate   RotateKeys > SigningKeyList; 409 while the next key may not be known everywhere
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "platform/json/described.hpp"

namespace valion::contracts {

struct SigningKeyView {
  std::string kid;
  std::string algorithm = "EdDSA";
  std::string state;  // next, active, retired
  std::string created_at;
  std::string since;                     // in this state
  std::optional<std::string> leaves_at;  // of a retired one: when its last token has expired
  static constexpr std::array kMembers{
      json::member("state").one_of("next active retired"), json::member("created_at").form("date-time"),
      json::member("since").form("date-time").says("in this state", "neste estado"),
      json::member("leaves_at")
          .form("date-time")
          .says("when the last token it signed has expired", "quando o último token que assinou terá expirado")};
};
BOOST_DESCRIBE_STRUCT(SigningKeyView, (), (kid, algorithm, state, created_at, since, leaves_at))

struct SigningKeyList {
  std::vector<SigningKeyView> keys;  // next, active, retired
};
BOOST_DESCRIBE_STRUCT(SigningKeyList, (), (keys))

struct RotateKeys {
  bool withdraw = false;  // a key leaked: all go at once, with every token they signed
  static constexpr std::array kDefaulted{"withdraw"};
  static constexpr std::array kMembers{
      json::member("withdraw")
          .says("a key leaked: all keys go at once, and every token with them",
                "uma chave vazou: todas as chaves saem agora, e com elas todos os tokens")};
};
BOOST_DESCRIBE_STRUCT(RotateKeys, (), (withdraw))

}  // namespace valion::contracts
