#include "services/api_gateway/admin/admin_routes.hpp"

#include <algorithm>
#include <array>

#include "platform/json/described.hpp"
#include "platform/log/json_line.hpp"
#include "platform/service/read_json.hpp"

namespace valion::gateway::admin {
namespace {

constexpr std::size_t kSmallBody = 16u << 10;

// `127.0.0.1:8090` and its like. A name that was made to point here (DNS rebinding) is another one.
bool is_loopback_host(std::string_view host) {
  const std::size_t end = host.starts_with('[') ? host.find(']') : host.find(':');
  std::string_view name = host.substr(0, end);
  if (host.starts_with('[')) name = end == std::string_view::npos ? "" : host.substr(0, end + 1);
  return name == "127.0.0.1" || name == "localhost" || name == "[::1]";
}

Result<Principal> admitted(const auth::SigningKey& key, const http::Request& request) {
  if (request.headers.find("Origin") || !is_loopback_host(request.headers.find("Host").value_or("")))
    return fail(ErrorKind::forbidden, "the admin port is for programs on this machine, not for pages of a browser");
  auth::TokenSettings settings;
  settings.audience = auth::kInternalAudience;
  VALION_TRY_ASSIGN(const std::string_view token, auth::bearer(request.headers.find("Authorization").value_or("")));
  VALION_TRY_ASSIGN(Principal caller, auth::verify_token(key, settings, token, std::chrono::system_clock::now()));
  if (caller.has_role("admin") || caller.has_role("service")) return caller;
  return fail(ErrorKind::forbidden, "the admin port is for administrators");
}

template <class View>
http::Response shown(const View& view, int status = 200) {
  http::Response response = http::json_response(status, json::encode(view));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

tl::unexpected<Error> not_here() { return fail(ErrorKind::not_found, "this gateway has no such part switched on"); }

template <class View>
Result<http::Response> show(const std::function<View()>& part) {
  if (!part) return not_here();
  return shown(part());
}

Result<log::Level> level_of(const std::string& name) {
  if (const auto level = log::parse_level(name)) return *level;
  Error error = make_error(ErrorKind::invalid, "there is no such log level");
  error.add({"/level", "must be one of trace, debug, info, warning, error", -1, {}, name});
  return fail(std::move(error));
}

Result<void> check(const Purge& purge) {
  const int given = (purge.tag ? 1 : 0) + (purge.prefix ? 1 : 0) + (purge.all ? 1 : 0);
  Error error = make_error(ErrorKind::invalid, "the purge is not understood");
  if (given != 1) error.add({"", "wants exactly one of tag, prefix and all", -1, {}, ""});
  if (purge.all && !*purge.all) error.add({"/all", "must be true when it is there", -1, {}, "false"});
  if (purge.tag && purge.tag->empty()) error.add({"/tag", "must not be empty", -1, {}, ""});
  if (purge.prefix && !purge.prefix->starts_with('/'))
    error.add({"/prefix", "must begin with /", -1, {}, *purge.prefix});
  if (error.violation_total > 0) return fail(std::move(error));
  return {};
}

// One object per router, kept alive by its handlers.
class Routes {
 public:
  Routes(const Parts& parts, const auth::SigningKey& key, log::Logger& log) : parts_(parts), key_(key), log_(log) {}

  Async<Result<http::Response>> index(http::Request&) {
    static constexpr std::array<std::string_view, 11> kPlaces{
        "GET /routes", "GET /instances", "GET /breakers",  "GET /cache",   "POST /cache/purge", "GET /limits",
        "GET /config", "GET /log-level", "PUT /log-level", "POST /reload", "POST /drain"};
    co_return shown(std::vector<std::string>(kPlaces.begin(), kPlaces.end()));
  }
  Async<Result<http::Response>> routes(http::Request&) { co_return show(parts_.routes); }
  Async<Result<http::Response>> instances(http::Request&) { co_return show(parts_.instances); }
  Async<Result<http::Response>> breakers(http::Request&) { co_return show(parts_.breakers); }
  Async<Result<http::Response>> cache(http::Request&) { co_return show(parts_.cache); }
  Async<Result<http::Response>> limits(http::Request&) { co_return show(parts_.limits); }
  Async<Result<http::Response>> config(http::Request&) { co_return show(parts_.config); }

  Async<Result<http::Response>> purge(http::Request& request) {
    if (!parts_.purge) co_return not_here();
    VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<Purge>(request, kSmallBody));
    VALION_CO_TRY(check(wanted));
    Purged purged;
    purged.entries = static_cast<std::int64_t>(parts_.purge(wanted));
    tell(request, "the cache was purged");
    co_return shown(purged);
  }

  Async<Result<http::Response>> show_level(http::Request&) { co_return level_answer(); }
  Async<Result<http::Response>> change_level(http::Request& request) {
    VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<LevelView>(request, kSmallBody));
    VALION_CO_TRY_ASSIGN(const log::Level level, level_of(wanted.level));
    log_.set_level(std::min(level, log::Level::info));  // the change itself is always told
    tell(request, "log level changed to " + wanted.level);
    log_.set_level(level);
    co_return level_answer();
  }

