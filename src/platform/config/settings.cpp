#include "platform/config/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "platform/config/settings_file.hpp"
#include "platform/trace/collector_url.hpp"

extern char** environ;

namespace valion {
namespace {

constexpr std::string_view kPrefix = "VALION_";
constexpr std::string_view kPorts = "ports.";
constexpr std::string_view kPortPrefix = "VALION_PORT_";
constexpr const char* kConfigVariable = "VALION_CONFIG";  // where the file is: not a setting itself

// How one setting is read and written. `read` returns what is accepted, in words, when it refuses.
struct Known {
  std::string_view key;       // as in the file; a dot is one level
  std::string_view variable;  // empty: not settable by the environment
  std::string_view comment;
  std::string (*read)(Settings& settings, const std::string& text);  // empty: taken
  std::string (*write)(const Settings& settings);
};

std::string read_number(const std::string& text, std::uint64_t least, std::uint64_t most, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size() && value >= least && value <= most) return "";
  return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

// Reads a number into a member of whatever arithmetic or duration type.
template <auto Member, std::uint64_t Least, std::uint64_t Most>
std::string number(Settings& settings, const std::string& text) {
  std::uint64_t value = 0;
  const std::string refused = read_number(text, Least, Most, value);
  if (refused.empty()) settings.*Member = std::remove_reference_t<decltype(settings.*Member)>(value);
  return refused;
}

template <auto Member>
std::string number_text(const Settings& settings) {
  const auto& value = settings.*Member;
  if constexpr (requires { value.count(); }) {
    return std::to_string(value.count());
  } else {
    return std::to_string(value);
  }
}

template <auto Member>
std::string text_value(Settings& settings, const std::string& text) {
  settings.*Member = text;
  return "";
}

// For what must name something: an empty home would scatter the state over the working folder.
template <auto Member>
std::string named_value(Settings& settings, const std::string& text) {
  if (text.empty()) return "text that is not empty; leave it out for the default";
  return text_value<Member>(settings, text);
}

template <auto Member>
std::string text_text(const Settings& settings) {
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(settings.*Member)>, std::string>) {
    return settings.*Member;
  } else {
    return (settings.*Member).string();
  }
}

std::string read_level(Settings& settings, const std::string& text) {
  for (const std::string_view level : {"trace", "debug", "info", "warning", "error"}) {
    if (text == level) {
      settings.log_level = text;
      return "";
    }
  }
  return "one of trace, debug, info, warning, error";
}

std::string read_balance(Settings& settings, const std::string& text) {
  if (text != "round_robin" && text != "least_latency") return "one of round_robin, least_latency";
  settings.balance = text;
  return "";
}

template <auto Member>
std::string truth(Settings& settings, const std::string& text) {
  if (text != "on" && text != "off" && text != "true" && text != "false") return "on or off";
  settings.*Member = text == "on" || text == "true";
  return "";
}

template <auto Member>
std::string truth_text(const Settings& settings) {
  return settings.*Member ? "on" : "off";
}

std::string read_redis_url(Settings& settings, const std::string& text) {
  if (!text.empty() && !text.starts_with("unix:") && !text.starts_with("redis://"))
    return "unix:PATH or redis://host:port";
  settings.redis_url = text;
  return "";
}

std::string read_database_url(Settings& settings, const std::string& text) {
  if (!text.empty() && !text.starts_with("sqlite:") && !text.starts_with("postgresql:"))
    return "sqlite:PATH or postgresql:host=… dbname=…";
  settings.database_url = text;
  return "";
}

std::string read_endpoint(Settings& settings, const std::string& text) {
  if (!text.empty() && !trace::parse_collector_url(text)) return "http://HOST:PORT[/PATH] of an OTLP collector";
  settings.trace_endpoint = text;
  return "";
}

std::string read_share(Settings& settings, const std::string& text) {
  double share = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (error != std::errc{} || end != text.data() + text.size() || !(share >= 0 && share <= 1))
    return "a number from 0 to 1";
  settings.trace_sample = share;
  return "";
}

std::string share_text(const Settings& settings) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, settings.trace_sample).ptr);
}

