#include "services/service_registry/external_service.hpp"

#include <algorithm>
#include <charconv>

#include "platform/json/described.hpp"
#include "platform/registry/record.hpp"
#include "services/service_registry/consul_query.hpp"

namespace valion::registry {
namespace {

using contracts::CheckDefinition;
using contracts::ServiceDefinition;

constexpr std::chrono::milliseconds kShortest{100};
constexpr std::size_t kLongestName = 128;

struct Stored {
  json::Raw record;
  std::string kind;
  std::string host;
  int port = 0;
  std::string target;
  std::int64_t interval_ms = 0;
  std::int64_t timeout_ms = 0;
  std::int64_t deregister_after_ms = 0;
};
BOOST_DESCRIBE_STRUCT(Stored, (), (record, kind, host, port, target, interval_ms, timeout_ms, deregister_after_ms))

std::string text_of(CheckKind kind) {
  return kind == CheckKind::http ? "http" : kind == CheckKind::tcp ? "tcp" : "ttl";
}

// A service's name stands before the first colon of a member, so it has none.
bool is_name(std::string_view text, bool colon_allowed) {
  const auto allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || (c == ':' && colon_allowed);
  };
  return !text.empty() && text.size() <= kLongestName && std::all_of(text.begin(), text.end(), allowed);
}

bool is_port(std::int64_t port) { return port >= 1 && port <= 65'535; }

// `host:port` or `[::1]:port`.
bool read_host_and_port(std::string_view text, External& external) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  std::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string_view digits = text.substr(colon + 1);
  std::int64_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || !is_port(port) || host.empty()) return false;
  external.host = std::string(host);
  external.port = static_cast<std::uint16_t>(port);
  return true;
}

bool read_url(std::string_view url, External& external) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return false;
  url.remove_prefix(kScheme.size());
  const auto slash = url.find('/');
  std::string authority(url.substr(0, slash));
  external.target = slash == std::string_view::npos ? "/" : std::string(url.substr(slash));
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7f; };
  if (!std::all_of(external.target.begin(), external.target.end(), is_plain)) return false;
  if (authority.find(':') == std::string::npos || authority.ends_with(']')) authority += ":80";
  return read_host_and_port(authority, external);
}

void read_duration(json::Checker& checker, const std::optional<std::string>& text, const char* pointer,
                   std::chrono::milliseconds& value) {
  if (!text) return;
  const auto read = parse_duration(*text);
  checker.require(read && *read >= kShortest, pointer, "wants a duration of at least 100ms, such as 10s or 1m30s");
  if (read) value = *read;
}

void read_check(json::Checker& checker, const CheckDefinition& check, External& external) {
  const int kinds = (check.HTTP ? 1 : 0) + (check.TCP ? 1 : 0) + (check.TTL ? 1 : 0);
  checker.require(kinds == 1, "/Check", "wants exactly one of HTTP, TCP and TTL");
  if (check.HTTP) {
    external.kind = CheckKind::http;
    checker.require(read_url(*check.HTTP, external), "/Check/HTTP", "wants a URL such as http://127.0.0.1:9000/health");
  }
  if (check.TCP) {
    external.kind = CheckKind::tcp;
    checker.require(read_host_and_port(*check.TCP, external), "/Check/TCP", "wants host:port");
  }
  read_duration(checker, check.Interval, "/Check/Interval", external.interval);
  read_duration(checker, check.Timeout, "/Check/Timeout", external.timeout);
  if (check.TTL) {
    external.kind = CheckKind::ttl;
    read_duration(checker, check.TTL, "/Check/TTL", external.interval);
  }
  read_duration(checker, check.DeregisterCriticalServiceAfter, "/Check/DeregisterCriticalServiceAfter",
                external.deregister_after);
  external.first_status = check.Status.value_or("");
  checker.require(
      external.first_status.empty() || external.first_status == "passing" || external.first_status == "critical",
      "/Check/Status", "wants passing or critical");
}

std::vector<std::string> words(std::initializer_list<std::string> list) { return list; }

tl::unexpected<Error> unknown_service(const std::string& id) {
  return fail(ErrorKind::not_found, "Unknown service ID \"" + id + "\": none of this id was registered here");
}

Async<Result<External>> read_external(redis::Client& redis, RegistrySettings settings, std::string id) {
  std::vector<std::string> command = words({"HGET", key_of(settings, "external"), id});
  const auto found = co_await redis.command(std::move(command));
  if (!found) co_return fail(found.error());
  if (found->kind == redis::Reply::Kind::nil) co_return unknown_service(id);
  co_return decode_external(found->text);
}

Async<Result<void>> do_command(redis::Client& redis, std::vector<std::string> command) {
  const auto done = co_await redis.command(std::move(command));
  if (!done) co_return fail(done.error());
  co_return Result<void>();
}

}  // namespace

