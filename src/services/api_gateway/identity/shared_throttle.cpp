#include "services/api_gateway/identity/shared_throttle.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>

#include "platform/objects/object_store.hpp"

namespace valion::gateway {
namespace {

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{{"failures", R"(create table gateway_failures (
          subject text primary key,
          since bigint not null,
          until bigint not null,
          failures integer not null))"}};
  return steps;
}

struct Counted {
  std::string subject;
  ThrottleSettings settings;
};
using AllCounted = std::array<Counted, 3>;

AllCounted counted(const SharedThrottleSettings& settings, const std::string& user, const std::string& address) {
  const std::string from = throttled_address(address);
  AllCounted all{Counted{sha256("user\n" + user + "\n" + from).text(), settings.user_from_address},
                 Counted{sha256("user\n" + user).text(), settings.user},
                 Counted{sha256("address\n" + from).text(), settings.address}};
  // Every gateway takes the rows in the same order: none waits for another that waits for it.
  std::sort(all.begin(), all.end(), [](const Counted& a, const Counted& b) { return a.subject < b.subject; });
  return all;
}

// Counts one more; how long to wait.
std::int64_t count(soci::session& session, const Counted& one, std::int64_t now) {
  const std::int64_t until = now + one.settings.window.count();
  session << "insert into gateway_failures (subject, since, until, failures) values (:subject, :since, :until, 1) on "
             "conflict (subject) do update set "
             "failures = case when gateway_failures.until <= excluded.since then 1 else gateway_failures.failures + 1 "
             "end, until = case when gateway_failures.until <= excluded.since then excluded.until else "
             "gateway_failures.until end",
      soci::use(one.subject), soci::use(now), soci::use(until);
  long long ends = 0;
  int failures = 0;
  session << "select until, failures from gateway_failures where subject = :subject", soci::use(one.subject),
      soci::into(ends), soci::into(failures);
  return failures > one.settings.failures ? std::max<std::int64_t>(ends - now, 1) : 0;
}

}  // namespace

std::string throttled_address(std::string_view address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(address), error);
  if (error || !parsed.is_v6() || parsed.to_v6().is_v4_mapped()) return std::string(address);
  auto bytes = parsed.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

SharedThrottle::SharedThrottle(sql::Database& database, SharedThrottleSettings settings)
    : database_(database), settings_(settings), here_(settings.address) {
  database.migrate("gateway_failures", migrations());
}

Async<Result<std::chrono::seconds>> SharedThrottle::attempt(std::string user, std::string address, Time now) {
  const auto flooding = here_.attempt(throttled_address(address), std::chrono::steady_clock::now());
  if (flooding.count() > 0) co_return flooding;
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto work = [all = counted(settings_, user, address), seconds](soci::session& session) {
    session << "delete from gateway_failures where until < :now", soci::use(seconds);
    std::int64_t wait = 0;
    for (const Counted& one : all) wait = std::max(wait, count(session, one, seconds));
    return std::chrono::seconds(wait);
  };
  auto wait = co_await database_.run(work);
  co_return wait;
}

Async<Result<void>> SharedThrottle::succeeded(std::string user, std::string address) {
  here_.succeeded(throttled_address(address));
  const auto work = [all = counted(settings_, user, address),
                     from = sha256("address\n" + throttled_address(address)).text()](soci::session& session) {
    for (const Counted& one : all) {
      if (one.subject == from) {  // who knows one password may not guess others for ever
        session << "update gateway_failures set failures = failures - 1 where subject = :subject", soci::use(from);
      } else {
        session << "delete from gateway_failures where subject = :subject", soci::use(one.subject);
      }
    }
  };
  auto done = co_await database_.run(work);
  co_return done;
}

}  // namespace valion::gateway
