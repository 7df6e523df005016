// Who wants to know how busy the connections of a database are: metrics, without this library knowing any.
#pragma once

namespace valion::sql {

// Called from any thread. Each leased() is followed by one released().
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void leased(double waited_seconds) = 0;
  virtual void released(double held_seconds) = 0;   // one transaction, retries included
  virtual void gave_up(double waited_seconds) = 0;  // no connection became free in time
};

}  // namespace valion::sql
