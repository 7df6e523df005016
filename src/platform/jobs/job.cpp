#include "platform/jobs/job.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <random>

namespace valion::jobs {
namespace {

constexpr std::array<std::string_view, 6> kStates{"queued", "running", "succeeded", "failed", "cancelled", "expired"};
constexpr std::array<std::string_view, 3> kPriorities{"high", "normal", "low"};
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr int kMomentDigits = 11;  // of microseconds: until the year 3111
constexpr int kRandomDigits = 9;

template <class T, std::size_t N>
std::optional<T> find_name(const std::array<std::string_view, N>& names, std::string_view text) noexcept {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<T>(found - names.begin());
}

// Two jobs of the same microsecond still sort in the order in which they came.
std::uint64_t next_moment() {
  static std::atomic<std::uint64_t> last{0};
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto now = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(since).count());
  std::uint64_t before = last.load();
  std::uint64_t mine = 0;
  do {
    mine = std::max(now, before + 1);
  } while (!last.compare_exchange_weak(before, mine));
  return mine;
}

void append_digits(std::string& text, std::uint64_t number, int digits) {
  for (int i = digits - 1; i >= 0; --i) text += kDigits[(number >> (5 * i)) & 31u];
}

}  // namespace

std::string_view name_of(JobState state) noexcept { return kStates[static_cast<std::size_t>(state)]; }
std::optional<JobState> parse_state(std::string_view text) noexcept { return find_name<JobState>(kStates, text); }
std::string_view name_of(Priority priority) noexcept { return kPriorities[static_cast<std::size_t>(priority)]; }
std::optional<Priority> parse_priority(std::string_view text) noexcept {
  return find_name<Priority>(kPriorities, text);
}

bool worth_retrying(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::unavailable:
    case ErrorKind::timeout:
    case ErrorKind::bad_gateway:
    case ErrorKind::too_many_requests:
    case ErrorKind::interrupted:
    case ErrorKind::internal: return true;
    default: return false;
  }
}

std::chrono::milliseconds pause_before_retry(const KindOptions& options, int attempt, double random) noexcept {
  const double doubled = static_cast<double>(options.first_pause.count()) * std::exp2(std::clamp(attempt - 1, 0, 40));
  const double most = std::min(doubled, static_cast<double>(options.longest_pause.count()));
  return std::chrono::milliseconds{static_cast<std::int64_t>(most * (0.5 + 0.5 * random))};
}

std::string new_job_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::string id = "job-";
  append_digits(id, next_moment(), kMomentDigits);
  append_digits(id, random(), kRandomDigits);
  return id;
}

}  // namespace valion::jobs
