#include "services/api_gateway/edge/deadline_wheel.hpp"

namespace valion::gateway {

DeadlineWheel::DeadlineWheel(Executor executor, std::chrono::milliseconds tick) : tick_(tick), timer_(executor) {}

DeadlineWheel::Slot DeadlineWheel::add(Expiring& owner) {
  if (free_.empty()) {
    free_.push_back(static_cast<Slot>(due_.size()));
    due_.push_back(kNever);
    owners_.push_back(nullptr);
  }
  const Slot slot = free_.back();
  free_.pop_back();
  owners_[slot] = &owner;
  ++used_;
  if (!turning_ && !stopped_) {
    now_ = static_cast<std::uint32_t>((Clock::now() - began_) / tick_);
    schedule();
  }
  return slot;
}

void DeadlineWheel::remove(Slot slot) noexcept {
  due_[slot] = kNever;
  owners_[slot] = nullptr;
  free_.push_back(slot);
  --used_;
}

void DeadlineWheel::stop() {
  stopped_ = true;
  timer_.cancel();
}

void DeadlineWheel::schedule() {
  turning_ = true;
  timer_.expires_after(tick_);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    self->turning_ = false;
    if (!error && !self->stopped_) self->turn();
  });
}

void DeadlineWheel::turn() {
  now_ = static_cast<std::uint32_t>((Clock::now() - began_) / tick_);  // also after a loop that was busy for long
  for (Slot slot = 0; slot < due_.size(); ++slot) {
    if (due_[slot] > now_) continue;
    due_[slot] = kNever;
    owners_[slot]->expire();
  }
  if (used_ > 0) schedule();
}

}  // namespace valion::gateway
