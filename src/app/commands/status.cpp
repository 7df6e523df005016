// `valion status`: what the registry knows, checked against what each instance says of itself right now.
#include <fmt/format.h>

#include <cmath>
#include <thread>

#include "app/commands/commands.hpp"
#include "app/status/status_view.hpp"
#include "app/terminal/colours.hpp"
#include "app/terminal/table.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;

std::string age(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min", whole / 60);
  if (whole < 172'800) return fmt::format("{} h", whole / 3600);
  return fmt::format("{} d", whole / 86'400);
}

std::string coloured(const std::string& text, const std::string& status) {
  if (!shows_colours(stdout)) return text;
  const char* colour = status == "up" ? "\033[32m" : status == "degraded" ? "\033[33m" : "\033[31m";
  return fmt::format("{}{}\033[0m", colour, text);
}

std::string latency_text(const StatusInstance& one) {
  if (!one.latency) return "–";
  return fmt::format("{:.3g} / {:.3g} / {:.3g}", one.latency->p50, one.latency->p95, one.latency->p99);
}

void print_table(const StatusDocument& document, bool verbose) {
  TextTable table{{"service", "instance", "port", "status", "version", "uptime"}, {}};
  if (verbose) table.header.insert(table.header.end(), {"requests", "5xx", "ms p50 / p95 / p99"});
  std::vector<std::string> states;
  const auto add = [&](std::vector<std::string> row, const StatusInstance* one) {
    if (verbose && one != nullptr && one->requests) {
      row.insert(row.end(), {fmt::format("{:.0f}", *one->requests), fmt::format("{:.0f}", one->errors.value_or(0)),
                             latency_text(*one)});
    }
    row.resize(table.header.size(), "–");
    states.push_back(row[3]);
    table.rows.push_back(std::move(row));
  };
  for (const StatusService& service : document.services) {
    if (service.instances.empty()) add({service.name, "none", "–", "down"}, nullptr);
    for (const StatusInstance& one : service.instances) {
      add({service.name, one.id, std::to_string(one.port), one.status, one.version, age(one.uptime)}, &one);
    }
  }
  std::string text = to_text(table);
  for (const std::string state : {"degraded", "down", "up"}) {  // the column is as wide as without colours
    const std::string plain = " " + state + " ";
    for (std::size_t at = 0; (at = text.find(plain, at)) != std::string::npos;) {
      const std::string painted = " " + coloured(state, state) + " ";
      text.replace(at, plain.size(), painted);
      at += painted.size();
    }
  }
  fmt::print("{}", text);
}

void print_processes(const OrchestratorView& orchestrator) {
  fmt::print("\norchestrator: process {}, {} for {}\n", orchestrator.process, orchestrator.state,
             age(orchestrator.uptime));
  TextTable table{{"process", "state", "id", "restarts", "last end"}, {}};
  for (const ProcessView& one : orchestrator.processes) {
    table.rows.push_back({one.name, one.state, one.process == 0 ? "–" : std::to_string(one.process),
                          std::to_string(one.restarts), one.last_end.empty() ? "–" : one.last_end});
  }
  fmt::print("{}", to_text(table));
}

void print_calls_and_queues(const StatusDocument& document) {
  TextTable table{{"instance", "what", "now"}, {}};
  for (const StatusService& service : document.services) {
    for (const StatusInstance& one : service.instances) {
      for (const auto& [upstream, state] : one.breakers)
        table.rows.push_back({one.id, "breaker to " + upstream, state});
      for (const auto& [queue, depth] : one.queues) {
        if (depth > 0) table.rows.push_back({one.id, queue, fmt::format("{:g}", depth)});
      }
    }
  }
  if (!table.rows.empty()) fmt::print("\n{}", to_text(table));
}

// Counts whole, sizes in megabytes: what people read, not what programs add up.
std::string figure(std::string_view name, double value) {
  if (name.ends_with("_bytes")) return fmt::format("{:.1f} MB", value / 1e6);
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

void print_details(const Picture& picture) {
  if (picture.document.orchestrator) print_processes(*picture.document.orchestrator);
  print_calls_and_queues(picture.document);
  for (const contracts::HealthView& health : picture.health) {
    fmt::print("\n  {}\n", health.instance);
    for (const auto& dependency : health.dependencies) {
      fmt::print("    {:<28} {} {}\n", dependency.name, coloured(dependency.status, dependency.status),
                 dependency.detail);
    }
    for (const auto& [name, value] : health.metrics) fmt::print("    {:<28} {}\n", name, figure(name, value));
  }
}

}  // namespace

int show_status(const Settings& settings, const StatusOptions& options) {
  const bool with_metrics = options.verbose || options.json;
  const auto until = std::chrono::steady_clock::now() + options.wait;
  Picture picture = look_at_system(settings, with_metrics);
  while (picture.document.status != "up" && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(200ms);
    picture = look_at_system(settings, with_metrics);
  }
  if (options.json) {
    fmt::print("{}\n", json::encode(picture.document));
  } else {
    print_table(picture.document, options.verbose);
    if (options.verbose) print_details(picture);
    if (!picture.document.problems.empty()) fmt::print("\n");
    for (const std::string& problem : picture.document.problems) fmt::print("{} {}\n", coloured("✗", "down"), problem);
  }
  return picture.document.status == "up" ? 0 : 1;
}

}  // namespace valion::app
