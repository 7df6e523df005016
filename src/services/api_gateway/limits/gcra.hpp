// The generic cell rate algorithm: a limit of `requests` in `window` as a meter that earns one request every
// window/requests and holds `requests` at most. From any moment on it admits at most requests + t·requests/window in a
// time t.
//
// Its whole state is one moment, the theoretical arrival time: when the meter would be full again. How far that lies
// ahead is the debt. Rates are exact to a nanosecond a request.
#pragma once

#include <algorithm>
#include <cstdint>

#include "services/api_gateway/limits/decision.hpp"
#include "services/api_gateway/routing/route.hpp"

namespace valion::gateway::limits {

class Gcra {
 public:
  Gcra() = default;
  // A limit of 0 requests, or of 0 seconds, admits nothing.
  explicit Gcra(const RateLimit& limit) noexcept
      : tolerance_(limit.window), emission_(closed(limit) ? 0.0 : nanoseconds(limit.window) / limit.requests) {}
  [[nodiscard]] static bool closed(const RateLimit& limit) noexcept {
    return limit.requests == 0 || limit.window <= limit.window.zero();
  }
  // `parts` share the limit: each request here counts as one on each of them. At least one request fits.
  [[nodiscard]] Gcra part_of(std::size_t parts) const noexcept {
    Gcra part = *this;
    part.emission_ *= static_cast<double>(std::max<std::size_t>(parts, 1));
    part.tolerance_ = std::max(tolerance_, part.cost(1));
    return part;
  }

  // What `requests` add to the debt.
  [[nodiscard]] Span cost(std::int64_t requests) const noexcept {
    return Span(static_cast<Span::rep>(emission_ * static_cast<double>(requests)));
  }
  // How many requests fit now, with this debt.
  [[nodiscard]] std::int64_t room(Span debt) const noexcept {
    if (emission_ <= 0) return 0;
    const double free = nanoseconds(tolerance_ - std::max(debt, Span{0})) / emission_;
    return free <= 0 ? 0 : static_cast<std::int64_t>(free + kRounding);
  }
  // Until one request fits; 0: now.
  [[nodiscard]] Span wait(Span debt) const noexcept {
    return room(debt) > 0 ? Span{0} : std::max(debt + cost(1) - tolerance_, Span{1});
  }
  [[nodiscard]] Span tolerance() const noexcept { return tolerance_; }
  [[nodiscard]] double emission() const noexcept { return emission_; }  // nanoseconds a request earns

 private:
  static constexpr double kRounding = 1e-6;  // of a request: what adding up fractions of a nanosecond may lose
  [[nodiscard]] static double nanoseconds(Span span) noexcept { return static_cast<double>(span.count()); }

  Span tolerance_{0};
  double emission_ = 0;
};

}  // namespace valion::gateway::limits
