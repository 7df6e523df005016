#include "platform/service/job_routes.hpp"

#include <charconv>
#include <utility>

#include "platform/http/target.hpp"
#include "platform/jobs/job_streams.hpp"
#include "platform/service/job_events.hpp"
#include "platform/service/job_view.hpp"

namespace valion {
namespace {

constexpr int kMostListed = 200;
constexpr std::uint64_t kSmallBody = 4 << 10;  // bytes

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<jobs::JobFilter> filter_in(const http::Request& request) {
  jobs::JobFilter filter;
  Error error = make_error(ErrorKind::invalid, "the jobs cannot be listed as asked");
  for (const auto& [name, value] : request.query) {
    if (name == "limit") {
      const auto limit = number_in(value);
      const bool good = limit && *limit >= 1 && *limit <= kMostListed;
      if (good) filter.limit = static_cast<int>(*limit);
      if (!good) error.add({"/limit", "must be 1 to " + std::to_string(kMostListed), -1, {}, value});
    } else if (name == "after") {
      filter.after = value;
    } else if (name == "kind") {
      filter.kind = value;
    } else if (name == "state") {
      filter.state = jobs::parse_state(value);
      if (!filter.state) {
        error.add({"/state", "must be queued, running, succeeded, failed, cancelled or expired", -1, {}, value});
      }
    } else {
      error.add({"/" + name, "is not known; there are limit, after, state and kind", -1, {}, value});
    }
  }
  if (error.violation_total > 0) return fail(std::move(error));
  return filter;
}

Result<void> require_admin(const http::Request& request) {
  if (request.principal->has_role("admin")) return {};
  return fail(ErrorKind::forbidden, "this needs the role admin");
}

// Whose jobs an administrator looks after: everybody's (empty) for one of the tenant `default`, his own tenant's for any other.
std::string administered_tenant(const Principal& admin) {
  return admin.tenant == "default" ? std::string() : admin.tenant;
}

http::Response job_answer(int status, const jobs::JobRecord& job) {
  http::Response response = http::json_response(status, json::encode(job_view(job)));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

// One more than asked for tells whether there is a next page.
http::Response list_answer(const http::Request& request, std::vector<jobs::JobRecord> found, int limit) {
  contracts::JobList list;
  const bool more = found.size() > static_cast<std::size_t>(limit);
  if (more) found.pop_back();
  for (const jobs::JobRecord& job : found) list.jobs.push_back(job_view(job));
  if (more) list.next = found.back().id;
  http::Response response = http::json_response(200, json::encode(list));
  response.headers.set("Cache-Control", "no-store");
  if (!more) return response;
  std::string query = "?after=" + *list.next;
  for (const auto& [name, value] : request.query) {
    if (name != "after") query += "&" + name + "=" + http::encode_query_value(value);
  }
  response.headers.set("Link", "<" + request.target.substr(0, request.target.find('?')) + query + ">; rel=\"next\"");
  return response;
}

Async<Result<http::Response>> list_jobs(ServiceContext& context, const http::Request& request) {
  VALION_CO_TRY_ASSIGN(jobs::JobFilter filter, filter_in(request));
  const int limit = filter.limit++;
  VALION_CO_TRY_ASSIGN(auto found, co_await context.job_store.list(request.principal->tenant, std::move(filter)));
  co_return list_answer(request, std::move(found), limit);
}

Async<Result<http::Response>> list_dead(ServiceContext& context, const http::Request& request) {
  VALION_CO_TRY(require_admin(request));
  VALION_CO_TRY_ASSIGN(jobs::JobFilter filter, filter_in(request));
  const int limit = filter.limit++;
  const std::string tenant = administered_tenant(*request.principal);
  VALION_CO_TRY_ASSIGN(auto found, co_await context.job_store.dead_letters(std::move(filter), tenant));
  co_return list_answer(request, std::move(found), limit);
}

Async<Result<http::Response>> show_job(ServiceContext& context, const http::Request& request) {
  auto job = co_await context.job_store.find(request.principal->tenant, request.parameters.text("id"));
  if (!job) co_return fail(std::move(job).error());
  co_return job_answer(200, *job);
}

Async<Result<http::Response>> watch_job(ServiceContext& context, const http::Request& request) {
  auto job = co_await context.job_store.find(request.principal->tenant, request.parameters.text("id"));
  if (!job) co_return fail(std::move(job).error());
  const std::int64_t seen = number_in(request.headers.find("Last-Event-ID").value_or("")).value_or(-1);
  http::Response response;
  response.headers.set("Content-Type", "text/event-stream");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Accel-Buffering", "no");  // what nginx needs to be told
  response.body = job_events(context.job_store, *job, seen);
  co_return response;
}

Async<Result<http::Response>> cancel_job(ServiceContext& context, const http::Request& request) {
  auto job = co_await context.job_store.cancel(request.principal->tenant, request.parameters.text("id"));
  if (!job) co_return fail(std::move(job).error());
  const auto pushed = co_await jobs::push_cancel(context.redis, job->id);
  static_cast<void>(pushed);  // without Redis the worker reads it with its next heartbeat
  co_return job_answer(202, *job);
}

Async<Result<http::Response>> replay_job(ServiceContext& context, const http::Request& request) {
  VALION_CO_TRY(require_admin(request));
  const std::string tenant = administered_tenant(*request.principal);
  auto job = co_await context.job_store.replay(request.parameters.text("id"), tenant);
  if (!job) co_return fail(std::move(job).error());
  const auto pushed = co_await jobs::push_ready(context.redis, *job);
  static_cast<void>(pushed);  // without Redis the service finds it in SQL
  context.log.info("replayed a job", {{"job", job->id}, {"kind", job->kind}, {"request_id", request.request_id}});
  co_return job_answer(202, *job);
}

}  // namespace

void add_job_routes(http::Router& router, const std::string& prefix, ServiceContext& context,
                    const std::function<http::Handler(http::Handler)>& guard) {
  using Handling = Async<Result<http::Response>> (*)(ServiceContext&, const http::Request&);
  http::RouteOptions small;
  small.body_limit = kSmallBody;
  const auto add = [&](http::Method method, const std::string& rest, Handling handling) {
    router.add(method, prefix + rest,
               guard([&context, handling](http::Request& request) { return handling(context, request); }), small);
  };
  add(http::Method::get, "", &list_jobs);
  add(http::Method::get, "/dead", &list_dead);
  add(http::Method::get, "/{id}", &show_job);
  add(http::Method::get, "/{id}/events", &watch_job);
  add(http::Method::post, "/{id}/cancel", &cancel_job);
  add(http::Method::post, "/{id}/replay", &replay_job);
}

}  // namespace valion
