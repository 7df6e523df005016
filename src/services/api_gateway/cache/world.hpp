// For tests: a cache with a clock of its own, between a client and a service that say what the test says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/redis/test_loop.hpp"
#include "services/api_gateway/cache/response_cache.hpp"

namespace valion::gateway::cache {

// A message whose text is its own.
struct Message {
  std::string method = "GET";
  std::string target = "/";
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  Framing::Kind framing = Framing::Kind::length;
  bool breaks_off = false;  // after the body's first half
  bool fails = false;       // the service does not answer

  [[nodiscard]] Fields views() const {
    Fields views;
    for (const auto& [name, value] : fields) views.push_back({name, value});
    return views;
  }
  [[nodiscard]] RequestHead request() const {
    const std::string_view whole = target;
    const std::size_t question = std::min(whole.find('?'), whole.size());
    RequestHead head;
    head.method = method;
    head.target = whole;
    head.path = whole.substr(0, question);
    head.fields = views();
    if (question < whole.size()) head.query = whole.substr(question + 1);
    return head;
  }
  [[nodiscard]] ResponseHead response() const { return {status, "Reason", views(), 1}; }
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const {
    for (const auto& [known, value] : fields) {
      if (same_name(known, name)) return value;
    }
    return std::nullopt;
  }
};

// What the client saw, and what the service was asked on the way.
struct Seen {
  std::string kind;  // hit, background, asked, validated, stand-in, bypass, unavailable
  Message answer;
  std::vector<Message> asked;
};

inline Message message_of(const Hit& hit) {
  Message message;
  message.status = hit.status();
  message.body = hit.body();
  const std::string text = std::string(hit.head()) + std::string(hit.fields());
  std::size_t line = text.find("\r\n") + 2;
  while (line < text.size()) {
    const std::size_t end = text.find("\r\n", line), colon = text.find(": ", line);
    message.fields.emplace_back(text.substr(line, colon - line), text.substr(colon + 2, end - colon - 2));
    line = end + 2;
  }
  return message;
}

inline Message message_of(const RequestHead& head) {
  Message message;
  message.method = head.method;
  message.target = head.target;
  for (const Field& field : head.fields) message.fields.emplace_back(field.name, field.value);
  return message;
}

struct World {
  explicit World(redis::Client* redis = nullptr, testing::TestLoop* given = nullptr, Settings settings = {})
      : loop(given != nullptr ? *given : own_loop) {
    settings.clock = [this] { return now; };
    cache.emplace(loop.executor(), std::move(settings), redis);
    route.name = "houses";
    route.caches = true;
  }

  testing::TestLoop own_loop;
  testing::TestLoop& loop;
  Moment now{std::chrono::milliseconds{1'795'509'600'000}};  // Tue, 24 Nov 2026 08:40:00 GMT
  Route route;
  std::string host = "valion.example";
  std::optional<ResponseCache> cache;

  [[nodiscard]] Question question(const RequestHead& head, const std::optional<std::string>& tenant) const {
    return {head, route, tenant ? Partition::tenant(*tenant) : Partition::anybody(), host};
  }

  // `answers`: what the service says, in turn.
  Seen send(const Message& request, std::vector<Message> answers = {}, const std::optional<std::string>& tenant = {}) {
    Seen seen;
    const RequestHead head = request.request();
    const Question asked = question(head, tenant);
    Verdict verdict = cache->look(asked);
    std::optional<Hit> hit = std::move(verdict.hit);
    std::unique_ptr<Fetch> fetch = std::move(verdict.fetch);
    if (verdict.kind == Verdict::Kind::unavailable) return {"unavailable", {}, {}};
    if (verdict.kind == Verdict::Kind::bypass) return bypass(request, asked, answers);
    if (verdict.kind == Verdict::Kind::ask) {
      Found found = loop.run(cache->resolve(asked));
      hit = std::move(found.hit);
      fetch = std::move(found.fetch);
    }
    if (!hit) return carry_out(*fetch, answers);
    seen.kind = fetch ? "background" : "hit";
    seen.answer = message_of(*hit);
    if (fetch) seen.asked = carry_out(*fetch, answers).asked;
    return seen;
  }

  Seen carry_out(Fetch& fetch, const std::vector<Message>& answers) {
    Seen seen;
    for (const Message& answer : answers) {
      seen.asked.push_back(message_of(fetch.request()));
      Framing framing{answer.framing, answer.body.size(), true};
      const Outcome outcome = answer.fails ? fetch.on_failure() : fetch.on_head(answer.response(), framing);
      if (outcome.next == Outcome::Next::repeat) continue;
      if (outcome.next == Outcome::Next::serve) {
        seen.kind = answer.status == 304 && !answer.fails ? "validated" : "stand-in";
        seen.answer = message_of(*outcome.hit);
        return seen;
      }
      seen.kind = "asked";
      seen.answer = answer;
      seen.answer.fields.emplace_back("Cache-Status", fetch.cache_status());
      fetch.on_body(std::string_view(answer.body).substr(0, answer.body.size() / 2));
      if (answer.breaks_off) return seen;
      fetch.on_body(std::string_view(answer.body).substr(answer.body.size() / 2));
      fetch.on_end();
      return seen;
    }
    seen.kind = "the service was asked once more than the test says";
    return seen;
  }

  Seen bypass(const Message& request, const Question& asked, const std::vector<Message>& answers) {
    Seen seen{"bypass", answers.empty() ? Message{} : answers.front(), {request}};
    if (!answers.empty()) cache->on_unsafe_answer(asked, answers.front().response());
    return seen;
  }
};

}  // namespace valion::gateway::cache
