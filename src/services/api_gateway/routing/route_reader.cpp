#include "services/api_gateway/routing/route_reader.hpp"

#include <algorithm>
#include <array>

#include "services/api_gateway/routing/nearest_word.hpp"
#include "services/api_gateway/routing/path.hpp"
#include "services/api_gateway/routing/quantities.hpp"

namespace valion::gateway {
namespace {

using Kind = YamlValue::Kind;

constexpr std::size_t kMostListed = 64;            // methods, roles, upstreams of one route
constexpr std::uint64_t kFormOverhead = 2u << 20;  // multipart heads and text fields beside an uploaded file
constexpr std::chrono::milliseconds kLongestTimeout{3'600'000};
constexpr std::array<std::string_view, 9> kKnownMethods{"GET",    "HEAD",    "POST",  "PUT",  "PATCH",
                                                        "DELETE", "OPTIONS", "TRACE", "PURGE"};

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto allowed = [&](char c) { return letter(c) || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= 64 && letter(text.front()) && std::all_of(text.begin(), text.end(), allowed);
}

bool is_method(std::string_view text) {
  const auto upper = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; };
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), upper);
}

// Reads one map member by member. Every function leaves the route as it was when the value is refused.
class RouteReader {
 public:
  RouteReader(ReadRoute& read, const TableRules& rules, Complaints& complaints)
      : read_(read), route_(read.route), rules_(rules), complaints_(complaints) {}

  void read(const YamlValue& entry);

 private:
  using Field = void (RouteReader::*)(const YamlValue&, const YamlPlace&);
  struct Known {
    std::string_view key;
    Field read;
  };
  static const std::array<Known, 15>& fields();

  void name(const YamlValue& value, const YamlPlace& place);
  void prefix(const YamlValue& value, const YamlPlace& place);
  void aliases(const YamlValue& value, const YamlPlace& place);
  void exact(const YamlValue& value, const YamlPlace& place) { truth(value, place, route_.exact); }
  void methods(const YamlValue& value, const YamlPlace& place);
  void service(const YamlValue& value, const YamlPlace& place);
  void upstreams(const YamlValue& value, const YamlPlace& place);
  void strip(const YamlValue& value, const YamlPlace& place);
  void replacement(const YamlValue& value, const YamlPlace& place);
  void timeout(const YamlValue& value, const YamlPlace& place);
  void auth(const YamlValue& value, const YamlPlace& place);
  void roles(const YamlValue& value, const YamlPlace& place);
  void rate_limit(const YamlValue& value, const YamlPlace& place);
  void cache(const YamlValue& value, const YamlPlace& place);
  void body_limit(const YamlValue& value, const YamlPlace& place);

  void rate(const YamlValue& value, const YamlPlace& place, std::optional<RateLimit>& limit);
  void cache_ttl(const YamlValue& value, const YamlPlace& place);
  void truth(const YamlValue& value, const YamlPlace& place, bool& to);
  std::vector<std::pair<std::string, YamlPlace>> texts(const YamlValue& value, const YamlPlace& place,
                                                       const std::string& wanted);
  bool text(const YamlValue& value, const YamlPlace& place, const std::string& wanted);
  bool is_prefix(const std::string& prefix, const YamlPlace& place);
  void refuse(const YamlPlace& place, const std::string& message, std::string value = {});
  void check_whole();
  [[nodiscard]] YamlPlace place_of(std::string_view key) const;

  ReadRoute& read_;
  Route& route_;
  const TableRules& rules_;
  Complaints& complaints_;
  bool strips_ = false;
  std::vector<std::pair<std::string_view, YamlPlace>> given_;  // the fields that stand there
};

const std::array<RouteReader::Known, 15>& RouteReader::fields() {
  static const std::array<Known, 15> known{{{"name", &RouteReader::name},
                                            {"prefix", &RouteReader::prefix},
                                            {"aliases", &RouteReader::aliases},
                                            {"exact", &RouteReader::exact},
                                            {"methods", &RouteReader::methods},
                                            {"service", &RouteReader::service},
                                            {"upstreams", &RouteReader::upstreams},
                                            {"strip", &RouteReader::strip},
                                            {"replacement", &RouteReader::replacement},
                                            {"timeout", &RouteReader::timeout},
                                            {"auth", &RouteReader::auth},
                                            {"roles", &RouteReader::roles},
                                            {"rate_limit", &RouteReader::rate_limit},
                                            {"cache", &RouteReader::cache},
                                            {"body_limit", &RouteReader::body_limit}}};
  return known;
}

