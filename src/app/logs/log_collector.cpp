#include "app/logs/log_collector.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/date.hpp"
#include "platform/json/described.hpp"
#include "platform/log/json_line.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kRound = 100ms;
constexpr std::string_view kTimeMark = "{\"timestamp\":\"";
constexpr std::size_t kTimeLength = 24;

std::string now() { return utc_timestamp(std::chrono::system_clock::now()); }

std::string note(const std::string& log, log::Level level, std::string_view message, const log::Fields& fields) {
  return log::json_line(now(), level, {"orchestrator", log}, message, fields);
}

// Only whole JSON lines go into valion.log; anything else is wrapped, so that it is seen and breaks nothing.
std::string as_json_line(const std::string& log, std::string line) {
  if (line.starts_with('{') && line.ends_with('}')) return line;
  return note(log, log::Level::warning, "not a log line", {{"text", std::move(line)}});
}

std::string_view time_of(const std::string& line) {
  return line.starts_with(kTimeMark) ? std::string_view(line).substr(kTimeMark.size(), kTimeLength)
                                     : std::string_view();
}

std::int64_t inode_of(int descriptor) {
  struct stat found {};
  return fstat(descriptor, &found) == 0 ? static_cast<std::int64_t>(found.st_ino) : 0;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::filesystem::path places_file(const std::filesystem::path& folder) {
  return folder / (std::string(kJoinedLog) + ".places");
}

}  // namespace

LogCollector::LogCollector(std::filesystem::path folder, CollectorLimits limits)
    : folder_(std::move(folder)), limits_(limits) {
  limits_.batch_bytes = std::min(limits_.batch_bytes, limits_.rotate_bytes);
  recover();
}

LogCollector::~LogCollector() {
  if (output_ >= 0) close(output_);
}

void LogCollector::recover() {
  output_ = open((folder_ / kJoinedLog).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct stat found {};
  if (output_ < 0 || fstat(output_, &found) != 0) return;
  const auto inode = static_cast<std::int64_t>(found.st_ino);
  const auto size = static_cast<std::int64_t>(found.st_size);
  std::ifstream file(places_file(folder_), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto places = json::decode<CollectedPlaces>(text, json::Unknown::ignored);
  // Another inode: killed between the rotation and the new places, when nothing in the new file counted yet.
  const std::int64_t known = !places ? size : places->inode == inode ? std::min(places->size, size) : 0;
  if (places) places_.logs = places->logs;
  if (size > known && ftruncate(output_, static_cast<off_t>(known)) != 0) return;
  places_.inode = inode;
  places_.size = known;
}

void LogCollector::meet_new_logs() {
  for (const std::filesystem::path& log : logs_in(folder_)) {
    const std::string name = log.filename().string();
    if (followers_.contains(name)) continue;
    std::optional<LogPlace> from;
    if (const auto known = places_.logs.find(name); known != places_.logs.end()) from = known->second;
    followers_.emplace(name, LogFollower(log, from));
  }
}

bool LogCollector::collect() {
  meet_new_logs();
  if (!pending_.empty() && !write_batch()) return false;
  for (bool more = true; more;) {
    if (!collect_batch(more)) return false;
  }
  return true;
}

bool LogCollector::collect_batch(bool& more) {
  more = false;
  std::vector<std::string> lines;
  const std::size_t share = limits_.batch_bytes / std::max<std::size_t>(followers_.size(), 1) / 2;
  for (auto& [name, follower] : followers_) {
    std::vector<std::string> fresh;
    more = follower.read(fresh, std::max<std::size_t>(share, 1)) || more;
    if (follower.take_gap()) {
      lines.push_back(
          note(name, log::Level::warning, "lines were rotated away before they were read", {{"log", name}}));
    }
    for (std::string& line : fresh) {
      if (!line.empty()) lines.push_back(as_json_line(name, std::move(line)));
    }
  }
  if (lines.empty()) return true;
  std::stable_sort(lines.begin(), lines.end(),
                   [](const std::string& a, const std::string& b) { return time_of(a) < time_of(b); });
  for (const std::string& line : lines) pending_.append(line).push_back('\n');
  return write_batch();
}

bool LogCollector::write_batch() {
  if (!make_room(pending_.size())) return false;
  if (!write_all(output_, pending_)) {
    static_cast<void>(!ftruncate(output_, static_cast<off_t>(places_.size)));  // what found room goes again
    return false;
  }
  places_.size += static_cast<std::int64_t>(pending_.size());
  for (const auto& [name, follower] : followers_) places_.logs[name] = follower.place();
  pending_.clear();
  saved_ = save_places();  // when it fails: the older places stand, with the older length, and both are true together
  return true;
}

// Rotates when the batch would make the file too long. Before that the places must stand: recovery cuts only the newest file.
bool LogCollector::make_room(std::size_t bytes) {
  const auto size = static_cast<std::size_t>(places_.size);
  if (output_ >= 0 && (size == 0 || size + bytes <= limits_.rotate_bytes)) return true;
  if (!saved_ && !(saved_ = save_places())) return false;
  const std::filesystem::path log = folder_ / kJoinedLog;
  const auto numbered = [&](int number) { return log.string() + "." + std::to_string(number); };
  std::error_code ignored;  // a number that is not there is a gap, not a failure
  for (int number = limits_.kept; number > 1; --number) {
    std::filesystem::rename(numbered(number - 1), numbered(number), ignored);
  }
  std::filesystem::rename(log, numbered(1), ignored);
  const int fresh = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fresh < 0) return false;
  if (output_ >= 0) close(output_);
  output_ = fresh;
  places_.inode = inode_of(fresh);
  places_.size = 0;
  return true;
}

bool LogCollector::save_places() {
  const std::filesystem::path file = places_file(folder_);
  const std::filesystem::path fresh = file.string() + ".new";
  const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  const bool written = write_all(descriptor, json::encode(places_));
  close(descriptor);
  return written && std::rename(fresh.c_str(), file.c_str()) == 0;
}

CollectingThread::CollectingThread(std::filesystem::path folder)
    : collector_(std::move(folder)), thread_([this] { run(); }) {}

CollectingThread::~CollectingThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void CollectingThread::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    lock.unlock();
    collector_.collect();
    lock.lock();
    wake_.wait_for(lock, kRound, [this] { return ending_; });
  }
  collector_.collect();
}

}  // namespace valion::app
