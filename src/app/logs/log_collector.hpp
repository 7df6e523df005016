// Joins the logs of all processes into `valion.log`, which nobody else writes: each line of each log once, whole, in the order
// of time within what arrived together. Rotated like the others.
//
// How nothing is doubled or lost when the orchestrator is killed: `valion.log.places` says how far each log had been read and how
// long valion.log was then, and is replaced in one step (rename) after every batch. At start, what valion.log holds beyond that
// length is cut off and read again from the places. Without that file every log is read from its beginning.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/logs/log_follower.hpp"

namespace valion::app {

// What `valion.log.places` holds.
struct CollectedPlaces {
  std::int64_t inode = 0, size = 0;  // of valion.log when the logs had been read that far
  std::map<std::string, LogPlace> logs;
};
BOOST_DESCRIBE_STRUCT(CollectedPlaces, (), (inode, size, logs))

struct CollectorLimits {
  std::size_t rotate_bytes = 10u << 20;
  int kept = 5;                        // rotated files beside valion.log
  std::size_t batch_bytes = 1u << 20;  // about; never more than rotate_bytes
};

// One per home (hold its lock). Not thread-safe.
class LogCollector {
 public:
  explicit LogCollector(std::filesystem::path folder, CollectorLimits limits = {});
  ~LogCollector();
  LogCollector(const LogCollector&) = delete;
  LogCollector& operator=(const LogCollector&) = delete;

  // Everything that is there now. False when the disk refused it: the lines are kept and tried again at the next call.
  bool collect();

 private:
  void recover();
  void meet_new_logs();
  bool collect_batch(bool& more);
  bool write_batch();
  bool make_room(std::size_t bytes);
  bool save_places();

  std::filesystem::path folder_;
  CollectorLimits limits_;
  std::map<std::string, LogFollower> followers_;  // by file name
  CollectedPlaces places_;                        // of what has been written
  bool saved_ = true;                             // the file says the same as places_
  int output_ = -1;
  std::string pending_;  // a batch that could not be written yet
};

// A collector on a thread of its own: a round every 100 ms, and a last one when destroyed.
class CollectingThread {
 public:
  explicit CollectingThread(std::filesystem::path folder);
  ~CollectingThread();

 private:
  void run();
  LogCollector collector_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace valion::app