void RouteReader::read(const YamlValue& entry) {
  route_.authenticated = rules_.identity;
  std::vector<std::string_view> keys;
  for (const Known& known : fields()) keys.push_back(known.key);
  const std::int64_t before = complaints_.error.violation_total;
  check_keys(entry, read_.place.pointer, keys, complaints_);
  read_.complete = complaints_.error.violation_total == before;
  for (const YamlMember& member : entry.members) {
    const auto known =
        std::find_if(fields().begin(), fields().end(), [&](const Known& one) { return one.key == member.key; });
    if (known == fields().end()) continue;
    const YamlPlace place{read_.place.pointer + "/" + member.key, member.line};
    given_.emplace_back(known->key, place);
    (this->*known->read)(member.value, place);
  }
  check_whole();
}

void RouteReader::refuse(const YamlPlace& place, const std::string& message, std::string value) {
  read_.complete = false;
  complaints_.add(place, message, std::move(value));
}

bool RouteReader::text(const YamlValue& value, const YamlPlace& place, const std::string& wanted) {
  if (value.kind == Kind::text) return true;
  const char* is = value.kind == Kind::nothing ? "nothing" : value.kind == Kind::list ? "a list" : "a map";
  refuse(place, "wants " + wanted + ", not " + is);
  return false;
}

void RouteReader::truth(const YamlValue& value, const YamlPlace& place, bool& to) {
  const std::string wanted = "true or false";
  if (!text(value, place, wanted)) return;
  if (value.text == "true") {
    to = true;
  } else if (value.text == "false") {
    to = false;
  } else {
    refuse(place, "wants " + wanted, value.text);
  }
}

// One text or a list of different ones.
std::vector<std::pair<std::string, YamlPlace>> RouteReader::texts(const YamlValue& value, const YamlPlace& place,
                                                                  const std::string& wanted) {
  std::vector<std::pair<std::string, YamlPlace>> found;
  if (value.kind == Kind::text) {
    found.emplace_back(value.text, place);
    return found;
  }
  if (value.kind != Kind::list || value.items.empty()) {
    refuse(place, "wants " + wanted + ", one or a list of them; leave it out for the default");
    return found;
  }
  if (value.items.size() > kMostListed) {
    refuse(place, "has more than " + std::to_string(kMostListed) + " entries");
    return found;
  }
  for (std::size_t index = 0; index < value.items.size(); ++index) {
    const YamlValue& item = value.items[index];
    const YamlPlace at{place.pointer + "/" + std::to_string(index), item.line};
    if (!text(item, at, wanted)) continue;
    const auto same = [&](const auto& earlier) { return earlier.first == item.text; };
    if (std::any_of(found.begin(), found.end(), same)) {
      refuse(at, "stands twice", item.text);
    } else {
      found.emplace_back(item.text, at);
    }
  }
  return found;
}

void RouteReader::name(const YamlValue& value, const YamlPlace& place) {
  const std::string wanted = "up to 64 of a-z, 0-9, -, _ and ., a letter or digit first";
  if (!text(value, place, wanted)) return;
  if (!is_name(value.text)) return refuse(place, "wants " + wanted, value.text);
  route_.name = value.text;
}

bool RouteReader::is_prefix(const std::string& prefix, const YamlPlace& place) {
  const auto segments = static_cast<std::size_t>(std::count(prefix.begin(), prefix.end(), '/'));
  if (!is_route_prefix(prefix)) {
    const bool only_ends_wrong = is_route_prefix(std::string_view(prefix).substr(0, prefix.size() - !prefix.empty()));
    refuse(place,
           only_ends_wrong ? "ends with /; write it without, it takes what is below it anyway"
                           : "wants a path of whole segments of letters, digits, -, ., _ and ~, such as /api/v1",
           prefix);
    return false;
  }
  if (segments <= kDeepestPrefix) return true;
  refuse(place, "has more than " + std::to_string(kDeepestPrefix) + " segments");
  return false;
}

void RouteReader::prefix(const YamlValue& value, const YamlPlace& place) {
  if (text(value, place, "a path such as /api") && is_prefix(value.text, place)) route_.prefix = value.text;
}

void RouteReader::aliases(const YamlValue& value, const YamlPlace& place) {
  for (auto& [alias, at] : texts(value, place, "a path such as /data")) {
    if (is_prefix(alias, at)) read_.aliases.push_back(std::move(alias));
  }
}

void RouteReader::methods(const YamlValue& value, const YamlPlace& place) {
  for (auto& [method, at] : texts(value, place, "a method such as GET")) {
    if (method == "CONNECT") {
      refuse(at, "is not relayed by this gateway", method);
    } else if (!is_method(method)) {
      std::string upper = method;
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](unsigned char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
      const bool known = std::find(kKnownMethods.begin(), kKnownMethods.end(), upper) != kKnownMethods.end();
      refuse(at, known ? "wants capitals; write " + upper : "wants a method such as GET, in capitals", method);
    } else {
      route_.methods.push_back(std::move(method));
    }
  }
}

