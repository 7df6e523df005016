#include "platform/sql/transaction.hpp"

#include <chrono>
#include <optional>
#include <random>
#include <thread>

#include "platform/sql/session.hpp"

namespace valion::sql {
namespace {

constexpr auto kPatience = std::chrono::seconds{10};
constexpr int kAttempts = 5;

void roll_back(soci::session& session) noexcept {
  try {
    session << "rollback";
  } catch (...) {
    // No transaction was open, or the connection is gone; either way nothing was kept.
  }
}

// Writers that collided must not collide again in step.
void wait_a_little(int attempt) {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::this_thread::sleep_for(std::chrono::milliseconds{std::uniform_int_distribution{1, 10 * attempt}(random)});
}

struct Attempt {
  std::optional<Failure> failure;
  bool may_repeat = false;
};

Attempt attempt_once(soci::session& session, const DatabaseUrl& url, const std::string& begin,
                     const std::function<bool(soci::session&)>& work) {
  bool committing = false;
  try {
    if (!session.is_connected()) open_session(session, url);
    session << begin;
    const bool keep = work(session);
    committing = true;
    session << (keep ? "commit" : "rollback");
    return {};
  } catch (...) {
    Attempt ended{describe_current_exception(url)};
    ended.may_repeat = ended.failure->busy || (ended.failure->lost && !committing);
    if (ended.failure->lost) {
      session.close();
    } else {
      roll_back(session);
    }
    return ended;
  }
}

}  // namespace

Result<void> run_transaction(soci::session& session, const DatabaseUrl& url, const std::string& begin,
                             const std::function<bool(soci::session&)>& work) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  for (int attempt = 1;; ++attempt) {
    Attempt ended = attempt_once(session, url, begin, work);
    if (!ended.failure) return {};
    const bool patient = url.postgresql ? attempt < kAttempts : std::chrono::steady_clock::now() < give_up;
    if (!ended.may_repeat || !patient) return fail(std::move(ended.failure->error));
    wait_a_little(std::min(attempt, 10));
  }
}

}  // namespace valion::sql
