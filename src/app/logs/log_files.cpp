#include "app/logs/log_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <set>

namespace valion::app {
namespace {

constexpr int kLooks = 50;

void add(std::vector<LogFile>& files, const std::filesystem::path& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return;
  files.push_back({path, static_cast<std::int64_t>(found.st_ino), static_cast<std::int64_t>(found.st_size)});
}

// The number of `x.log.3`; 0 for anything else.
int number_of(const std::string& file, const std::string& log) {
  if (!file.starts_with(log + ".")) return 0;
  const std::string digits = file.substr(log.size() + 1);
  const bool number =
      !digits.empty() && digits.size() < 7 && digits.find_first_not_of("0123456789") == std::string::npos;
  return number ? std::stoi(digits) : 0;
}

std::vector<LogFile> look(const std::filesystem::path& log) {
  int highest = 0;
  std::error_code error;
  std::filesystem::directory_iterator it(log.parent_path(), error);
  for (const std::filesystem::directory_iterator end; !error && it != end; it.increment(error)) {
    highest = std::max(highest, number_of(it->path().filename().string(), log.filename().string()));
  }
  std::vector<LogFile> files;
  for (int number = highest + 1; number >= 1; --number) add(files, log.string() + "." + std::to_string(number));
  add(files, log);
  return files;
}

// `ml_service.log.3` > `ml_service.log`; anything else that is no log > empty.
std::string log_name(const std::string& file) {
  constexpr std::string_view kSuffix = ".log";
  const auto end = file.rfind(kSuffix);
  if (end == std::string::npos || end == 0) return "";
  const std::string rest = file.substr(end + kSuffix.size());
  const bool rotated =
      rest.size() > 1 && rest[0] == '.' && rest.find_first_not_of("0123456789", 1) == std::string::npos;
  return rest.empty() || rotated ? file.substr(0, end + kSuffix.size()) : "";
}

}  // namespace

std::vector<LogFile> files_of(const std::filesystem::path& log) {
  std::vector<LogFile> files = look(log);
  for (int again = 0; again < kLooks; ++again) {
    std::vector<LogFile> second = look(log);
    const bool still = second == files;
    files = std::move(second);
    if (still) break;
  }
  return files;
}

std::vector<std::filesystem::path> logs_in(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> logs;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = log_name(it->path().filename().string());
    if (!name.empty() && name != kJoinedLog) logs.insert(folder / name);
  }
  return {logs.begin(), logs.end()};
}

}  // namespace valion::app
