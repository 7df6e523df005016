#include "services/api_gateway/identity/api_key_catalogue.hpp"

#include <algorithm>
#include <cctype>

#include "base/date.hpp"
#include "platform/auth/base64url.hpp"
#include "platform/auth/hmac_sha256.hpp"
#include "platform/auth/password.hpp"
#include "services/api_gateway/identity/user_catalogue.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kIdLength = 12;
constexpr std::size_t kSecretBytes = 32;

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{
      {"keys", R"(create table gateway_api_keys (
          id text primary key,
          name text not null,
          tenant text not null,
          roles text not null,
          secret_hash text not null,
          created_by text not null,
          created_at text not null,
          expires_at text not null,
          revoked_at text not null))"},
      {"scopes of keys", "alter table gateway_api_keys add column scopes text not null default ''"},
      {"limits of keys",
       "alter table gateway_api_keys add column limit_requests bigint not null default 0; "
       "alter table gateway_api_keys add column limit_window_s bigint not null default 0"},
      {"last use of keys", "alter table gateway_api_keys add column last_used_at text not null default ''"},
      {"version of keys",
       "create table gateway_api_keys_version (version bigint not null); "
       "insert into gateway_api_keys_version (version) values (1)"}};
  return steps;
}

constexpr const char* kColumns =
    "id, name, tenant, roles, secret_hash, created_by, created_at, expires_at, revoked_at, scopes, limit_requests, "
    "limit_window_s, last_used_at";

ApiKey read_key(const soci::row& row) {
  ApiKey key;
  key.id = row.get<std::string>(0);
  key.name = row.get<std::string>(1);
  key.tenant = row.get<std::string>(2);
  key.roles = split_roles(row.get<std::string>(3));
  key.secret_hash = row.get<std::string>(4);
  key.created_by = row.get<std::string>(5);
  key.created_at = row.get<std::string>(6);
  key.expires_at = row.get<std::string>(7);
  key.revoked_at = row.get<std::string>(8);
  key.scopes = split_roles(row.get<std::string>(9));
  if (row.get<long long>(10) > 0) {
    key.limit =
        RateLimit{static_cast<std::uint32_t>(row.get<long long>(10)), std::chrono::seconds(row.get<long long>(11))};
  }
  key.last_used_at = row.get<std::string>(12);
  return key;
}

std::optional<ApiKey> find_in(soci::session& session, const std::string& id) {
  const soci::rowset<soci::row> rows =
      (session.prepare << std::string("select ") + kColumns + " from gateway_api_keys where id = :id", soci::use(id));
  for (const soci::row& row : rows) return read_key(row);
  return std::nullopt;
}

void count_change(soci::session& session) { session << "update gateway_api_keys_version set version = version + 1"; }

// Lower-case letters and digits only, so that `_` ends it.
std::string new_id() {
  std::string id;
  while (id.size() < kIdLength) {
    for (const char c : auth::random_text(16)) {
      if (id.size() < kIdLength && std::isalnum(static_cast<unsigned char>(c)) != 0) {
        id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
    }
  }
  return id;
}

// The secret is random: a fast hash is as good as a slow one. The id makes equal secrets unequal.
std::string hash_of(std::string_view id, std::string_view secret) {
  return auth::to_base64url(auth::hmac_sha256(id, secret));
}

}  // namespace

std::optional<ApiKeyText> parse_api_key(std::string_view text) {
  if (!text.starts_with(kApiKeyMark) || text.size() > 128) return std::nullopt;
  text.remove_prefix(kApiKeyMark.size());
  const auto end = text.find('_');
  if (end != kIdLength || text.size() - end - 1 < kSecretBytes) return std::nullopt;
  const std::string_view id = text.substr(0, end);
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (!std::all_of(id.begin(), id.end(), plain)) return std::nullopt;
  return ApiKeyText{std::string(id), std::string(text.substr(end + 1))};
}

bool has_secret(const ApiKey& key, std::string_view secret) {
  return auth::equal_in_constant_time(key.secret_hash, hash_of(key.id, secret));
}

Result<void> check_in_force(const ApiKey& key, std::chrono::system_clock::time_point now) {
  if (!key.revoked_at.empty()) return fail(ErrorKind::unauthenticated, "the API key does not verify");
  if (!key.expires_at.empty() && key.expires_at <= utc_timestamp(now)) {
    return fail(ErrorKind::expired, "the API key has expired; create a new one: valion key create");
  }
  return {};
}