Result<External> external_of(const ServiceDefinition& definition, const std::string& caller) {
  json::Checker checker;
  External external;
  Instance& instance = external.instance;
  instance.external = true;
  instance.service = definition.Name;
  instance.id = definition.ID.value_or(definition.Name);
  instance.host = definition.Address.value_or("").empty() ? caller : *definition.Address;
  instance.tags = definition.Tags;
  instance.meta = definition.Meta;
  checker.require(is_name(instance.service, false), "/Name", "wants 1 to 128 letters, digits, `_`, `-` and `.`");
  checker.require(is_name(instance.id, true), "/ID", "wants 1 to 128 letters, digits, `_`, `-`, `.` and `:`");
  checker.require(is_port(definition.Port), "/Port", "wants a number from 1 to 65535");
  const std::int64_t weight = definition.Weights.Passing;
  checker.require(weight >= 1 && weight <= 1'000, "/Weights/Passing", "wants a number from 1 to 1000");
  const std::size_t checks = definition.Checks.size() + (definition.Check ? 1 : 0);
  checker.require(checks == 1, "/Check", "wants one check: a service that nobody checks cannot be trusted to be there");
  if (checks == 1) read_check(checker, definition.Check ? *definition.Check : definition.Checks.front(), external);
  if (!checker.clean()) return fail(std::move(checker).error());
  instance.port = static_cast<std::uint16_t>(definition.Port);
  instance.weight = static_cast<int>(weight);
  return external;
}

std::string encode_external(const External& external) {
  return json::encode(Stored{{encode_record(external.instance)},
                             text_of(external.kind),
                             external.host,
                             external.port,
                             external.target,
                             external.interval.count(),
                             external.timeout.count(),
                             external.deregister_after.count()});
}

Result<External> decode_external(std::string_view text) {
  VALION_TRY_ASSIGN(Stored stored, json::decode<Stored>(text, json::Unknown::ignored));
  External external;
  VALION_TRY_ASSIGN(external.instance, decode_record(stored.record.text));
  external.kind = stored.kind == "http" ? CheckKind::http : stored.kind == "tcp" ? CheckKind::tcp : CheckKind::ttl;
  external.host = std::move(stored.host);
  external.port = static_cast<std::uint16_t>(stored.port);
  external.target = std::move(stored.target);
  external.interval = std::chrono::milliseconds(stored.interval_ms);
  external.timeout = std::chrono::milliseconds(stored.timeout_ms);
  external.deregister_after = std::chrono::milliseconds(stored.deregister_after_ms);
  return external;
}

std::string service_id_of_check(std::string_view check_id) {
  constexpr std::string_view kPrefix = "service:";
  return std::string(check_id.starts_with(kPrefix) ? check_id.substr(kPrefix.size()) : check_id);
}

Async<Result<void>> register_external(redis::Client& redis, RegistrySettings settings, External external) {
  const std::string id = external.instance.id;
  const auto before = co_await read_external(redis, settings, id);
  if (!before && before.error().kind == ErrorKind::unavailable) co_return fail(before.error());
  if (before && before->instance.service != external.instance.service) {
    VALION_CO_TRY(co_await remove(redis, settings, member_of(before->instance)));  // an id names one service
  }
  external.instance.lease = settings.lease();
  std::vector<std::string> define = words({"HSET", key_of(settings, "external"), id, encode_external(external)});
  VALION_CO_TRY(co_await do_command(redis, std::move(define)));
  const auto written = co_await beat(redis, settings, external.instance);
  if (!written) co_return fail(written.error());
  if (external.kind != CheckKind::ttl || external.first_status.empty()) co_return Result<void>();
  const Verdict verdict = external.first_status == "passing" ? Verdict::passing : Verdict::critical;
  co_return co_await report_ttl(redis, settings, id, verdict, "");
}

Async<Result<void>> deregister_external(redis::Client& redis, RegistrySettings settings, std::string id) {
  VALION_CO_TRY_ASSIGN(const External external, co_await read_external(redis, settings, id));
  std::vector<std::string> forget = words({"HDEL", key_of(settings, "external"), id});
  VALION_CO_TRY(co_await do_command(redis, std::move(forget)));
  std::vector<std::string> end = words({"DEL", key_of(settings, "ttl:" + id)});
  VALION_CO_TRY(co_await do_command(redis, std::move(end)));
  co_return co_await remove(redis, settings, member_of(external.instance));
}

Async<Result<void>> report_ttl(redis::Client& redis, RegistrySettings settings, std::string id, Verdict verdict,
                               std::string note) {
  VALION_CO_TRY_ASSIGN(const External external, co_await read_external(redis, settings, id));
  if (external.kind != CheckKind::ttl)
    co_return fail(ErrorKind::conflict, "the check of " + id + " is not a TTL check");
  std::vector<std::string> report =
      words({"SET", key_of(settings, "ttl:" + id), registry::text_of(verdict) + (note.empty() ? "" : " " + note), "PX",
             std::to_string(external.interval.count())});
  co_return co_await do_command(redis, std::move(report));
}

Async<Result<ExternalsSeen>> read_externals(redis::Client& redis, RegistrySettings settings) {
  ExternalsSeen seen;
  std::vector<std::string> ask = words({"GET", key_of(settings, "epoch")});
  const auto epoch = co_await redis.command(std::move(ask));
  if (!epoch) co_return fail(epoch.error());
  seen.epoch = epoch->text;
  std::vector<std::string> list = words({"HGETALL", key_of(settings, "external")});
  const auto found = co_await redis.command(std::move(list));
  if (!found) co_return fail(found.error());
  const std::vector<redis::Reply>& flat = found->elements;
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
    Result<External> external = decode_external(flat[i + 1].text);
    if (external) seen.externals.emplace(flat[i].text, std::move(*external));
  }
  co_return seen;
}

Async<Result<void>> restore_externals(redis::Client& redis, RegistrySettings settings, Externals externals) {
  for (const auto& [id, external] : externals) {
    std::vector<std::string> define = words({"HSETNX", key_of(settings, "external"), id, encode_external(external)});
    VALION_CO_TRY(co_await do_command(redis, std::move(define)));
  }
  co_return Result<void>();
}

Async<Result<std::string>> read_ttl(redis::Client& redis, RegistrySettings settings, std::string id) {
  std::vector<std::string> ask = words({"GET", key_of(settings, "ttl:" + id)});
  const auto found = co_await redis.command(std::move(ask));
  if (!found) co_return fail(found.error());
  co_return found->text;
}

}  // namespace valion::registry
