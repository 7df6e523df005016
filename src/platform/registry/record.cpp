#include "platform/registry/record.hpp"

#include <boost/describe.hpp>

#include <algorithm>
#include <array>

#include "platform/json/described.hpp"

namespace valion::registry {
namespace {

constexpr int kLargestWeight = 1'000;

struct Record {
  std::string service;
  std::string id;
  std::string version;
  std::string host;
  int port = 0;
  std::string zone;
  int weight = 1;
  std::string status = "up";
  std::string started_at;
  std::int64_t lease_ms = 0;
  std::vector<std::string> tags;
  std::map<std::string, std::string> meta;
  bool external = false;
  static constexpr std::array kDefaulted{"zone", "weight", "status", "lease_ms", "tags", "meta", "external"};
};
BOOST_DESCRIBE_STRUCT(Record, (),
                      (service, id, version, host, port, zone, weight, status, started_at, lease_ms, tags, meta,
                       external))

}  // namespace

std::string key_of(const RegistrySettings& settings, std::string_view name) {
  return settings.prefix + ":" + std::string(name);
}

std::string member_of(const Instance& instance) { return instance.service + ":" + instance.id; }

std::string_view id_of(std::string_view member) { return member.substr(member.find(':') + 1); }

std::string encode_record(const Instance& instance) {
  return json::encode(Record{instance.service, instance.id, instance.version, instance.host, instance.port,
                             instance.zone, instance.weight, text_of(instance.status), instance.started_at,
                             instance.lease.count(), instance.tags, instance.meta, instance.external});
}

Result<Instance> decode_record(std::string_view text) {
  VALION_TRY_ASSIGN(Record record, json::decode<Record>(text, json::Unknown::ignored));
  if (record.service.empty() || record.id.empty() || record.host.empty() || record.port < 1 || record.port > 65535) {
    return fail(ErrorKind::invalid, "a record of the registry names no service, id, host or port");
  }
  Instance instance;
  instance.service = std::move(record.service);
  instance.id = std::move(record.id);
  instance.version = std::move(record.version);
  instance.host = std::move(record.host);
  instance.port = static_cast<std::uint16_t>(record.port);
  instance.zone = std::move(record.zone);
  instance.weight = std::clamp(record.weight, 1, kLargestWeight);
  instance.status = status_of(record.status);
  instance.started_at = std::move(record.started_at);
  instance.lease = std::chrono::milliseconds{record.lease_ms};
  instance.tags = std::move(record.tags);
  instance.meta = std::move(record.meta);
  instance.external = record.external;
  return instance;
}

std::string text_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passing: return "passing";
    case Verdict::critical: return "critical";
    case Verdict::unknown: break;
  }
  return "unknown";
}

Verdict verdict_of(std::string_view text) noexcept {
  const std::string_view word = text.substr(0, text.find(' '));
  if (word == "passing") return Verdict::passing;
  if (word == "critical") return Verdict::critical;
  return Verdict::unknown;
}

std::string text_of(Status status) {
  switch (status) {
    case Status::up: return "up";
    case Status::draining: return "draining";
    case Status::starting: break;
  }
  return "starting";
}

Status status_of(std::string_view text) noexcept {
  if (text == "up") return Status::up;
  if (text == "draining") return Status::draining;
  return Status::starting;
}

}  // namespace valion::registry