  Async<Result<http::Response>> reload(http::Request& request) {
    if (!parts_.reload) co_return not_here();
    tell(request, "asked to reload the route table");
    VALION_CO_TRY_ASSIGN(const ReloadView view, parts_.reload());
    co_return shown(view);
  }

  Async<Result<http::Response>> drain(http::Request& request) {
    if (!parts_.drain) co_return not_here();
    tell(request, "asked to drain");
    parts_.drain();
    co_return shown(DrainView{}, 202);
  }

  Result<void> admit(http::Request& request) const {
    VALION_TRY_ASSIGN(request.principal, admitted(key_, request));
    return {};
  }

 private:
  http::Response level_answer() const { return shown(LevelView{std::string(log::name_of(log_.level()))}); }
  void tell(const http::Request& request, const std::string& what) const {
    log_.info("admin: " + what, {{"request_id", request.request_id}, {"user_id", request.principal->user}});
    if (parts_.changed) parts_.changed(request, what);
  }

  const Parts& parts_;
  const auth::SigningKey& key_;
  log::Logger& log_;
};

}  // namespace

void add_admin_routes(http::Router& router, const Parts& parts, const auth::SigningKey& key, log::Logger& log) {
  const auto routes = std::make_shared<Routes>(parts, key, log);
  using Handle = Async<Result<http::Response>> (Routes::*)(http::Request&);
  http::RouteOptions options;
  options.anonymous = true;  // checked here: the loopback's own conditions come before the token
  options.body_limit = kSmallBody;
  const auto add = [&](http::Method method, std::string_view path, Handle handle) {
    const auto guarded = [routes, handle](http::Request& request) -> Async<Result<http::Response>> {
      return [](std::shared_ptr<Routes> all, Handle one, http::Request& asked) -> Async<Result<http::Response>> {
        VALION_CO_TRY(all->admit(asked));
        auto answer = co_await ((*all).*one)(asked);
        co_return answer;
      }(routes, handle, request);
    };
    router.add(method, path, guarded, options);
  };
  using http::Method;
  add(Method::get, "/", &Routes::index);
  add(Method::get, "/routes", &Routes::routes);
  add(Method::get, "/instances", &Routes::instances);
  add(Method::get, "/breakers", &Routes::breakers);
  add(Method::get, "/cache", &Routes::cache);
  add(Method::post, "/cache/purge", &Routes::purge);
  add(Method::get, "/limits", &Routes::limits);
  add(Method::get, "/config", &Routes::config);
  add(Method::get, "/log-level", &Routes::show_level);
  add(Method::put, "/log-level", &Routes::change_level);
  add(Method::post, "/reload", &Routes::reload);
  add(Method::post, "/drain", &Routes::drain);
}

}  // namespace valion::gateway::admin
