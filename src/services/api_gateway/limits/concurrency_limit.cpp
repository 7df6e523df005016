#include "services/api_gateway/limits/concurrency_limit.hpp"

#include <algorithm>
#include <cmath>

namespace valion::gateway::limits {

namespace {

constexpr int kLeastAnswers = 16;       // of a window that teaches
constexpr double kLeastGradient = 0.5;  // what one window can do at most
constexpr double kSmoothing = 0.2;      // of the limit
constexpr double kShrinkOnFailure = 0.9;
constexpr double kFailureShare = 0.1;        // of a window: a single lost request is no overload
constexpr double kUsed = 0.5;                // of the limit: only then it moves
constexpr double kFall = 0.3, kRise = 0.05;  // of the latency without a queue, each window

}  // namespace

ConcurrencyLimit::ConcurrencyLimit(ConcurrencySettings settings) : settings_(settings) {
  settings_.least = std::max(settings_.least, 1.0);
  settings_.most = std::max(settings_.most, settings_.least);
  limit_ = std::clamp(settings_.first, settings_.least, settings_.most);
}

int ConcurrencyLimit::limit() const noexcept { return static_cast<int>(limit_); }

bool ConcurrencyLimit::try_enter(Importance importance) noexcept {
  if (importance == Importance::ordinary && under_way_ >= limit()) {
    ++shed_;
    return false;
  }
  ++under_way_;
  most_under_way_ = std::max(most_under_way_, under_way_);
  return true;
}

void ConcurrencyLimit::abandon() noexcept { under_way_ = std::max(under_way_ - 1, 0); }

void ConcurrencyLimit::leave(Span latency, bool ok, Moment now) noexcept {
  abandon();
  if (answers_ + failures_ == 0) began_ = now - std::max(latency, Span{0});
  if (ok) {
    ++answers_;
    sum_ += std::chrono::duration<double>(latency).count();
  } else {
    ++failures_;
  }
  if (answers_ + failures_ >= kLeastAnswers && now - began_ >= settings_.window) learn(now);
}

void ConcurrencyLimit::learn(Moment now) noexcept {
  const int seen = answers_ + failures_;
  if (failures_ > kFailureShare * seen) {
    limit_ *= kShrinkOnFailure;
  } else if (answers_ > 0) {
    follow(std::max(sum_ / answers_, 1e-6));
  }
  limit_ = std::clamp(limit_, settings_.least, settings_.most);
  began_ = now;
  sum_ = 0;
  answers_ = failures_ = 0;
  most_under_way_ = under_way_;
}

void ConcurrencyLimit::follow(double latency) noexcept {
  const bool used = most_under_way_ >= kUsed * limit_;
  if (without_queue_ == 0) without_queue_ = latency;
  if (latency < without_queue_) without_queue_ += kFall * (latency - without_queue_);
  if (latency > without_queue_ && (!used || limit_ <= settings_.least))
    without_queue_ += kRise * (latency - without_queue_);
  if (!used) return;
  const double gradient = std::clamp(settings_.tolerance * without_queue_ / latency, kLeastGradient, 1.0);
  const double wanted = limit_ * gradient + std::sqrt(limit_);
  limit_ += kSmoothing * (wanted - limit_);
}

}  // namespace valion::gateway::limits
