#include "functional/exchange_record.hpp"

#include <errno.h>

#include <fstream>
#include <mutex>

#include "platform/json/writer.hpp"

namespace valion::functional {
namespace {

constexpr std::size_t kLongestKept = 1u << 20;

std::ofstream& record_file() {
  static std::ofstream file = [] {
    const std::filesystem::path folder = VALION_EXCHANGES;
    std::filesystem::create_directories(folder);
    return std::ofstream(folder / (std::string(program_invocation_short_name) + ".jsonl"), std::ios::trunc);
  }();
  return file;
}

void add(std::string& out, std::string_view name, std::string_view text) {
  out += out.back() == '{' ? "" : ",";
  json::write_text(out, name);
  out += ':';
  json::write_text(out, text);
}

bool is_json(std::string_view type) {
  return type.starts_with("application/json") || type.starts_with("application/problem+json");
}

void add_body(std::string& out, std::string_view type, const std::string& body) {
  if (is_json(type) && body.size() <= kLongestKept) add(out, "body", body);
}

}  // namespace

void record_exchange(const Call& call, const Answer& answer) {
  std::string line = "{";
  add(line, "method", http::name_of(call.method));
  add(line, "target", call.target);
  line += ",\"request\":{";
  const auto type = call.headers.find("Content-Type");
  const auto* body = std::get_if<std::string>(&call.body);
  if (type != call.headers.end()) {
    add(line, "type", type->second);
    if (body != nullptr) add_body(line, type->second, *body);
  }
  line += "},\"headers\":{";
  for (const auto& [name, value] : answer.headers) add(line, name, value);
  line += "},\"status\":" + std::to_string(answer.status);
  add_body(line, answer.content_type, answer.body);
  static std::mutex one_at_a_time;  // tests ask from several threads
  const std::lock_guard lock(one_at_a_time);
  record_file() << line << "}\n" << std::flush;
}

}  // namespace valion::functional
