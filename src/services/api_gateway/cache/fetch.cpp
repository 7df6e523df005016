#include "services/api_gateway/cache/fetch.hpp"

#include <algorithm>
#include <utility>

#include "services/api_gateway/cache/conditional.hpp"
#include "services/api_gateway/cache/fetch_state.hpp"
#include "services/api_gateway/cache/field_syntax.hpp"
#include "services/api_gateway/cache/serving.hpp"

namespace valion::gateway::cache {
namespace {

constexpr std::uint64_t kReservedAtOnce = 256u << 10;  // bytes: an announced length is not yet a body

bool is_error(int status) noexcept { return status == 500 || (status >= 502 && status <= 504); }

bool is_condition(std::string_view name) noexcept {
  return same_name(name, "if-none-match") || same_name(name, "if-modified-since") || same_name(name, "range") ||
         same_name(name, "if-range");
}

}  // namespace

OwnedRequest::OwnedRequest(const RequestHead& from) {
  std::size_t size = from.method.size() + from.target.size() + from.path.size() + from.query.size() + from.host.size();
  for (const Field& field : from.fields) size += field.name.size() + field.value.size();
  text.reserve(size);  // so that no view moves
  const auto keep = [&](std::string_view piece) {
    const std::size_t begin = text.size();
    text.append(piece);
    return std::string_view(text).substr(begin);
  };
  head.method = keep(from.method);
  head.target = keep(from.target);
  head.path = keep(from.path);
  head.query = keep(from.query);
  head.host = keep(from.host);
  head.minor = from.minor;
  head.fields.reserve(from.fields.size() + 2);
  for (const Field& field : from.fields) {
    const std::string_view name = keep(field.name);
    head.fields.push_back({name, keep(field.value)});
  }
}

std::string_view name_of(Forward forward) noexcept {
  switch (forward) {
    case Forward::miss: return "miss";
    case Forward::uri_miss: return "uri-miss";
    case Forward::vary_miss: return "vary-miss";
    case Forward::stale: return "stale";
    case Forward::request: return "request";
    case Forward::partial: return "partial";
  }
  return "miss";
}

Fetch::State::State(std::shared_ptr<ResponseCache::State> owner, const Question& question, const KeyView& wanted)
    : cache(std::move(owner)),
      statistics(&cache->route(question.route.name)),
      key(wanted),
      tenant(question.partition.id()),
      is_tenant(question.partition.is_tenant()),
      route_keeps_authorised(question.route.caches_authorised),
      default_lifetime(question.route.cache_ttl),
      original(question.request),
      directives(request_directives(original.head.fields)),
      sent(original.head),
      begun(cache->sequence),
      position(cache->shared ? cache->shared->position() : Position{}) {
  exchange.asked = cache->now();
}

Fetch::State::~State() { give_up(); }

void Fetch::State::set_conditions() {
  if (stored == nullptr || !stored->has_validator()) return;
  validating = true;
  std::erase_if(sent.fields, [](const Field& field) { return is_condition(field.name); });
  if (!stored->etag().empty()) sent.fields.push_back({"If-None-Match", stored->etag()});
  if (!stored->last_modified().empty()) sent.fields.push_back({"If-Modified-Since", stored->last_modified()});
}

void Fetch::State::drop_conditions() {
  validating = false;
  sent.fields = original.head.fields;
  stored.reset();
}

// Lets go of what has been kept so far, and of those who wait for it.
void Fetch::State::give_up() {
  cache->collecting -= reserved;
  reserved = 0;
  collecting = false;
  body = {};
  parts.reset();
  release();
}

void Fetch::State::describe(int status, bool stored_too) {
  cache_status = "Valion; fwd=";
  cache_status.append(name_of(forward)).append("; fwd-status=").append(std::to_string(status));
  if (stored_too) cache_status.append("; stored");
}

EntryPointer Fetch::State::freshened(const ResponseHead& answer) const {
  const ResponseDirectives said = response_directives(answer.fields);
  FieldTexts fields = updated_fields(stored->fields(), kept_fields(answer.fields, said, exchange.answered));
  Fields views;
  for (const auto& [name, value] : fields) views.push_back({name, value});
  const ResponseDirectives now_said = response_directives(views);
  Parts fresh{stored->parts()};
  const auto said_explicitly = explicit_lifetime(views, now_said, exchange.answered);
  fresh.lifetime = said_explicitly ? *said_explicitly
                   : default_lifetime > Seconds{0} && takes_default_lifetime(fresh.status)
                       ? default_lifetime
                       : heuristic_lifetime(views, exchange.answered).value_or(Seconds{0});
  fresh.default_lifetime = default_lifetime;
  if (auto tags = tags_of(answer.fields); !tags.empty()) fresh.tags = std::move(tags);
  fresh.age_zero = age_zero_of(answer.fields, exchange);
  fresh.position = position;
  fresh.fields = std::move(fields);
  if (now_said.no_store || now_said.is_private) fresh.lifetime = Seconds{0};
  return std::make_shared<const Entry>(std::move(fresh));
}

// A 304 that carries another entity tag speaks of another answer than the one we have (section 4.3.4).
bool Fetch::State::is_about_stored(const ResponseHead& answer) const {
  const auto etag = find(answer.fields, "etag");
  return !etag || stored->etag().empty() || same_tag_weakly(*etag, stored->etag());
}

Outcome Fetch::State::on_not_modified(const ResponseHead& answer) {
  if (!is_about_stored(answer)) {
    cache->memory.erase(*stored);
    drop_conditions();
    return {Outcome::Next::repeat, std::nullopt};
  }
  const ResponseDirectives said = response_directives(answer.fields);
  const EntryPointer fresh = freshened(answer);
  if (said.no_store || said.is_private) {
    cache->memory.erase(*stored);
  } else {
    cache->store(fresh, begun);
  }
  ++statistics->validated;
  release();
  const std::string forwarded = "fwd=" + std::string(name_of(forward)) + "; fwd-status=304";
  return {Outcome::Next::serve, serve(fresh, original.head, cache->now(), {forwarded, {}})};
}

Outcome Fetch::State::stand_in(std::string_view forwarded) {
  ++statistics->stale_hits;
  release();
  return {Outcome::Next::serve, serve(stored, original.head, cache->now(), {forwarded, "stale-if-error"})};
}

// Section 4.3.5: what a HEAD says of the stored answer to GET.
void Fetch::State::on_head_answer(const ResponseHead& answer) {
  if (stored == nullptr || answer.status != 200 || stored->status() != 200) return;
  const auto length = find(answer.fields, "content-length");
  const auto modified = find(answer.fields, "last-modified");
  const bool same = is_about_stored(answer) && (!length || *length == std::to_string(stored->body().size())) &&
                    (!modified || stored->last_modified().empty() || *modified == stored->last_modified());
  if (same) {
    cache->store(freshened(answer), begun);
  } else {
    cache->memory.erase(*stored);
  }
}

void Fetch::State::begin_keeping(const ResponseHead& answer, const Framing& framing) {
  const ResponseDirectives said = response_directives(answer.fields);
  const Answered answered{original.head,    directives, partition(), route_keeps_authorised,
                          default_lifetime, answer,     framing,     exchange};
  const Keeping keeping = keeping_of(answered, said);
  const Moment now = cache->now();
  const bool too_big = framing.kind == Framing::Kind::length && framing.length > cache->largest();
  if (!keeping.lifetime || too_big) {
    const bool says_nothing_new = is_error(answer.status) || answer.status == 206 || answer.status == 304;
    if (stored != nullptr && !says_nothing_new) cache->memory.erase(*stored);
    cache->unshared.add(flight, now);
    describe(answer.status, false);
    return give_up();
  }
  parts.emplace(Parts{key, answer.status, std::string(answer.reason),
                      kept_fields(answer.fields, said, exchange.answered),
                      selecting_values(*vary_names(answer.fields), original.head.fields), tags_of(answer.fields),
                      nullptr, age_zero_of(answer.fields, exchange), *keeping.lifetime, default_lifetime, position});
  collecting = true;
  if (framing.kind == Framing::Kind::length) announced = framing.length;
  if (framing.kind == Framing::Kind::none) announced = 0;
  describe(answer.status, true);
  // Nobody could use it without asking the service as well: so they need not wait for it.
  if (said.no_cache || now - parts->age_zero >= parts->lifetime) {
    cache->unshared.add(flight, now);
    release();
  } else {
    cache->unshared.remove(flight);
  }
}

void Fetch::State::add(std::string_view piece) {
  if (!collecting) return;
  const std::size_t size = body.size() + piece.size();
  const std::size_t room = cache->memory.capacity() / 4;
  if (size > cache->largest() || cache->collecting + piece.size() > room || (announced && size > *announced)) {
    return give_up();
  }
  cache->collecting += piece.size();
  reserved += piece.size();
  if (body.empty() && announced) body.reserve(std::min(*announced, kReservedAtOnce));
  body.append(piece);
}

void Fetch::State::finish() {
  if (collecting && (!announced || *announced == body.size())) {
    body.shrink_to_fit();
    parts->body = std::make_shared<const std::string>(std::move(body));
    if (cache->store(std::make_shared<const Entry>(std::move(*parts)), begun)) ++statistics->stored;
  }
  give_up();
}

Fetch::Fetch(std::unique_ptr<State> state) : state_(std::move(state)) {}
Fetch::~Fetch() = default;

const RequestHead& Fetch::request() const noexcept { return state_->sent; }

Outcome Fetch::on_head(const ResponseHead& answer, const Framing& framing) {
  State& state = *state_;
  state.exchange.answered = state.cache->now();
  if (answer.status == 304 && state.validating) return state.on_not_modified(answer);
  if (is_error(answer.status) && state.stored != nullptr &&
      covers_error(*state.stored, state.directives, state.exchange.answered)) {
    const std::string forwarded = "fwd=stale; fwd-status=" + std::to_string(answer.status);
    return state.stand_in(forwarded);
  }
  if (state.original.head.method == "HEAD") {
    state.on_head_answer(answer);
    state.describe(answer.status, false);
    state.release();
    return {};
  }
  state.begin_keeping(answer, framing);
  return {};
}

void Fetch::on_body(std::string_view piece) { state_->add(piece); }

void Fetch::on_end() { state_->finish(); }

Outcome Fetch::on_failure() {
  State& state = *state_;
  if (state.stored != nullptr && covers_error(*state.stored, state.directives, state.cache->now())) {
    return state.stand_in("fwd=stale");
  }
  state.give_up();
  return {};
}

const std::string& Fetch::cache_status() const noexcept { return state_->cache_status; }

}  // namespace valion::gateway::cache
