#include "platform/log/logger.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <stdexcept>

#include "base/date.hpp"
#include "platform/log/json_line.hpp"
#include "platform/log/rotating_file.hpp"

namespace valion::log {
namespace {

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::trace: return spdlog::level::trace;
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

Level level_of(const std::string& name) {
  if (const auto level = parse_level(name)) return *level;
  // spdlog would take an unknown name for «off».
  throw std::invalid_argument("there is no log level " + name + "; trace, debug, info, warning, error are");
}

// spdlog's own rotating sink writes through stdio, which tears a long line into several writes.
class RotatingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  RotatingSink(const LogSettings& settings, std::atomic<std::uint64_t>& lost)
      : file_(settings.file, settings.rotate_bytes, settings.files), lost_(lost) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (!file_.append({message.payload.data(), message.payload.size()})) ++lost_;
  }
  void flush_() override {}

  RotatingFile file_;
  std::atomic<std::uint64_t>& lost_;
};

}  // namespace

struct Logger::State {
  explicit State(const LogSettings& settings)
      : origin{settings.service_name, settings.instance},
        level(level_of(settings.level)),
        logger(settings.service_name, make_sink(settings, lost)) {}

  static spdlog::sink_ptr make_sink(const LogSettings& settings, std::atomic<std::uint64_t>& lost) {
    if (settings.file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
    return std::make_shared<RotatingSink>(settings, lost);
  }

  Origin origin;
  std::atomic<Level> level;
  std::atomic<std::uint64_t> written{0};
  std::atomic<std::uint64_t> lost{0};
  spdlog::logger logger;
};

Logger::Logger(const LogSettings& settings) : state_(new State(settings)) {
  state_->logger.set_pattern("%v");
  state_->logger.set_level(spdlog::level::trace);  // the threshold is ours, so that it can be asked for
  state_->logger.flush_on(spdlog::level::trace);
  state_->logger.set_error_handler([](const std::string&) {});  // a full disk must not stop the service
}

Logger::~Logger() = default;

void Logger::write(Level level, std::string_view message, const Fields& fields) {
  if (level < this->level()) return;
  try {
    const std::string line =
        json_line(utc_timestamp(std::chrono::system_clock::now()), level, state_->origin, message, fields);
    state_->logger.log(spdlog_level(level), spdlog::string_view_t(line));
    ++state_->written;
  } catch (const std::exception&) {
    ++state_->lost;  // out of memory: the work that wanted the line goes on
  }
}

void Logger::set_level(Level level) noexcept { state_->level.store(level, std::memory_order_relaxed); }

Level Logger::level() const noexcept { return state_->level.load(std::memory_order_relaxed); }

LogCounts Logger::counts() const noexcept {
  const std::uint64_t lost = state_->lost.load(), attempted = state_->written.load();
  return {attempted - std::min(lost, attempted), lost};
}

}  // namespace valion::log
