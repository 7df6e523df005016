#include "platform/http/deadlines.hpp"

namespace valion::http {

constexpr std::chrono::milliseconds kTick{50};

Deadlines::Deadlines(Executor executor) : timer_(executor) {}

std::shared_ptr<Deadlines::Watch> Deadlines::watch(std::function<void()> on_expiry) {
  auto added = std::make_shared<Watch>(std::move(on_expiry));
  watches_.push_back(added);
  if (!ticking_ && !stopped_) schedule();
  return added;
}

void Deadlines::stop() {
  stopped_ = true;
  timer_.cancel();
}

void Deadlines::stop_if_unused() {
  std::erase_if(watches_, [](const std::weak_ptr<Watch>& weak) { return weak.expired(); });
  if (watches_.empty()) stop();
}

void Deadlines::schedule() {
  ticking_ = true;
  timer_.expires_after(kTick);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    self->ticking_ = false;
    if (!error && !self->stopped_) self->tick();
  });
}

void Deadlines::tick() {
  const auto now = Clock::now();
  std::vector<std::shared_ptr<Watch>> due;
  std::erase_if(watches_, [&](const std::weak_ptr<Watch>& weak) {
    auto watch = weak.lock();
    if (watch && watch->due_ <= now && !watch->expired_) due.push_back(std::move(watch));
    return weak.expired();
  });
  for (const auto& watch : due) {
    watch->expired_ = true;
    watch->on_expiry_();
  }
  if (!watches_.empty()) schedule();
}

}  // namespace valion::http
