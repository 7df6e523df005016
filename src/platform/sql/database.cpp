#include "platform/sql/database.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "platform/sql/database_url.hpp"
#include "platform/sql/migrate.hpp"
#include "platform/sql/session.hpp"
#include "platform/sql/transaction.hpp"

namespace valion::sql {
namespace {

constexpr int kLeasePatienceMs = 30'000;
constexpr std::size_t kQueueLimit = 4096;

// Any constant will do, as long as every version of Valion uses the same one.
constexpr std::string_view kMigrationLock = "select pg_advisory_xact_lock(7309453371884)";

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point moment) { return std::chrono::duration<double>(Clock::now() - moment).count(); }

struct Sessions : soci::connection_pool {
  using soci::connection_pool::connection_pool;
  std::shared_ptr<Observer> observer;  // may be null
};

class Lease {
 public:
  explicit Lease(Sessions& pool) : pool_(pool), held_(pool.try_lease(position_, kLeasePatienceMs)) {
    const double waited = seconds_since(begun_);
    begun_ = Clock::now();
    if (!pool_.observer) return;
    held_ ? pool_.observer->leased(waited) : pool_.observer->gave_up(waited);
  }
  ~Lease() {
    if (!held_) return;
    pool_.give_back(position_);
    if (pool_.observer) pool_.observer->released(seconds_since(begun_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  [[nodiscard]] bool held() const noexcept { return held_; }
  [[nodiscard]] soci::session& session() { return pool_.at(position_); }

 private:
  Clock::time_point begun_ = Clock::now();
  Sessions& pool_;
  std::size_t position_ = 0;
  bool held_;
};

tl::unexpected<Error> no_connection() {
  return fail(ErrorKind::unavailable, "all connections to the database are in use; try again");
}

}  // namespace

struct Database::State {
  State(const std::string& text, std::size_t connections)
      : url(DatabaseUrl::parse(text)), count(connections), sessions(connections), threads(connections, kQueueLimit) {}

  DatabaseUrl url;
  std::size_t count;
  Sessions sessions;
  CpuPool threads;  // destroyed first: its last work still needs the connections
};

Database::Database(const std::string& url, std::size_t connections, Durability durability)
    : state_(std::make_unique<State>(url, std::max<std::size_t>(connections, 1))) {
  state_->url.waits_for_disk = durability == Durability::full;
  for (std::size_t i = 0; i < std::max<std::size_t>(connections, 1); ++i) {
    try {
      open_session(state_->sessions.at(i), state_->url);
    } catch (...) {
      throw std::runtime_error("cannot open the database " + state_->url.shown + ": " +
                               describe_current_exception(state_->url).error.message);
    }
  }
}

Database::~Database() = default;

void Database::migrate(std::string_view scope, const std::vector<Migration>& migrations) {
  Lease lease(state_->sessions);
  const auto apply = [&](soci::session& session) {
    if (state_->url.postgresql) session << std::string(kMigrationLock);
    apply_migrations(session, scope, migrations);
    return true;
  };
  const Result<void> done = lease.held() ? run_transaction(lease.session(), state_->url,
                                                           state_->url.postgresql ? "begin" : "begin exclusive", apply)
                                         : Result<void>(no_connection());
  if (!done) throw std::runtime_error("cannot prepare the database " + state_->url.shown + ": " + done.error().message);
}

trace::Span Database::begin_span(Access access, const trace::Parent& parent) const {
  trace::Span span = trace::begin(parent, access == Access::write ? "sql write" : "sql read", trace::SpanKind::client);
  if (span.recording()) span.set("db.system.name", std::string(is_postgresql() ? "postgresql" : "sqlite"));
  return span;
}

Result<void> Database::transact(const std::function<bool(soci::session&)>& work, Access access,
                                const trace::Parent& parent) {
  trace::Span span = begin_span(access, parent);
  Lease lease(state_->sessions);
  if (!lease.held()) return no_connection();
  const bool postgresql = state_->url.postgresql;
  // PostgreSQL gives each statement its own moment unless it is asked for one.
  const char* const begin = access == Access::write
                                ? (postgresql ? "begin" : "begin immediate")
                                : (postgresql ? "begin isolation level repeatable read, read only" : "begin");
  Result<void> done = run_transaction(lease.session(), state_->url, begin, work);
  if (!done) span.fail(done.error().message);
  return done;
}

std::size_t Database::connections() const noexcept { return state_->count; }

void Database::observe(std::shared_ptr<Observer> observer) { state_->sessions.observer = std::move(observer); }

bool Database::is_postgresql() const noexcept { return state_->url.postgresql; }

CpuPool& Database::pool() { return state_->threads; }

}  // namespace valion::sql