std::string read_objects_url(Settings& settings, const std::string& text) {
  if (!text.empty() && !text.starts_with("s3://")) return "s3://BUCKET/PREFIX?endpoint=…&region=…";
  settings.objects_url = text;
  return "";
}

// Every setting, in the order of the written file.
const std::vector<Known>& known_settings() {
  static const std::vector<Known> known{
      {"home", "VALION_HOME", "folder of all state", named_value<&Settings::home>, text_text<&Settings::home>},
      {"address", "VALION_ADDRESS", "what services listen on", named_value<&Settings::address>,
       text_text<&Settings::address>},
      {"advertise", "VALION_ADVERTISE", "what others connect to; empty: address; hostname: this machine's own name",
       text_value<&Settings::advertise>, text_text<&Settings::advertise>},
      {"redis.url", "VALION_REDIS_URL", "unix:PATH or redis://host:port; empty: the orchestrator starts its own",
       read_redis_url, text_text<&Settings::redis_url>},
      {"database.url", "VALION_DATABASE_URL", "sqlite:PATH or postgresql:…; empty: SQLite below home",
       read_database_url, text_text<&Settings::database_url>},
      {"objects.url", "VALION_OBJECTS_URL",
       "s3://bucket/prefix?endpoint=…&region=…; empty: folders below home; keys: AWS_… variables or secrets/s3",
       read_objects_url, text_text<&Settings::objects_url>},
      {"log.level", "VALION_LOG_LEVEL", "trace, debug, info, warning, error", read_level,
       text_text<&Settings::log_level>},
      {"registry.heartbeat_ms", "VALION_HEARTBEAT_MS", "an instance is gone after three missed heartbeats",
       number<&Settings::heartbeat, 50, 60'000>, number_text<&Settings::heartbeat>},
      {"registry.zone", "VALION_ZONE", "where this process runs; callers prefer instances of their own zone",
       text_value<&Settings::zone>, text_text<&Settings::zone>},
      {"registry.weight", "VALION_WEIGHT", "part of the calls, among the instances of a service",
       number<&Settings::weight, 1, 1'000>, number_text<&Settings::weight>},
      {"registry.balance", "VALION_BALANCE", "round_robin, least_latency", read_balance, text_text<&Settings::balance>},
      {"registry.slow_start_ms", "VALION_SLOW_START_MS", "until a new instance gets its whole part of the calls",
       number<&Settings::slow_start, 0, 3'600'000>, number_text<&Settings::slow_start>},
      {"registry.rise", "VALION_HEALTH_RISE", "probes that succeed in a row until an instance is well again",
       number<&Settings::health_rise, 1, 100>, number_text<&Settings::health_rise>},
      {"registry.fall", "VALION_HEALTH_FALL", "probes that fail in a row until an instance is critical",
       number<&Settings::health_fall, 1, 100>, number_text<&Settings::health_fall>},
      {"drain_ms", "VALION_DRAIN_MS", "how long running requests may take when a service stops",
       number<&Settings::drain, 0, 600'000>, number_text<&Settings::drain>},
      {"orchestrator.ready_timeout_ms", "VALION_READY_TIMEOUT_MS", "from the start of a process to ready",
       number<&Settings::ready_timeout, 100, 3'600'000>, number_text<&Settings::ready_timeout>},
      {"orchestrator.stop_timeout_ms", "VALION_STOP_TIMEOUT_MS", "for stopping the whole system",
       number<&Settings::stop_timeout, 100, 3'600'000>, number_text<&Settings::stop_timeout>},
      {"orchestrator.crash_loop_ends", "VALION_CRASH_LOOP_ENDS", "so many ends within the window: a crash loop",
       number<&Settings::crash_loop_ends, 1, 1'000>, number_text<&Settings::crash_loop_ends>},
      {"orchestrator.crash_loop_window_ms", "VALION_CRASH_LOOP_WINDOW_MS", "the window of a crash loop",
       number<&Settings::crash_loop_window, 1, 86'400'000>, number_text<&Settings::crash_loop_window>},
      {"cpu.threads", "VALION_CPU_THREADS", "threads that compute, per service",
       number<&Settings::cpu_threads, 1, 1024>, number_text<&Settings::cpu_threads>},
      {"cpu.queue", "VALION_CPU_QUEUE", "pieces of work that may wait before the next is refused",
       number<&Settings::cpu_queue, 1, 1'000'000>, number_text<&Settings::cpu_queue>},
      {"jobs.threads", "VALION_JOB_THREADS", "jobs at once, per instance", number<&Settings::job_threads, 1, 1024>,
       number_text<&Settings::job_threads>},
      {"jobs.tenant_limit", "VALION_JOB_TENANT_LIMIT", "jobs of one tenant at once, in a service; 0: no limit",
       number<&Settings::job_tenant_limit, 0, 100'000>, number_text<&Settings::job_tenant_limit>},
      {"jobs.tenant_queue_limit", "VALION_JOB_TENANT_QUEUE_LIMIT", "waiting jobs of one tenant, in a service",
       number<&Settings::job_tenant_queue_limit, 1, 10'000'000>, number_text<&Settings::job_tenant_queue_limit>},
      {"jobs.heartbeat_ms", "VALION_JOB_HEARTBEAT_MS", "a worker is dead after five; equal in all processes",
       number<&Settings::job_heartbeat, 50, 60'000>, number_text<&Settings::job_heartbeat>},
      {"retention.grace_hours", "VALION_RETENTION_GRACE_HOURS",
       "valion gc takes objects and half uploads that nobody has referred to for so long",
       number<&Settings::retention_grace, 1, 87'600>, number_text<&Settings::retention_grace>},
      {"retention.jobs_days", "VALION_RETENTION_JOBS_DAYS", "and jobs that ended so long ago",
       number<&Settings::retention_jobs_days, 1, 36'500>, number_text<&Settings::retention_jobs_days>},
      {"retention.cache_days", "VALION_RETENTION_CACHE_DAYS", "and cached copies that nobody used for so long",
       number<&Settings::retention_cache_days, 0, 36'500>, number_text<&Settings::retention_cache_days>},
      {"upload.limit_bytes", "VALION_UPLOAD_LIMIT", "largest file",
       number<&Settings::upload_limit, 1, std::uint64_t{1} << 40>, number_text<&Settings::upload_limit>},
      {"auth.token_lifetime_s", "VALION_TOKEN_LIFETIME", "seconds until a client's token expires",
       number<&Settings::token_lifetime, 1, 604'800>, number_text<&Settings::token_lifetime>},
      {"auth.issuer", "VALION_TOKEN_ISSUER", "who signs clients' tokens (`iss`), for whoever else verifies them",
       named_value<&Settings::token_issuer>, text_text<&Settings::token_issuer>},
      {"auth.key_rotation_days", "VALION_KEY_ROTATION_DAYS",
       "the age at which the key of clients' tokens is changed; 0: only by hand",
       number<&Settings::key_rotation_days, 0, 3'650>, number_text<&Settings::key_rotation_days>},
      {"auth.issuers_file", "VALION_ISSUERS_FILE", "trusted issuers elsewhere (docs/identity.md); empty: none",
       text_value<&Settings::issuers_file>, text_text<&Settings::issuers_file>},
      {"auth.internal_key_file", "VALION_INTERNAL_KEY_FILE",
       "32 random bytes that services sign with; empty: made below home", text_value<&Settings::internal_key_file>,
       text_text<&Settings::internal_key_file>},
      {"auth.gateway_key_file", "VALION_GATEWAY_KEY_FILE",
       "32 random bytes that seal the keys which sign clients' tokens; empty: made below home",
       text_value<&Settings::gateway_key_file>, text_text<&Settings::gateway_key_file>},
      {"calls.hedge_ms", "VALION_CALLS_HEDGE_MS",
       "a GET without an answer for so long is sent to a second instance too; 0: never",
       number<&Settings::call_hedge, 0, 60'000>, number_text<&Settings::call_hedge>},
      {"trace.endpoint", "VALION_TRACE_ENDPOINT", "an OTLP collector, http://host:4318; empty: nothing is traced",
       read_endpoint, text_text<&Settings::trace_endpoint>},
      {"trace.sample", "VALION_TRACE_SAMPLE", "share of the traces that begin here, 0 to 1", read_share, share_text},
      {"gateway.routes", "VALION_GATEWAY_ROUTES",
       "file of the route table; empty: `routes:` of this file, or the built-in ones",
       text_value<&Settings::gateway_routes>, text_text<&Settings::gateway_routes>},
      {"gateway.identity", "VALION_GATEWAY_IDENTITY", "off: nobody signs in, every route is open",
       truth<&Settings::gateway_identity>, truth_text<&Settings::gateway_identity>},
      {"gateway.admin_port", "VALION_GATEWAY_ADMIN_PORT", "the operator's port, on the loopback address only; 0: none",
       number<&Settings::gateway_admin_port, 0, 65'535>, number_text<&Settings::gateway_admin_port>},
      {"gateway.tls_certificate", "VALION_GATEWAY_TLS_CERTIFICATE", "PEM file of the chain; empty: plain HTTP",
       text_value<&Settings::gateway_tls_certificate>, text_text<&Settings::gateway_tls_certificate>},
      {"gateway.tls_key", "VALION_GATEWAY_TLS_KEY", "PEM file of its key", text_value<&Settings::gateway_tls_key>,
       text_text<&Settings::gateway_tls_key>},
      {"gateway.cors_origins", "VALION_GATEWAY_CORS_ORIGINS",
       "pages of these origins may call, separated by blanks, e.g. https://app.example.org; *: all; empty: none",
       text_value<&Settings::gateway_cors_origins>, text_text<&Settings::gateway_cors_origins>},
      {"gateway.head_limit_bytes", "VALION_GATEWAY_HEAD_LIMIT", "largest head of a request",
       number<&Settings::gateway_head_limit, 1'024, 1'048'576>, number_text<&Settings::gateway_head_limit>},
      {"gateway.cache_bytes", "VALION_GATEWAY_CACHE_BYTES", "memory for kept answers",
       number<&Settings::gateway_cache_memory, 0, std::uint64_t{1} << 40>,
       number_text<&Settings::gateway_cache_memory>},
      {"gateway.x_ratelimit", "VALION_GATEWAY_X_RATELIMIT", "answers carry the older X-RateLimit-… fields too",
       truth<&Settings::gateway_older_limit_fields>, truth_text<&Settings::gateway_older_limit_fields>},
      {"metrics.port", "VALION_METRICS_PORT", "the orchestrator's Prometheus endpoint; 0: a free one",
       number<&Settings::metrics_port, 0, 65'535>, number_text<&Settings::metrics_port>},
  };
  return known;
}

bool is_group(const std::string& key) {
  const std::string prefix = key + ".";
  const auto is_within = [&](const Known& known) { return known.key.starts_with(prefix); };
  return prefix == kPorts || std::any_of(known_settings().begin(), known_settings().end(), is_within);
}

// Which services there are is the application's to know; here a name need only be one.
bool is_service_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

void apply_port(Settings& settings, const Given& given, Error& error) {
  const std::string service = given.key.substr(kPorts.size());
  if (!is_service_name(service)) return refuse(error, given, "names no service; known are ports.SERVICE");
  std::uint64_t port = 0;
  const std::string accepted = read_number(given.text, 0, 65'535, port);
  if (!accepted.empty()) return refuse(error, given, "wants " + accepted);
  settings.ports[service] = static_cast<std::uint16_t>(port);
}

void apply(Settings& settings, const Given& given, Error& error) {
  if (given.has_no_value && is_group(given.key)) return;
  if (given.key.starts_with(kPorts)) return apply_port(settings, given, error);
  for (const Known& known : known_settings()) {
    if (known.key != given.key) continue;
    if (given.has_no_value) return refuse(error, given, "has no value; write \"\" for empty text, or leave it out");
    const std::string accepted = known.read(settings, given.text);
    if (!accepted.empty()) refuse(error, given, "wants " + accepted);
    return;
  }
  std::string keys;
  for (const Known& known : known_settings()) keys.append(keys.empty() ? "" : ", ").append(known.key);
  refuse(error, given, "is not a setting; known are " + keys + ", ports.SERVICE");
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::vector<Given> from_environment(const Environment& environment) {
  std::vector<Given> values;
  for (const auto& [variable, text] : environment) {
    if (!variable.starts_with(kPrefix) || variable == kConfigVariable) continue;
    std::string key = variable;  // unknown ones are refused under their own name
    if (variable.starts_with(kPortPrefix)) key = std::string(kPorts) + lower(variable.substr(kPortPrefix.size()));
    for (const Known& known : known_settings()) {
      if (known.variable == variable) key = known.key;
    }
    values.push_back({key, text, variable});
  }
  return values;
}

std::optional<std::filesystem::path> file_of(const Environment& environment) {
  const auto variable = environment.find(kConfigVariable);
  if (variable == environment.end() || variable->second.empty()) return std::nullopt;
  return variable->second;
}

}  // namespace

Result<Settings> load_settings(const std::optional<std::filesystem::path>& file, const Environment& environment) {
  Settings settings;
  Error error = make_error(ErrorKind::invalid, "the settings are wrong");
  SettingsText read;
  if (const auto chosen = file ? file : file_of(environment)) {
    VALION_TRY_ASSIGN(read, read_settings_file(*chosen, error));
    settings.file = *chosen;
    settings.file_has_routes = read.has_routes;
  }
  for (const Given& given : read.values) apply(settings, given, error);
  for (const Given& given : from_environment(environment)) apply(settings, given, error);
  if (error.violation_total > 0) return fail(std::move(error));
  return settings;
}

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const auto equals = variable.find('=');
    if (variable.starts_with(kPrefix)) environment.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return environment;
}

std::string to_yaml(const Settings& settings) {
  std::string text = "# Settings of Valion: file < environment < flags.\n";
  std::string_view open_map;
  for (const Known& known : known_settings()) {
    const auto dot = known.key.find('.');
    const std::string_view map = dot == std::string_view::npos ? "" : known.key.substr(0, dot);
    if (!map.empty() && map != open_map) text.append(map).append(":\n");
    open_map = map;
    text.append(map.empty() ? "" : "  ").append(map.empty() ? known.key : known.key.substr(dot + 1)).append(": ");
    text.append(yaml_scalar(known.write(settings))).append("  # ").append(known.comment).append("; ");
    text.append(known.variable).append("\n");
  }
  if (!settings.ports.empty()) text += "ports:  # per service; VALION_PORT_{SERVICE}; 0: a free one\n";
  for (const auto& [service, port] : settings.ports) text += "  " + service + ": " + std::to_string(port) + "\n";
  return text;
}

std::map<std::string, std::string> to_texts(const Settings& settings) {
  std::map<std::string, std::string> texts;
  for (const Known& known : known_settings()) texts.emplace(known.key, known.write(settings));
  for (const auto& [service, port] : settings.ports) texts.emplace(std::string(kPorts) + service, std::to_string(port));
  return texts;
}

}  // namespace valion
