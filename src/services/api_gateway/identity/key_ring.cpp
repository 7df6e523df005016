#include "services/api_gateway/identity/key_ring.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/auth/jwk.hpp"
#include "services/api_gateway/identity/key_ring_rows.hpp"

namespace valion::gateway {
namespace {

constexpr std::int64_t kGrace =
    60;  // seconds: for clocks that differ, and tokens signed while others learn of a rotation

std::int64_t seconds_of(KeyRing::Time moment) {
  return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

const RingRow* find_in(const std::vector<RingRow>& ring, RingKey::State state) {
  const auto found = std::find_if(ring.begin(), ring.end(), [&](const RingRow& row) { return row.key.state == state; });
  return found == ring.end() ? nullptr : &*found;
}

bool has_left(const RingKey& key, std::int64_t now) {
  return key.state == RingKey::State::retired && key.leaves_at <= now;
}

// Keys that are missing, made; what has left, removed. Both of the first keys have the same age.
void complete(soci::session& session, const auth::SigningKey& sealing_key, std::int64_t now) {
  const std::vector<RingRow> ring = read_ring(session, sealing_key);
  const RingRow* next = find_in(ring, RingKey::State::next);
  if (find_in(ring, RingKey::State::active) == nullptr) {
    if (next != nullptr) activate_ring_key(session, *next, now);
    if (next == nullptr) add_ring_key(session, sealing_key, RingKey::State::active, now);
    next = nullptr;
  }
  if (next == nullptr) add_ring_key(session, sealing_key, RingKey::State::next, now);
  for (const RingRow& row : ring) {
    if (has_left(row.key, now)) remove_ring_key(session, row.key.id);
  }
}

// A verifier that fetched our set before `next` was in it would refuse what it signs. The first pair was published together;
// once a key has retired, no pair is the first.
Result<void> check_published(const std::vector<RingRow>& ring, const KeyRingSettings& settings, std::int64_t now) {
  const RingKey& next = find_in(ring, RingKey::State::next)->key;
  const RingKey& active = find_in(ring, RingKey::State::active)->key;
  const bool are_first = next.created_at == active.created_at && find_in(ring, RingKey::State::retired) == nullptr;
  const std::int64_t since = now - next.created_at;
  if (are_first || since >= settings.published.count()) return {};
  return fail(ErrorKind::conflict, "the next signing key was published " + std::to_string(since) +
                                       " s ago; whoever keeps our key set may not know it before " +
                                       std::to_string(settings.published.count() - since) + " s have passed");
}

Result<std::vector<RingRow>> rotated(soci::session& session, const auth::SigningKey& sealing_key,
                                     const KeyRingSettings& settings, std::int64_t now, bool withdraw) {
  const std::vector<RingRow> ring = read_ring(session, sealing_key);
  const RingRow* next = find_in(ring, RingKey::State::next);
  const RingRow* active = find_in(ring, RingKey::State::active);
  if (withdraw) {
    for (const RingRow& row : ring) remove_ring_key(session, row.key.id);
  } else if (next != nullptr && active != nullptr) {
    VALION_TRY(check_published(ring, settings, now));
    retire_ring_key(session, sealing_key, *active, now, now + settings.token_lifetime.count() + kGrace);
    activate_ring_key(session, *next, now);
  }
  complete(session, sealing_key, now);
  return read_ring(session, sealing_key);
}

// What of the rows matters in memory.
std::string text_of(const std::vector<RingRow>& rows, std::int64_t now) {
  std::string text;
  for (const RingRow& row : rows) {
    if (has_left(row.key, now)) continue;
    text += row.key.id + " " + std::string(name_of(row.key.state)) + " " + std::to_string(row.key.leaves_at) + "\n";
  }
  return text;
}

bool is_whole(const std::vector<RingRow>& ring) {
  return find_in(ring, RingKey::State::active) != nullptr && find_in(ring, RingKey::State::next) != nullptr;
}

// One gateway at a time changes the ring: what it reads in this transaction is then what all the others have done. SQLite has
// one writer anyway.
void wait_for_turn(soci::session& session, bool postgresql) {
  if (postgresql) session << "select pg_advisory_xact_lock(7309453371887)";
}

}  // namespace

std::string_view name_of(RingKey::State state) noexcept {
  switch (state) {
    case RingKey::State::next: return "next";
    case RingKey::State::active: return "active";
    case RingKey::State::retired: return "retired";
  }
  return "";
}

struct KeyRing::Content {
  struct Held {
    RingKey key;
    std::string point;
    auth::PublicKey verifying;
    std::optional<auth::Ed25519Key> signing;
  };
  std::vector<Held> held;
  std::string jwks = auth::to_key_set({});
  std::string seen;  // of the rows taken last
  std::uint64_t generation = 0;
  std::uint64_t looks = 0;        // begun
  std::uint64_t taken_looks = 0;  // the youngest whose rows were taken

