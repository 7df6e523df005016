#include "platform/log/logger.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>
#include <exception>
#include <stdexcept>

#include "base/date.hpp"
#include "platform/log/json_line.hpp"

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

spdlog::level::level_enum threshold_of(const std::string& name) {
  for (const Level level : {Level::trace, Level::debug, Level::info, Level::warning, Level::error}) {
    if (name_of(level) == name) return spdlog_level(level);
  }
  // spdlog would take an unknown name for «off».
  throw std::invalid_argument("there is no log level " + name + "; trace, debug, info, warning, error are");
}

spdlog::sink_ptr make_sink(const LogSettings& settings) {
  if (settings.file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  std::filesystem::create_directories(settings.file.parent_path());
  // spdlog counts the files beside the one being written.
  return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(settings.file.string(), settings.rotate_bytes,
                                                                settings.files - 1);
}

}  // namespace

struct Logger::State {
  LogSettings settings;
  spdlog::logger logger;
};

Logger::Logger(const LogSettings& settings)
    : state_(new State{settings, spdlog::logger(settings.service_name, make_sink(settings))}) {
  state_->logger.set_pattern("%v");
  state_->logger.set_level(threshold_of(settings.level));
  state_->logger.flush_on(spdlog::level::trace);
  state_->logger.set_error_handler([](const std::string&) {});  // a full disk must not stop the service
}

Logger::~Logger() = default;

void Logger::write(Level level, std::string_view message, const Fields& fields) {
  const auto threshold = spdlog_level(level);
  if (!state_->logger.should_log(threshold)) return;
  try {
    state_->logger.log(threshold, json_line(utc_timestamp(std::chrono::system_clock::now()), level,
                                            state_->settings.service_name, state_->settings.instance, message, fields));
  } catch (const std::exception&) {
    // Out of memory: the line is lost, the work that wanted it goes on.
  }
}

}  // namespace valion::log
