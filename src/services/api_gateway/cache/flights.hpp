// Who is fetching what just now, and who waits for it: of many that miss one key at once, one fetches (it leads), the others wait.
//
// Event-loop thread only. A lead that is dropped, by success or failure or because its connection died, wakes all that wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "platform/async/async.hpp"

namespace valion::gateway::cache {

class Flights {
 public:
  // The right, and the duty, to fetch one key. Destroying it sets the others free.
  class Lead {
   private:
    friend class Flights;
    struct State;
    explicit Lead(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;

   public:
    Lead(Lead&&) noexcept;
    Lead& operator=(Lead&&) noexcept;
    ~Lead();
  };

  explicit Flights(Executor executor);
  ~Flights();
  Flights(const Flights&) = delete;
  Flights& operator=(const Flights&) = delete;

  [[nodiscard]] bool under_way(std::uint64_t key) const noexcept;
  // Nothing when somebody leads already.
  [[nodiscard]] std::optional<Lead> lead(std::uint64_t key);
  // Until the one under way has ended (true, also when none is) or `patience` is over (false).
  [[nodiscard]] Async<bool> wait(std::uint64_t key, std::chrono::milliseconds patience);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::gateway::cache
