#include "platform/service/log_level_route.hpp"

#include <algorithm>

#include "contracts/platform.hpp"
#include "platform/log/json_line.hpp"
#include "platform/service/read_json.hpp"

namespace valion {
namespace {

// Here and not around the handlers, since the gateway lets in clients' tokens there and services internal ones of any role.
Result<Principal> admitted(ServiceContext& context, const http::Request& request) {
  auth::TokenSettings settings;
  settings.audience = auth::kInternalAudience;
  VALION_TRY_ASSIGN(const std::string_view token, auth::bearer(request.headers.find("Authorization").value_or("")));
  VALION_TRY_ASSIGN(Principal caller,
                    auth::verify_token(context.internal_key, settings, token, std::chrono::system_clock::now()));
  if (caller.has_role("admin") || caller.has_role("service")) return caller;
  return fail(ErrorKind::forbidden, "the log level is for administrators");
}

http::Response level_answer(const log::Logger& log) {
  return http::json_response(200, json::encode(contracts::LevelView{std::string(log::name_of(log.level()))}));
}

Result<log::Level> level_of(const std::string& name) {
  if (const auto level = log::parse_level(name)) return *level;
  Error error = make_error(ErrorKind::invalid, "there is no such log level");
  error.add({"/level", "must be one of trace, debug, info, warning, error", -1, {}, name});
  return fail(std::move(error));
}

Async<Result<http::Response>> show_level(ServiceContext& context, http::Request& request) {
  VALION_CO_TRY_ASSIGN(request.principal, admitted(context, request));
  co_return level_answer(context.log);
}

Async<Result<http::Response>> change_level(ServiceContext& context, http::Request& request) {
  VALION_CO_TRY_ASSIGN(request.principal, admitted(context, request));
  VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<contracts::LevelView>(request));
  VALION_CO_TRY_ASSIGN(const log::Level level, level_of(wanted.level));
  const std::string before(log::name_of(context.log.level()));
  context.log.set_level(std::min(level, log::Level::info));  // the change itself is always told
  context.log.info("log level changed", {{"request_id", request.request_id},
                                         {"user_id", request.principal->user},
                                         {"from", before},
                                         {"to", wanted.level}});
  context.log.set_level(level);
  co_return level_answer(context.log);
}

}  // namespace

void add_log_level_routes(http::Router& router, ServiceContext& context) {
  http::RouteOptions own_check;
  own_check.anonymous = true;
  own_check.body_limit = 4 << 10;
  const std::string path = "/internal/log-level";
  router.add(
      http::Method::get, path, [&context](http::Request& request) { return show_level(context, request); }, own_check);
  router.add(
      http::Method::put, path, [&context](http::Request& request) { return change_level(context, request); },
      own_check);
}

}  // namespace valion
