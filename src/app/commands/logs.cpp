// `valion logs`: the lines of one log or of several, merged by time, filtered, for people or as they are.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <thread>

#include "app/commands/commands.hpp"
#include "app/logs/log_follower.hpp"
#include "app/logs/log_record.hpp"
#include "app/terminal/colours.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kFollowPause = 150ms;
constexpr std::int64_t kFollowLines = 20;
constexpr std::size_t kPiece = 256 * 1024;  // bytes of each log in memory

// `ml_service.log` and `ml_service-2.log` are ml_service's.
bool is_log_of(const std::filesystem::path& log, const std::string& service) {
  const std::string stem = log.stem().string();
  if (stem == service) return true;
  const std::string rest = stem.starts_with(service + "-") ? stem.substr(service.size() + 1) : "";
  return !rest.empty() && rest.find_first_not_of("0123456789") == std::string::npos;
}

// One service's own logs reach further back than the joined one. Without an orchestrator there is no joined one.
std::vector<std::filesystem::path> chosen_logs(const std::filesystem::path& folder, const std::string& service) {
  if (service.empty() && std::filesystem::exists(folder / kJoinedLog)) return {folder / kJoinedLog};
  std::vector<std::filesystem::path> logs = logs_in(folder);
  std::erase_if(logs, [&](const auto& log) { return !service.empty() && !is_log_of(log, service); });
  return logs;
}

struct Line {
  std::string text;
  LogRecord record;
};

// The lines of several logs as one stream.
class MergedLogs {
 public:
  explicit MergedLogs(const std::vector<std::filesystem::path>& logs) {
    for (const auto& log : logs) sources_.push_back({LogFollower(log, std::nullopt), {}});
  }

  // The next by time among what is there now.
  std::optional<Line> next() {
    Source* first = nullptr;
    for (Source& source : sources_) {
      if (source.lines.empty()) refill(source);
      const bool earlier = !source.lines.empty() && (first == nullptr || source.lines.front().record.timestamp <
                                                                             first->lines.front().record.timestamp);
      if (earlier) first = &source;
    }
    if (first == nullptr) return std::nullopt;
    Line line = std::move(first->lines.front());
    first->lines.pop_front();
    return line;
  }

 private:
  struct Source {
    LogFollower follower;
    std::deque<Line> lines;
  };
  static void refill(Source& source) {
    std::vector<std::string> texts;
    source.follower.read(texts, kPiece);
    for (std::string& text : texts) {
      auto record = json::decode<LogRecord>(text, json::Unknown::ignored);
      if (record) source.lines.push_back({std::move(text), std::move(*record)});
    }
  }
  std::vector<Source> sources_;
};

class Printer {
 public:
  explicit Printer(bool json) : json_(json), colours_(shows_colours(stdout)) {}
  // False when nobody reads any more (`| head`).
  bool print(const Line& line) const {
    const std::string text = (json_ ? line.text : to_text(line.record, colours_)) + "\n";
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  }

 private:
  bool json_;
  bool colours_;
};

// What is there now: all of it, or the last `lines`. False when nobody reads any more.
bool print_present(MergedLogs& logs, const LogFilter& filter, std::optional<std::int64_t> lines,
                   const Printer& printer) {
  std::deque<Line> last;
  while (auto line = logs.next()) {
    if (!passes(filter, line->record)) continue;
    if (!lines) {
      if (!printer.print(*line)) return false;
      continue;
    }
    last.push_back(std::move(*line));
    if (static_cast<std::int64_t>(last.size()) > *lines) last.pop_front();
  }
  return std::all_of(last.begin(), last.end(), [&](const Line& line) { return printer.print(line); });
}

}  // namespace

int show_logs(const Settings& settings, const LogOptions& options) {
  LogFilter filter{options.service, options.level, options.request_id, ""};
  if (!options.since.empty()) {
    const auto since = parse_since(options.since, std::chrono::system_clock::now());
    if (!since) return complain(since.error()), 2;
    filter.since = *since;
  }
  const auto chosen = chosen_logs(settings.home / "logs", options.service);
  if (chosen.empty()) {
    return complain(
        make_error(ErrorKind::not_found,
                   fmt::format("there is no log{} in {}", options.service.empty() ? "" : " of " + options.service,
                               (settings.home / "logs").string())));
  }
  MergedLogs logs(chosen);
  const Printer printer(options.json);
  const bool all = !options.follow || !options.since.empty() || !options.request_id.empty();
  const auto lines = options.lines || all ? options.lines : std::optional(kFollowLines);
  if (!print_present(logs, filter, lines, printer)) return 0;
  std::fflush(stdout);
  while (options.follow) {
    std::this_thread::sleep_for(kFollowPause);
    if (!print_present(logs, filter, std::nullopt, printer) || std::fflush(stdout) != 0) return 0;
  }
  return 0;
}

}  // namespace valion::app
