// Who wants to know how the conversation with Redis goes: metrics, without this library knowing any.
#pragma once

namespace valion::redis {

enum class Outcome {
  answered,
  refused,
  unanswered
};  // refused: Redis said no; unanswered: too late, or connection lost

// Called on the client's event loop. Each sent() is followed by one ended().
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void connection(bool up) = 0;  // each time it comes and goes
  virtual void sent() = 0;
  virtual void ended(double seconds, Outcome outcome) = 0;
};

}  // namespace valion::redis
