#include "services/api_gateway/admin/parts_views.hpp"

#include <algorithm>

#include "platform/redis/address.hpp"
#include "platform/sql/database_url.hpp"

namespace valion::gateway::admin {
namespace {

std::string address_of(const std::string& host, std::uint16_t port) {
  const bool brackets = host.find(':') != std::string::npos;
  return "http://" + (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string_view verdict_text(registry::Verdict verdict) {
  switch (verdict) {
    case registry::Verdict::unknown: return "unknown";
    case registry::Verdict::passing: return "passing";
    case registry::Verdict::critical: return "critical";
  }
  return "unknown";
}

InstanceView view_of(const registry::Instance& instance) {
  InstanceView view;
  view.service = instance.service;
  view.id = instance.id;
  view.address = address_of(instance.host, instance.port);
  view.state = std::string(verdict_text(instance.verdict));
  view.figures["weight"] = instance.weight;
  return view;
}

}  // namespace

std::vector<InstanceView> instances_view(Upstreams& upstreams, const registry::Directory& directory) {
  std::vector<InstanceView> views;
  const auto now = std::chrono::steady_clock::now();
  for (auto& [name, upstream] : upstreams.all()) {
    const std::vector<std::string> ejected = upstream.ejected(now);
    const auto is_ejected = [&](const std::string& id) {
      return std::find(ejected.begin(), ejected.end(), id) != ejected.end();
    };
    std::vector<InstanceView> here;
    for (const registry::Instance& instance : directory.instances(name)) here.push_back(view_of(instance));
    if (here.empty()) {
      for (const std::string& id : upstream.ids()) here.push_back({name, id, "http://" + id, "fixed", {}});
    }
    for (InstanceView& view : here) {
      if (is_ejected(view.id)) view.state = "ejected";
      views.push_back(std::move(view));
    }
  }
  return views;
}

std::vector<BreakerView> breakers_view(Upstreams& upstreams) {
  std::vector<BreakerView> views;
  const auto now = std::chrono::steady_clock::now();
  for (auto& [name, upstream] : upstreams.all()) {
    const resilience::BreakerState state = upstream.show_breaker(now);
    BreakerView view{name, std::string(resilience::name_of(state)), std::nullopt};
    if (state != resilience::BreakerState::closed) view.retry_after = upstream.retry_after(now).count();
    views.push_back(std::move(view));
  }
  return views;
}

std::map<std::string, std::string> config_view(const Settings& settings) {
  Settings shown = settings;
  if (!shown.database_url.empty()) shown.database_url = sql::DatabaseUrl::parse(shown.database_url).shown;
  if (!shown.redis_url.empty()) shown.redis_url = redis::Address::parse(shown.redis_url).shown;
  return to_texts(shown);
}

Result<ReloadView> reload(ReloadWatch& watch, const LiveTable& live) {
  const Reload outcome = watch.reload_now();
  const TableStatus& status = live.status();
  if (outcome == Reload::refused && status.refusal) {
    Error error = *status.refusal;
    // A file that cannot be read is as little the caller's malformed request as one that breaks a rule.
    error.kind = ErrorKind::invalid;
    return fail(std::move(error));
  }
  return ReloadView{outcome == Reload::replaced ? "replaced" : "unchanged",
                    static_cast<std::int64_t>(status.generation)};
}

}  // namespace valion::gateway::admin