  [[nodiscard]] const Held* find(std::string_view id) const {
    const auto found = std::find_if(held.begin(), held.end(), [&](const Held& one) { return one.key.id == id; });
    return found == held.end() ? nullptr : &*found;
  }
  [[nodiscard]] const Held* in_state(RingKey::State state) const {
    const auto found = std::find_if(held.begin(), held.end(), [&](const Held& one) { return one.key.state == state; });
    return found == held.end() ? nullptr : &*found;
  }
  // `look`: which look at the database found these. What an overtaken one found is old.
  void take(std::uint64_t look, const std::vector<RingRow>& rows, const auth::SigningKey& sealing_key,
            std::int64_t now);
};

void KeyRing::Content::take(std::uint64_t look, const std::vector<RingRow>& rows, const auth::SigningKey& sealing_key,
                            std::int64_t now) {
  if (look < taken_looks) return;
  taken_looks = look;
  std::string seen_now = text_of(rows, now);
  if (seen_now == seen) return;  // opening keys costs a tenth of a millisecond, and this is asked every second
  seen = std::move(seen_now);
  std::vector<Held> fresh;
  std::vector<auth::PublishedKey> published;
  for (const RingRow& row : rows) {
    if (has_left(row.key, now)) continue;
    auto verifying = auth::PublicKey::ed25519(row.point);
    if (!verifying) continue;
    std::optional<auth::Ed25519Key> signing;
    const auto seed = unseal_seed(sealing_key, row);
    if (seed && seed->size() == auth::Ed25519Key::kSeedBytes) signing = auth::Ed25519Key::from_seed(*seed);
    fresh.push_back({row.key, row.point, std::move(*verifying), std::move(signing)});
    published.push_back({row.key.id, row.point});
  }
  const std::vector<Held> before = std::exchange(held, std::move(fresh));
  const bool gone =
      std::any_of(before.begin(), before.end(), [&](const Held& one) { return find(one.key.id) == nullptr; });
  if (gone) ++generation;
  jwks = auth::to_key_set(published);
}

KeyRing::KeyRing(sql::Database& database, const auth::SigningKey& sealing_key, KeyRingSettings settings)
    : database_(database), sealing_key_(sealing_key), settings_(settings), content_(std::make_unique<Content>()) {
  database_.migrate("gateway_signing_keys", key_ring_migrations());
}

KeyRing::~KeyRing() = default;

Async<Result<void>> KeyRing::refresh(Time now) {
  const std::int64_t moment = seconds_of(now);
  const std::uint64_t look = ++content_->looks;
  const auth::SigningKey& sealing_key = sealing_key_;
  const auto read = [&sealing_key](soci::session& session) { return read_ring(session, sealing_key); };
  auto ring = co_await database_.read(read);
  if (!ring) co_return fail(std::move(ring).error());
  if (!is_whole(*ring)) {
    const auto make = [&sealing_key, moment, postgresql = database_.is_postgresql()](soci::session& session) {
      wait_for_turn(session, postgresql);
      complete(session, sealing_key, moment);
      return read_ring(session, sealing_key);
    };
    ring = co_await database_.run(make);
    if (!ring) co_return fail(std::move(ring).error());
  }
  content_->take(look, *ring, sealing_key_, moment);
  const auto* active = content_->in_state(RingKey::State::active);
  const std::int64_t longest = std::chrono::duration_cast<std::chrono::seconds>(settings_.rotate_after).count();
  if (active == nullptr || longest == 0 || moment - active->key.changed_at < longest) co_return Result<void>{};
  const Result<void> by_itself = co_await rotate(now, false);
  if (!by_itself && by_itself.error().kind != ErrorKind::conflict) co_return fail(by_itself.error());
  co_return Result<void>{};
}

Async<Result<void>> KeyRing::rotate(Time now, bool withdraw) {
  const std::int64_t moment = seconds_of(now);
  const auth::SigningKey& sealing_key = sealing_key_;
  const KeyRingSettings settings = settings_;
  const auto apply = [&sealing_key, settings, moment, withdraw,
                      postgresql = database_.is_postgresql()](soci::session& session) {
    wait_for_turn(session, postgresql);
    return rotated(session, sealing_key, settings, moment, withdraw);
  };
  auto ring = co_await database_.run(apply);
  if (!ring) co_return fail(std::move(ring).error());
  content_->take(++content_->looks, *ring, sealing_key_, moment);
  co_return Result<void>{};
}

std::string KeyRing::sign(const auth::AccessClaims& claims) const {
  const auto* active = content_->in_state(RingKey::State::active);
  if (active == nullptr || !active->signing) throw std::logic_error("the key ring was not read before it signs");
  return auth::sign_access_token(*active->signing, active->key.id, claims);
}

const auth::PublicKey* KeyRing::find(std::string_view key_id, Time now) const {
  const auto* held = content_->find(key_id);
  return held == nullptr || has_left(held->key, seconds_of(now)) ? nullptr : &held->verifying;
}

std::vector<RingKey> KeyRing::keys() const {
  std::vector<RingKey> keys;
  for (const auto state : {RingKey::State::next, RingKey::State::active, RingKey::State::retired}) {
    for (const auto& held : content_->held) {
      if (held.key.state == state) keys.push_back(held.key);
    }
  }
  return keys;
}

const std::string& KeyRing::jwks() const noexcept { return content_->jwks; }
const KeyRingSettings& KeyRing::settings() const noexcept { return settings_; }
std::uint64_t KeyRing::generation() const noexcept { return content_->generation; }

}  // namespace valion::gateway
