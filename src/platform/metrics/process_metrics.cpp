#include "platform/metrics/process_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace valion::metrics {
namespace {

double clock_ticks() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

// `btime 1732438000` of /proc/stat.
double boot_seconds() {
  std::ifstream stat("/proc/stat");
  for (std::string line; std::getline(stat, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return 0;
}

// Fields of /proc/self/stat behind the program's name, which may hold blanks and brackets: proc(5), from field 3 on.
void read_stat(ProcessFigures& figures) {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string field;
  double user = 0, system = 0, start = 0, resident_pages = 0;
  for (int number = 3; number <= 24 && fields >> field; ++number) {
    const double value = number == 3 ? 0 : std::stod(field);
    if (number == 14) user = value;
    if (number == 15) system = value;
    if (number == 20) figures.threads = value;
    if (number == 22) start = value;
    if (number == 23) figures.virtual_bytes = value;
    if (number == 24) resident_pages = value;
  }
  figures.cpu_seconds = (user + system) / clock_ticks();
  figures.resident_bytes = resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
  static const double boot = boot_seconds();
  figures.start_seconds = boot + start / clock_ticks();
}

double read_proportional_bytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Pss:")) return std::stod(line.substr(4)) * 1024;
  }
  return 0;
}

double count_open_files() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++count;
  }
  return count - 1;  // the one that reads the folder
}

}  // namespace

ProcessFigures read_process_figures() {
  ProcessFigures figures;
  read_stat(figures);
  figures.proportional_bytes = read_proportional_bytes();
  figures.open_files = count_open_files();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.most_files = static_cast<double>(limit.rlim_cur);
  return figures;
}

ProcessMetrics::ProcessMetrics(Registry& registry)
    : registry_(registry),
      cpu_seconds_(registry.counter("process_cpu_seconds_total", "CPU time, user and system, in seconds")) {
  update();
}

void ProcessMetrics::update() {
  const ProcessFigures now = read_process_figures();
  if (now.cpu_seconds > counted_cpu_seconds_) cpu_seconds_.Increment(now.cpu_seconds - counted_cpu_seconds_);
  counted_cpu_seconds_ = now.cpu_seconds;
  const auto show = [&](const char* name, const char* help, double value) { registry_.gauge(name, help).Set(value); };
  show("process_resident_memory_bytes", "Resident memory", now.resident_bytes);
  show("process_proportional_memory_bytes", "Memory with shared pages divided by those who share them (PSS)",
       now.proportional_bytes);
  show("process_virtual_memory_bytes", "Virtual memory", now.virtual_bytes);
  show("process_open_fds", "Open file descriptors", now.open_files);
  show("process_max_fds", "Most file descriptors that may be open", now.most_files);
  show("process_threads", "Threads", now.threads);
  show("process_start_time_seconds", "Start of the process, seconds since 1970", now.start_seconds);
}

}  // namespace valion::metrics
