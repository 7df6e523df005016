#include "services/api_gateway/edge/exchange.hpp"

#include "platform/http/head_text.hpp"
#include "platform/resilience/deadline.hpp"
#include "services/api_gateway/edge/heads.hpp"
#include "services/api_gateway/edge/local_answer.hpp"
#include "services/api_gateway/edge/problem_answer.hpp"
#include "services/api_gateway/edge/relay.hpp"
#include "services/api_gateway/identity/permissions.hpp"
#include "services/api_gateway/limits/limit_fields.hpp"
#include "services/api_gateway/routing/path.hpp"

namespace valion::gateway {
namespace {

constexpr int kNoContent = 204;
constexpr int kPartial = 206;
constexpr int kNotModified = 304;
constexpr std::size_t kLongestEncodedHit = 256 * 1024;  // bytes, 2.5 ms of the loop; longer ones go as they are

}  // namespace

// The way of one request. A step that says no has left a failure_, and the rest is passed over.
Async<void> Exchange::pass() {
  if (!allow_origins()) {
    co_await answer_preflight();
    record();
    co_return;
  }
  bool on = read_deadline() && find_route();
  if (on) begin_span();
  if (on && !know_caller()) on = co_await verify_caller();
  if (on) on = may_enter();
  if (on && !decide_limit()) co_await lease_permits();
  if (on) on = is_within_limit();
  if (on && route == nullptr) {
    co_await answer_here(*this);
    co_return;
  }
  if (on && !look_in_cache()) co_await ask_cache();
  if (on && failure_) on = false;
  if (on && !hit) co_await relay(*this);
  if (on && hit) co_await answer_hit();
  if (!on) co_await answer_failure(std::move(*failure_));
  record();
}

Exchange::Exchange(ClientConnection& its_client, const RequestFraming& framing)
    : client(its_client),
      edge(its_client.edge()),
      steps(*its_client.edge().steps),
      head(its_client.head()),
      body(its_client, framing.framing, framing.expects_continue),
      ids(head, edge.random, false),
      wants_websocket(framing.wants_websocket),
      keep_alive(framing.framing.keep_alive && !its_client.edge().draining),
      out(its_client.out()),
      target(its_client.target()) {}

Async<void> Exchange::refuse(ClientConnection& client, Refusal refusal) {
  RequestFraming none;
  none.framing.keep_alive = false;
  Exchange exchange(client, none);
  Failure failure;
  failure.error = to_error(refusal);
  failure.status = refusal.status;
  failure.title = title_of_status(refusal.status);
  co_await exchange.answer_failure(std::move(failure));
  exchange.record();
}

bool Exchange::fail_with(ErrorKind kind, std::string message) {
  failure_.emplace();
  failure_->error = make_error(kind, std::move(message));
  return false;
}

bool Exchange::allow_origins() {
  if (steps.cors == nullptr) return true;
  if (Cors::is_preflight(head)) return false;
  answer_fields += steps.cors->lines(head);
  return true;
}

Async<void> Exchange::answer_preflight() {
  const PreflightAnswer answer = steps.cors->preflight(head);
  ResponseHead told;
  told.status = answer.status;
  told.reason = http::reason_of(answer.status);
  Framing none;
  if (answer.status != kNoContent) none.kind = Framing::Kind::length;
  write_answer_head(*this, told, none, answer.lines);
  status = answer.status;
  const bool written = co_await client.write(Pieces(out));
  if (!written) keep_alive = false;
}

bool Exchange::read_deadline() {
  const auto deadline = find(head.fields, resilience::kDeadlineHeader);
  if (!deadline) return true;
  const auto until = resilience::parse_deadline(*deadline, began);
  if (!until) {
    failure_.emplace();
    failure_->error = until.error();
    return false;
  }
  give_up = *until;
  if (*until > began) return true;
  return fail_with(ErrorKind::timeout, "the caller's deadline had passed before the work began");
}

// route stays null for what the gateway answers itself.
bool Exchange::find_route() {
  routes = steps.routes;
  if (head.path.starts_with('/')) {
    if (const std::string_view fault = path_fault(head.path); !fault.empty())
      return fail_with(ErrorKind::malformed, "the path of the request is refused: " + std::string(fault));
  }
  const RouteMatch match = routes->table->match(head.method, head.path);
  if (!match) {
    if (!match.path_known) return true;  // the gateway's own router says what there is
    fail_with(ErrorKind::method_not_allowed, "the method does not fit " + std::string(head.path));
    failure_->allow = routes->table->allowed(head.path);
    return false;
  }
  matched_ = match.route;
  if (match.route->is_local()) return true;
  route = &routes->of(*match.route);
  if (route->compresses) undone_tags.undo(client.head());
  body.limit(match.route->body_limit);
  if (body.framing().kind == Framing::Kind::length && body.framing().length > match.route->body_limit) {
    return fail_with(ErrorKind::too_large, "the body of " + std::to_string(body.framing().length) +
                                               " bytes is over the limit of " +
                                               std::to_string(match.route->body_limit) + " bytes");
  }
  return true;
}

void Exchange::begin_span() {
  if (!steps.tracer.on() || route == nullptr) return;
  if (ids.parent_span_id().empty() && steps.tracer.samples(ids.trace_id())) ids.sample();
  if (!ids.sampled()) return;
  const std::string& name = route->route->name;
  span = steps.tracer.begin({std::string(ids.trace_id()), std::string(ids.span_id()), true}, ids.parent_span_id(),
                            std::string(head.method) + " " + name, trace::SpanKind::server);
  span.set("http.request.method", std::string(head.method));
  span.set("http.route", name);
  span.set("url.path", std::string(head.path));
  span.set("request_id", std::string(ids.request_id()));
}

// False: somebody must be asked who this is.
bool Exchange::know_caller() {
  if (route == nullptr || !route->route->authenticated) return true;
  caller = steps.callers.known(head.fields);
  return caller != nullptr;
}

Async<bool> Exchange::verify_caller() {
  auto verified = co_await steps.callers.verify(head.fields, client.remote_address());
  if (!verified) {
    failure_.emplace();
    failure_->error = std::move(verified).error();
    co_return false;
  }
  caller = std::move(*verified);
  co_return true;
}

// By the route's roles, and on the way to a service of the house by the permission that its path wants there.
bool Exchange::may_enter() {
  if (route == nullptr) return true;  // the handler says
  const Route& wanted = *route->route;
  if (!wanted.authenticated && wanted.roles.empty()) return true;
  if (caller == nullptr) return fail_with(ErrorKind::forbidden, "this needs another role");
  const std::vector<std::string>& roles = caller->principal.roles;
  if (wanted.service.empty()) {
    if (wanted.roles.empty() || has_one_of(roles, wanted.roles)) return true;
    return fail_with(ErrorKind::forbidden, "this needs another role");
  }
  const PassedTarget passed = routes->table->target_for(wanted, head.path);
  target.assign(passed.head).append(passed.rest);
  if (may_pass(permissions_of(*caller), roles, wanted.roles, head.method, target)) return true;
  const Permission permission = permission_for(head.method, target);
  if (steps.refused) {
    steps.refused({caller->principal, client.remote_address(), std::string(ids.request_id()), permission, wanted.name});
  }
  failure_.emplace();
  failure_->error = permission_refused(permission, caller->principal.user);
  return false;
}

bool Exchange::decide_limit() {
  if (steps.limiter == nullptr || matched_ == nullptr) return true;
  counted_ = limits::which_limit(*matched_, caller.get(), client.counted_address());
  if (counted_.limit == nullptr) return true;
  decision_ = steps.limiter->decide(counted_.subject, matched_->name, *counted_.limit, began);
  return decision_.has_value();
}

Async<void> Exchange::lease_permits() {
  std::string subject(counted_.subject);
  const limits::Decision decision = co_await steps.limiter->lease(std::move(subject), matched_->name, *counted_.limit);
  decision_ = decision;
}

bool Exchange::is_within_limit() {
  if (!decision_) return true;
  limits::append_limit_fields(answer_fields, matched_->name, *decision_, steps.older_limit_fields);
  if (decision_->allowed) return true;
  fail_with(ErrorKind::too_many_requests, limits::refusal(matched_->name, *decision_));
  failure_->says_when_elsewhere = true;
  return false;
}

cache::Question Exchange::question() const {
  const cache::Partition whose =
      caller != nullptr ? cache::Partition::tenant(caller->principal.tenant) : cache::Partition::anybody();
  return {head, *route->route, whose, head.host};
}

bool Exchange::is_unsafe() const noexcept {
  return head.method != "GET" && head.method != "HEAD" && head.method != "OPTIONS";
}

bool Exchange::look_in_cache() {
  if (steps.cache == nullptr || !route->route->caches) return true;
  cache::Verdict verdict = steps.cache->look(question());
  hit = std::move(verdict.hit);
  prefer_refresh(std::move(verdict.fetch));
  if (fetch) return true;
  if (verdict.kind == cache::Verdict::Kind::unavailable) {
    fail_with(ErrorKind::timeout, "the cache does not have it, and nobody else may be asked");
  }
  return verdict.kind != cache::Verdict::Kind::ask;
}

Async<void> Exchange::ask_cache() {
  cache::Found found = co_await steps.cache->resolve(question());
  hit = std::move(found.hit);
  prefer_refresh(std::move(found.fetch));
}

// A stale hit that one exchange at a time may refresh: that one asks the service and waits, everybody else has the stale answer at once.
void Exchange::prefer_refresh(std::unique_ptr<cache::Fetch> offered) {
  if (!offered) return;
  fetch = std::move(offered);
  hit.reset();
}

// The cache keeps answers as they came, so that one entry serves every client; they are encoded on the way out.
bool Exchange::encode_hit(std::string& encoded) {
  ResponseHead plain;
  plain.status = hit->status();
  plain.reason = http::reason_of(plain.status);
  plain.fields = hit->entry().fields();
  std::string more(hit->fields());
  if (plain.status == kNotModified && !undone_tags.asked().empty()) {
    const EncodedHead told(plain, undone_tags.asked());
    write_answer_head(*this, told.head(), Framing{}, more += kVaryByEncoding);
    status = plain.status;
    return true;
  }
  if (plain.status == kPartial || plain.status == kNotModified) return false;
  const encoding::Choice choice =
      choose_encoding(head, plain, {Framing::Kind::length, hit->entry().body().size(), true});
  if (!choice.varies) return false;
  answer_fields += kVaryByEncoding;
  if (choice.encoding == encoding::Encoding::identity || hit->entry().body().size() > kLongestEncodedHit) return false;
  Framing framing;
  if (head.method != "HEAD") {
    auto encoder = edge.encoders.begin(choice.encoding);
    if (!encoder || !encoder->add(hit->body(), encoded) || !encoder->finish(encoded)) return false;
    framing = {Framing::Kind::length, encoded.size(), true};
  }
  const EncodedHead told(plain, choice.encoding);
  write_answer_head(*this, told.head(), framing, more);
  status = plain.status;
  bytes_out = encoded.size();
  return true;
}

Async<void> Exchange::answer_hit() {
  std::string encoded;
  if (route->compresses && encode_hit(encoded)) {
    const bool sent = co_await client.write(Pieces(out, encoded));
    if (!sent) keep_alive = false;
    co_return;
  }
  out = answer_fields;
  append_own_fields(*this, out, hit->entry().fields());
  status = hit->status();
  bytes_out = hit->body().size();
  const Pieces pieces(hit->head(), hit->fields(), out, hit->body());
  const bool written = co_await client.write(pieces);
  if (!written) keep_alive = false;
}

Async<void> Exchange::answer_failure(Failure failure) {
  if (status != 0 || !client.stream().is_open()) {  // an answer has begun: it can only be cut short
    keep_alive = false;
    client.stream().reset();
    co_return;
  }
  if (body.cannot_finish()) keep_alive = false;
  const std::string document = problem_answer(*this, std::move(failure));
  std::string_view told = document;
  if (head.method == "HEAD") told = {};
  const Pieces pieces(out, told);
  const bool written = co_await client.write(pieces);
  if (!written) keep_alive = false;
}

void Exchange::record() {
  if (edge.closed) return;
  const std::chrono::duration<double> lasted = std::chrono::steady_clock::now() - began;
  const int told = status == 0 ? 499 : status;  // nginx's number for: the client left before we said anything
  if (span.recording()) {
    span.set("http.response.status_code", std::int64_t{told});
    span.set("http.response.body.size", static_cast<std::int64_t>(bytes_out));
    if (told >= 500) span.fail("status " + std::to_string(told));
    span.end();
  }
  if (route != nullptr) route->figures.count(head.method, told, bytes_out, lasted);
  if (!steps.access_log || steps.log.level() > log::Level::info) return;
  static const std::string kNobody;
  steps.log.info("request", {{"method", std::string(head.method)},
                             {"route", route == nullptr ? std::string("none") : route->route->name},
                             {"path", std::string(head.path)},
                             {"status", std::int64_t{told}},
                             {"ms", lasted.count() * 1e3},
                             {"request_id", std::string(ids.request_id())},
                             {"trace_id", std::string(ids.trace_id())},
                             {"tenant", caller ? caller->principal.tenant : kNobody},
                             {"user_id", caller ? caller->principal.user : kNobody},
                             {"remote", client.remote_address()},
                             {"bytes", static_cast<std::int64_t>(bytes_out)}});
}

}  // namespace valion::gateway
