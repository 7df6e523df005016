#include "services/api_gateway/edge/readiness.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <system_error>
#include <utility>

namespace valion::gateway {
namespace {

int new_set() {
  const int set = epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return set;
}

}  // namespace

Async<bool> Watched::wait(std::optional<Waiter>& waiter, const bool& ready) {
  if (ready) co_return true;
  const auto keep = [&waiter](Waiter given) { waiter.emplace(std::move(given)); };
  const bool went_well = co_await asio::async_initiate<decltype(use_async), void(bool)>(keep, use_async);
  co_return went_well;
}

void Watched::wake(std::optional<Waiter>& waiter) {
  if (!waiter) return;
  Waiter woken = std::move(*waiter);
  waiter.reset();
  std::move(woken)(true);  // may destroy what holds `waiter`
}

void Watched::take(std::uint32_t events) {
  constexpr std::uint32_t kOver = EPOLLERR | EPOLLHUP;
  ended_ = ended_ || (events & (kOver | EPOLLRDHUP)) != 0;
  readable_ = readable_ || ended_ || (events & EPOLLIN) != 0;
  writable_ = writable_ || (events & (kOver | EPOLLOUT)) != 0;
}

void Watched::cancel() {
  for (std::optional<Waiter>* waiter : {&reader_, &writer_}) {
    if (!*waiter) continue;
    auto woken = std::make_unique<Waiter>(std::move(**waiter));
    waiter->reset();
    asio::post(executor_, [woken = std::move(woken)]() mutable { std::move (*woken)(false); });
  }
}

Readiness::Readiness(Executor executor) : executor_(executor), set_(executor, new_set()) {}

void Readiness::start() { wait(); }

void Readiness::stop() {
  boost::system::error_code ignored;
  set_.close(ignored);
}

void Readiness::wait() {
  set_.async_wait(asio::posix::descriptor_base::wait_read,
                  [self = shared_from_this()](const boost::system::error_code& error) {
                    if (error) return;
                    self->turn();
                    if (self->set_.is_open()) self->wait();
                  });
}

// Whoever is woken may forget others of the same round: their places in it are emptied then.
void Readiness::turn() {
  for (int round = 0; round < kMostRounds && set_.is_open(); ++round) {
    count_ = epoll_wait(set_.native_handle(), events_.data(), kMostEvents, 0);
    if (count_ <= 0) break;
    for (int i = 0; i < count_; ++i) {
      auto* watched = static_cast<Watched*>(events_[i].data.ptr);
      watched->take(events_[i].events);
    }
    for (next_ = 0; next_ < count_; ++next_) {
      if (auto* watched = static_cast<Watched*>(events_[next_].data.ptr); watched != nullptr && watched->writable_) {
        Watched::wake(watched->writer_);
      }
      if (auto* watched = static_cast<Watched*>(events_[next_].data.ptr); watched != nullptr && watched->readable_) {
        Watched::wake(watched->reader_);
      }
    }
    if (count_ < kMostEvents / 8) break;  // little is going on: the next wait may as well be Asio's
  }
  count_ = 0;
}

std::unique_ptr<Watched> Readiness::watch(int socket) {
  std::unique_ptr<Watched> watched(new Watched(executor_));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = watched.get();
  if (!set_.is_open() || epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, socket, &event) != 0) watched->take(EPOLLERR);
  return watched;
}

void Readiness::forget(int socket, Watched& watched) noexcept {
  if (set_.is_open()) epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, socket, nullptr);
  for (int i = next_; i < count_; ++i) {
    if (events_[i].data.ptr == &watched) events_[i].data.ptr = nullptr;
  }
  watched.cancel();
}

}  // namespace valion::gateway
