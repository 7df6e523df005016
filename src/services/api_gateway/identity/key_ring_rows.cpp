#include "services/api_gateway/identity/key_ring_rows.hpp"

#include "platform/auth/base64url.hpp"
#include "platform/auth/jwk.hpp"
#include "platform/auth/sealed_text.hpp"

namespace valion::gateway {
namespace {

constexpr std::string_view kPurpose = "valion signing keys";

std::optional<RingKey::State> state_named(const std::string& name) {
  for (const auto state : {RingKey::State::next, RingKey::State::active, RingKey::State::retired}) {
    if (name == name_of(state)) return state;
  }
  return std::nullopt;
}

std::optional<RingRow> read_row(const soci::row& row, const auth::SigningKey& sealing_key) {
  RingRow read;
  const auto state = state_named(row.get<std::string>(1));
  auto point = auth::from_base64url(row.get<std::string>(2));
  if (!state || !point) return std::nullopt;
  read.key.id = row.get<std::string>(0);
  read.key.state = *state;
  read.point = std::move(*point);
  read.sealed = row.get<std::string>(3);
  read.key.created_at = row.get<long long>(4);
  read.key.changed_at = row.get<long long>(5);
  read.key.leaves_at = row.get<long long>(6);
  // The seal is bound to the id, and the id is the point's own: neither can be exchanged.
  if (auth::thumbprint(read.point) != read.key.id || !unseal_seed(sealing_key, read)) return std::nullopt;
  return read;
}

}  // namespace

const std::vector<sql::Migration>& key_ring_migrations() {
  static const std::vector<sql::Migration> steps{{"signing keys", R"(create table gateway_signing_keys (
          id text primary key,
          state text not null,
          point text not null,
          sealed text not null,
          created_at bigint not null,
          changed_at bigint not null,
          leaves_at bigint not null))"}};
  return steps;
}

std::vector<RingRow> read_ring(soci::session& session, const auth::SigningKey& sealing_key) {
  const soci::rowset<soci::row> rows =
      (session.prepare << "select id, state, point, sealed, created_at, changed_at, leaves_at from "
                          "gateway_signing_keys order by created_at, id");
  std::vector<RingRow> ring;
  for (const soci::row& row : rows) {
    if (auto read = read_row(row, sealing_key)) ring.push_back(std::move(*read));
  }
  return ring;
}

std::optional<std::string> unseal_seed(const auth::SigningKey& sealing_key, const RingRow& row) {
  return auth::unseal(sealing_key, kPurpose, row.key.id, row.sealed);
}

void add_ring_key(soci::session& session, const auth::SigningKey& sealing_key, RingKey::State state, std::int64_t now) {
  const auth::Ed25519Key key = auth::Ed25519Key::generate();
  const std::string id = auth::thumbprint(key.point());
  const std::string state_name(name_of(state));
  const std::string point = auth::to_base64url(key.point());
  const std::string sealed = auth::seal(sealing_key, kPurpose, id, key.seed());
  const std::int64_t never = 0;
  session << "insert into gateway_signing_keys (id, state, point, sealed, created_at, changed_at, leaves_at) values "
             "(:id, :state, :point, :sealed, :created, :changed, :leaves)",
      soci::use(id), soci::use(state_name), soci::use(point), soci::use(sealed), soci::use(now), soci::use(now),
      soci::use(never);
}

void retire_ring_key(soci::session& session, const auth::SigningKey& sealing_key, const RingRow& row, std::int64_t now,
                     std::int64_t leaves_at) {
  const std::string sealed = auth::seal(sealing_key, kPurpose, row.key.id, "");
  session << "update gateway_signing_keys set state = 'retired', sealed = :sealed, changed_at = :now, leaves_at = "
             ":leaves where id = :id",
      soci::use(sealed), soci::use(now), soci::use(leaves_at), soci::use(row.key.id);
}

void activate_ring_key(soci::session& session, const RingRow& row, std::int64_t now) {
  session << "update gateway_signing_keys set state = 'active', changed_at = :now where id = :id", soci::use(now),
      soci::use(row.key.id);
}

void remove_ring_key(soci::session& session, const std::string& id) {
  session << "delete from gateway_signing_keys where id = :id", soci::use(id);
}

}  // namespace valion::gateway