void RouteReader::service(const YamlValue& value, const YamlPlace& place) {
  const std::string wanted = "the name of a service of the registry, such as ml_service";
  if (!text(value, place, wanted)) return;
  if (!is_name(value.text)) return refuse(place, "wants " + wanted, value.text);
  route_.service = value.text;
}

void RouteReader::upstreams(const YamlValue& value, const YamlPlace& place) {
  for (const auto& [address, at] : texts(value, place, "http://HOST:PORT")) {
    auto upstream = parse_upstream(address);
    if (!upstream) {
      refuse(at, upstream.error().message, address);
    } else if (std::find(route_.upstreams.begin(), route_.upstreams.end(), *upstream) != route_.upstreams.end()) {
      refuse(at, "is the same server as one before it", address);
    } else {
      route_.upstreams.push_back(std::move(*upstream));
    }
  }
}

void RouteReader::strip(const YamlValue& value, const YamlPlace& place) { truth(value, place, strips_); }

void RouteReader::replacement(const YamlValue& value, const YamlPlace& place) {
  if (!text(value, place, "a path such as /data")) return;
  if (!is_route_prefix(value.text))
    return refuse(place, "wants a path of whole segments without a final /, such as /data, or / alone", value.text);
  route_.replacement = value.text == "/" ? "" : value.text;
}

void RouteReader::timeout(const YamlValue& value, const YamlPlace& place) {
  const std::string wanted = "a time from 1ms to 1h, such as 30s, 500ms or 5min";
  if (!text(value, place, wanted)) return;
  const auto parsed = parse_duration(value.text);
  if (!parsed || parsed->count() == 0 || *parsed > kLongestTimeout) return refuse(place, "wants " + wanted, value.text);
  route_.timeout = *parsed;
}

void RouteReader::auth(const YamlValue& value, const YamlPlace& place) {
  if (!text(value, place, "off or required")) return;
  if (value.text != "off" && value.text != "required") return refuse(place, "wants off or required", value.text);
  if (value.text == "required" && !rules_.identity)
    return refuse(place, "cannot be required: the setting gateway.identity is off; leave auth out, or switch it on");
  route_.authenticated = value.text == "required";
}

void RouteReader::roles(const YamlValue& value, const YamlPlace& place) {
  for (auto& [role, at] : texts(value, place, "a role such as appraiser")) {
    if (!is_name(role)) {
      refuse(at, "wants a role such as appraiser", role);
    } else {
      route_.roles.push_back(std::move(role));
    }
  }
}

void RouteReader::rate(const YamlValue& value, const YamlPlace& place, std::optional<RateLimit>& limit) {
  const std::string wanted = "a rate such as 50/min, 10/s, 1000/h or 100/30s, or off";
  if (!text(value, place, wanted)) return;
  if (value.text == "off" || value.text == "0") {
    limit.reset();
  } else if (const auto parsed = parse_rate(value.text)) {
    limit = parsed;
  } else {
    refuse(place, "wants " + wanted, value.text);
  }
}

void RouteReader::rate_limit(const YamlValue& value, const YamlPlace& place) {
  if (value.kind != Kind::map) return rate(value, place, route_.limit);
  constexpr std::array<std::string_view, 3> kWho{"user", "key", "service"};
  check_keys(value, place.pointer, kWho, complaints_);
  for (const YamlMember& member : value.members) {
    const YamlPlace at{place.pointer + "/" + member.key, member.line};
    if (member.key == "user") rate(member.value, at, route_.limit);
    if (member.key == "key") rate(member.value, at, route_.key_limit);
    if (member.key == "service") rate(member.value, at, route_.service_limit);
  }
}

void RouteReader::cache_ttl(const YamlValue& value, const YamlPlace& place) {
  const std::string wanted = "a time in whole seconds such as 60s or 1h";
  if (!text(value, place, wanted)) return;
  const auto parsed = value.text == "0" ? std::chrono::milliseconds(0) : parse_duration(value.text);
  const auto seconds = parsed ? std::chrono::duration_cast<std::chrono::seconds>(*parsed) : std::chrono::seconds(0);
  if (!parsed || seconds != *parsed) return refuse(place, "wants " + wanted, value.text);
  route_.cache_ttl = seconds;
}