ApiKeyCatalogue::ApiKeyCatalogue(sql::Database& database) : database_(database) {
  audit::migrate(database);
  database_.migrate("gateway_keys", migrations());
}

Async<Result<ApiKeyCatalogue::Made>> ApiKeyCatalogue::create(ApiKey wanted, Actor actor) {
  wanted.id = new_id();
  const std::string secret = auth::random_text(kSecretBytes);
  wanted.secret_hash = hash_of(wanted.id, secret);
  wanted.created_at = utc_timestamp(std::chrono::system_clock::now());
  wanted.revoked_at.clear();
  wanted.last_used_at.clear();
  const auto insert = [key = wanted, actor](soci::session& session) {
    const std::string roles = joined_roles(key.roles);
    const std::string scopes = joined_roles(key.scopes);
    const std::int64_t requests = key.limit ? key.limit->requests : 0;
    const std::int64_t window = key.limit ? key.limit->window.count() : 0;
    session << std::string("insert into gateway_api_keys (") + kColumns +
                   ") values (:id, :name, :tenant, :roles, :hash, :by, :created, :expires, :revoked, :scopes, "
                   ":requests, :window, '')",
        soci::use(key.id), soci::use(key.name), soci::use(key.tenant), soci::use(roles), soci::use(key.secret_hash),
        soci::use(key.created_by), soci::use(key.created_at), soci::use(key.expires_at), soci::use(key.revoked_at),
        soci::use(scopes), soci::use(requests), soci::use(window);
    count_change(session);
    audit::append(session, entry_of(actor, key.tenant, "key.create", "key:" + key.id, key.name + ", roles " + roles));
  };
  VALION_CO_TRY(co_await database_.run(insert));
  std::string text = std::string(kApiKeyMark) + wanted.id + "_" + secret;
  co_return Made{std::move(wanted), std::move(text)};
}

Async<Result<std::optional<ApiKey>>> ApiKeyCatalogue::find(std::string id) {
  const auto read = [id](soci::session& session) { return find_in(session, id); };
  auto found = co_await database_.read(read);
  co_return found;
}

Async<Result<std::vector<ApiKey>>> ApiKeyCatalogue::all() {
  const auto read = [](soci::session& session) {
    const soci::rowset<soci::row> rows =
        (session.prepare << std::string("select ") + kColumns + " from gateway_api_keys order by created_at desc, id");
    std::vector<ApiKey> keys;
    for (const soci::row& row : rows) keys.push_back(read_key(row));
    return keys;
  };
  auto keys = co_await database_.read(read);
  co_return keys;
}

Async<Result<void>> ApiKeyCatalogue::forget(std::string id) {
  const auto apply = [id](soci::session& session) {
    session << "delete from gateway_api_keys where id = :id", soci::use(id);
    count_change(session);
  };
  auto forgotten = co_await database_.run(apply);
  co_return forgotten;
}

Async<Result<ApiKey>> ApiKeyCatalogue::revoke(std::string id, Actor actor) {
  const auto apply = [id, actor](soci::session& session) -> Result<ApiKey> {
    auto key = find_in(session, id);
    if (!key) return fail(ErrorKind::not_found, "there is no API key " + id);
    if (!key->revoked_at.empty()) return *key;
    key->revoked_at = utc_timestamp(std::chrono::system_clock::now());
    session << "update gateway_api_keys set revoked_at = :at where id = :id", soci::use(key->revoked_at), soci::use(id);
    count_change(session);
    audit::append(session, entry_of(actor, key->tenant, "key.revoke", "key:" + id, key->name));
    return *key;
  };
  auto revoked = co_await database_.run(apply);
  co_return revoked;
}

Async<Result<std::int64_t>> ApiKeyCatalogue::version() {
  const auto read = [](soci::session& session) {
    long long version = 0;
    session << "select version from gateway_api_keys_version", soci::into(version);
    return std::int64_t{version};
  };
  auto version = co_await database_.read(read);
  co_return version;
}

Async<Result<void>> ApiKeyCatalogue::note_used(std::map<std::string, std::int64_t> used) {
  const auto apply = [used](soci::session& session) {
    for (const auto& [id, second] : used) {
      const std::string moment = utc_timestamp(std::chrono::system_clock::from_time_t(second - second % 60));
      session << "update gateway_api_keys set last_used_at = :moment where id = :id and last_used_at < :moment2",
          soci::use(moment), soci::use(id), soci::use(moment);
    }
  };
  auto noted = co_await database_.run(apply);
  co_return noted;
}

}  // namespace valion::gateway
