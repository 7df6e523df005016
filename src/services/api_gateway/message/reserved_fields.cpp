#include "services/api_gateway/message/reserved_fields.hpp"

#include <array>

#include "services/api_gateway/message/list_elements.hpp"

namespace valion::gateway {
namespace {

struct Reserved {
  std::string_view name;
  Fate fate = Fate::dropped;
};

constexpr std::array kOfRequests{
    Reserved{"te"},
    Reserved{"host"},
    Reserved{"proxy"},
    Reserved{"expect"},
    Reserved{"trailer"},
    Reserved{"upgrade"},
    Reserved{"forwarded"},
    Reserved{"x-real-ip"},
    Reserved{"x-api-key", Fate::credential},
    Reserved{"connection"},
    Reserved{"keep-alive"},
    Reserved{"tracestate", Fate::trace_state},
    Reserved{"traceparent"},
    Reserved{"remote-user"},
    Reserved{"x-client-ip"},
    Reserved{"x-request-id"},
    Reserved{"authorization", Fate::credential},
    Reserved{"x-remote-user"},
    Reserved{"x-http-method"},
    Reserved{"x-rewrite-url"},
    Reserved{"content-length"},
    Reserved{"true-client-ip"},
    Reserved{"x-original-url"},
    Reserved{"http2-settings"},
    Reserved{"proxy-connection"},
    Reserved{"transfer-encoding"},
    Reserved{"x-method-override"},
    Reserved{"x-request-deadline"},
    Reserved{"proxy-authenticate"},
    Reserved{"x-cluster-client-ip"},
    Reserved{"proxy-authorization"},
    Reserved{"x-http-method-override"},
};

constexpr std::array kOfAnswers{
    Reserved{"te"},
    Reserved{"trailer"},
    Reserved{"upgrade"},
    Reserved{"connection"},
    Reserved{"keep-alive"},
    Reserved{"tracestate"},
    Reserved{"traceparent"},
    Reserved{"x-request-id"},
    Reserved{"content-length"},
    Reserved{"proxy-connection"},
    Reserved{"transfer-encoding"},
    Reserved{"proxy-authenticate"},
    Reserved{"x-request-deadline"},
};

constexpr std::array<std::string_view, 3> kClaimPrefixes{"x-user", "x-tenant", "x-forwarded"};

// Letters in lower case, digits as they are, everything else `-`.
constexpr std::array<char, 256> kFolded = [] {
  std::array<char, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool same = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    table[c] = upper ? static_cast<char>(c + 32) : same ? static_cast<char>(c) : '-';
  }
  return table;
}();

bool begins_folded(std::string_view name, std::string_view reserved) noexcept {
  for (std::size_t i = 0; i < reserved.size(); ++i) {
    if (kFolded[static_cast<unsigned char>(name[i])] != reserved[i]) return false;
  }
  return true;
}

constexpr std::size_t kLongest = 22;

// For each length the first entry that long; the lists are in order of length.
template <std::size_t N>
constexpr std::array<std::uint8_t, kLongest + 2> starts_of(const std::array<Reserved, N>& list) {
  std::array<std::uint8_t, kLongest + 2> starts{};
  for (std::size_t length = 0; length < starts.size(); ++length) {
    std::uint8_t first = 0;
    while (first < N && list[first].name.size() < length) ++first;
    starts[length] = first;
  }
  return starts;
}

template <std::size_t N>
constexpr bool is_ordered(const std::array<Reserved, N>& list) {
  for (std::size_t i = 1; i < N; ++i) {
    if (list[i - 1].name.size() > list[i].name.size() || list[i].name.size() > kLongest) return false;
  }
  return true;
}
static_assert(is_ordered(kOfRequests) && is_ordered(kOfAnswers));

constexpr auto kRequestStarts = starts_of(kOfRequests);
constexpr auto kAnswerStarts = starts_of(kOfAnswers);

template <std::size_t N>
Fate fate_in(const std::array<Reserved, N>& list, const std::array<std::uint8_t, kLongest + 2>& starts,
             std::string_view name) noexcept {
  if (name.size() > kLongest) return Fate::crosses;
  for (std::size_t i = starts[name.size()]; i < starts[name.size() + 1]; ++i) {
    if (begins_folded(name, list[i].name)) return list[i].fate;
  }
  return Fate::crosses;
}

bool is_claim(std::string_view name) noexcept {
  if (name.empty() || (name.front() | 0x20) != 'x') return false;
  for (const std::string_view prefix : kClaimPrefixes) {
    if (name.size() >= prefix.size() && begins_folded(name, prefix)) return true;
  }
  return false;
}

template <class Visit>
bool any_connection_option(const Fields& fields, Visit visit) noexcept {
  for (const Field& field : fields) {
    if (field.name.size() != 10 || !same_name(field.name, "connection")) continue;
    for (std::string_view rest = field.value; !rest.empty();) {
      if (visit(take_element(rest))) return true;
    }
  }
  return false;
}

}  // namespace

Fate request_fate(std::string_view name) noexcept {
  return is_claim(name) ? Fate::dropped : fate_in(kOfRequests, kRequestStarts, name);
}

bool answer_field_crosses(std::string_view name) noexcept {
  return fate_in(kOfAnswers, kAnswerStarts, name) == Fate::crosses;
}

bool connection_names_fields(const Fields& fields) noexcept {
  return any_connection_option(fields, [](std::string_view option) {
    return !option.empty() && !same_name(option, "keep-alive") && !same_name(option, "close") &&
           !same_name(option, "upgrade");
  });
}

bool is_named_by_connection(const Fields& fields, std::string_view name) noexcept {
  return any_connection_option(fields, [&](std::string_view option) { return same_name(option, name); });
}

}  // namespace valion::gateway