void RouteReader::cache(const YamlValue& value, const YamlPlace& place) {
  const std::string wanted = "on, off, a time such as 1h, or a map of ttl and authorised";
  route_.caches = true;
  if (value.kind == Kind::map) {
    constexpr std::array<std::string_view, 2> kParts{"ttl", "authorised"};
    check_keys(value, place.pointer, kParts, complaints_);
    for (const YamlMember& member : value.members) {
      const YamlPlace at{place.pointer + "/" + member.key, member.line};
      if (member.key == "ttl") cache_ttl(member.value, at);
      if (member.key == "authorised") truth(member.value, at, route_.caches_authorised);
    }
    return;
  }
  if (!text(value, place, wanted)) return;
  if (value.text == "off") {
    route_.caches = false;
  } else if (value.text != "on") {
    cache_ttl(value, place);
  }
}

void RouteReader::body_limit(const YamlValue& value, const YamlPlace& place) {
  const std::string wanted = "a size such as 16MiB or 512KiB, or upload for the setting upload.limit_bytes";
  if (!text(value, place, wanted)) return;
  if (value.text == "upload") {
    route_.body_limit = rules_.upload_limit + kFormOverhead;
  } else if (const auto parsed = parse_size(value.text)) {
    route_.body_limit = *parsed;
  } else {
    refuse(place, "wants " + wanted, value.text);
  }
}

YamlPlace RouteReader::place_of(std::string_view key) const {
  for (const auto& [given, place] : given_) {
    if (given == key) return place;
  }
  return read_.place;
}

// What is wrong only when fields are seen together.
void RouteReader::check_whole() {
  const auto given = [&](std::string_view key) {
    return std::any_of(given_.begin(), given_.end(), [&](const auto& one) { return one.first == key; });
  };
  if (!given("name")) refuse(read_.place, "has no name; metrics, limits and logs call the route by it");
  if (!given("prefix")) refuse(read_.place, "has no prefix; write / to take every path");
  if (given("service") == given("upstreams")) {
    refuse(given("service") ? place_of("upstreams") : read_.place,
           given("service") ? "stands beside `service`; a route has one of them"
                            : "says nobody who answers; write `service` or `upstreams`");
  }
  if (given("strip") && given("replacement"))
    refuse(place_of("strip"), "stands beside `replacement`; a route has one of them");
  if (!given("replacement")) route_.replacement = strips_ || route_.prefix == "/" ? "" : route_.prefix;
  if (!route_.authenticated) {
    if (given("roles")) refuse(place_of("roles"), "wants a caller, but anybody may come: auth is off");
    if (route_.key_limit || route_.service_limit)
      refuse(place_of("rate_limit"), "has limits of keys or services, but no caller is known: auth is off");
    if (route_.caches_authorised) refuse(place_of("cache"), "is `authorised`, but no caller is known: auth is off");
  }
  if (route_.is_local()) {
    for (const std::string_view key : {"strip", "replacement", "cache"}) {
      if (given(key)) refuse(place_of(key), "has no meaning where the gateway answers itself");
    }
  }
}

}  // namespace

void Complaints::add(const YamlPlace& place, const std::string& message, std::string value) {
  constexpr std::size_t kShown = 100;
  if (value.size() > kShown) value.resize(kShown);
  Violation violation;
  violation.pointer = place.pointer.substr(0, 2 * kShown);
  violation.message = message + " (" + origin + ":" + std::to_string(place.line) + ")";
  violation.value = std::move(value);
  error.add(std::move(violation));
}

void check_keys(const YamlValue& map, const std::string& pointer, std::span<const std::string_view> known,
                Complaints& complaints) {
  for (std::size_t index = 0; index < map.members.size(); ++index) {
    const YamlMember& member = map.members[index];
    const YamlPlace place{pointer + "/" + member.key, member.line};
    const auto end = map.members.begin() + static_cast<std::ptrdiff_t>(index);
    const auto first =
        std::find_if(map.members.begin(), end, [&](const YamlMember& one) { return one.key == member.key; });
    if (first != end) complaints.add(place, "stands twice, first in line " + std::to_string(first->line));
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    const std::string_view meant = nearest_word(member.key, known);
    std::string all;
    for (const std::string_view word : known) all.append(all.empty() ? "" : ", ").append(word);
    complaints.add(place, meant.empty() ? "is not known here; known are " + all
                                        : "is not known here; did you mean " + std::string(meant) + "?");
  }
}

ReadRoute read_route(const YamlValue& entry, const YamlPlace& place, const TableRules& rules, Complaints& complaints) {
  ReadRoute read;
  read.place = place;
  if (entry.kind != Kind::map) {
    complaints.add(place, "is not a route; a map with name, prefix and service or upstreams is expected");
    read.complete = false;
    return read;
  }
  RouteReader(read, rules, complaints).read(entry);
  return read;
}

}  // namespace valion::gateway
