#include "platform/registry/record.hpp"

#include <boost/describe.hpp>

#include "platform/json/described.hpp"

namespace valion::registry {
namespace {

struct Record {
  std::string service;
  std::string id;
  std::string version;
  std::string host;
  int port = 0;
  std::string started_at;
};
BOOST_DESCRIBE_STRUCT(Record, (), (service, id, version, host, port, started_at))

}  // namespace

std::string index_key(const RegistrySettings& settings) { return settings.prefix + ":instances"; }

std::string instance_key(const RegistrySettings& settings, std::string_view member) {
  return settings.prefix + ":instance:" + std::string(member);
}

std::string health_key(const RegistrySettings& settings, std::string_view instance_id) {
  return settings.prefix + ":health:" + std::string(instance_id);
}

std::string member_of(const Instance& instance) { return instance.service + ":" + instance.id; }

std::string_view id_of(std::string_view member) { return member.substr(member.find(':') + 1); }

std::string encode_record(const Instance& instance) {
  return json::encode(
      Record{instance.service, instance.id, instance.version, instance.host, instance.port, instance.started_at});
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
  instance.started_at = std::move(record.started_at);
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
  if (text == "passing") return Verdict::passing;
  if (text == "critical") return Verdict::critical;
  return Verdict::unknown;
}

}  // namespace valion::registry
