// Any lines as the fields of a request and of its answer: what a cache makes of them keeps its own laws.
#include <string>

#include "fuzz/harness.hpp"
#include "services/api_gateway/cache/cache_control.hpp"
#include "services/api_gateway/cache/conditional.hpp"
#include "services/api_gateway/cache/entry_codec.hpp"
#include "services/api_gateway/cache/http_date.hpp"
#include "services/api_gateway/cache/ranges.hpp"
#include "services/api_gateway/cache/reference.hpp"
#include "services/api_gateway/cache/storing.hpp"

namespace valion::gateway::cache {
namespace {

const Moment kNow{std::chrono::milliseconds{1'795'509'600'000}};

void require(bool holds) {
  if (!holds) __builtin_trap();
}

Fields fields_of(std::string_view bytes) {
  Fields fields;
  while (!bytes.empty()) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) fields.push_back({line.substr(0, colon), line.substr(colon + 2)});
  }
  return fields;
}

void dates(std::string_view value) {
  const auto moment = parse_http_date(value, kNow);
  if (moment) require(parse_http_date(format_http_date(*moment), kNow) == moment);
}

void ranges(std::string_view value) {
  std::uint64_t total = 0;
  for (const ByteRange& range : ranges_of(value, 1'000).parts) {
    require(range.length > 0 && range.first < 1'000 && range.length <= 1'000 - range.first);
    total += range.length;
  }
  require(total <= 1'000);
}

void tags(std::string_view value) {
  require(!is_entity_tag(value) || names_tag(value, value));
  require(!same_tag_strongly(value, "\"a\"") || same_tag_weakly(value, "\"a\""));
  static_cast<void>(names_tag(value, "W/\"a,b\""));
  const auto named = same_host_target(value, "valion.example", "/a/b?c");
  require(!named || named->front() == '/');
}

// A request is always served by what it has itself brought about.
void selection(const Fields& fields) {
  if (const auto names = vary_names(fields)) require(selects(selecting_values(*names, fields), fields));
}

void times(const Fields& fields) {
  const ResponseDirectives directives = response_directives(fields);
  static_cast<void>(request_directives(fields));
  const auto lifetime = explicit_lifetime(fields, directives, kNow);
  require(!lifetime || (*lifetime >= Seconds{0} && *lifetime <= Seconds{std::int64_t{1} << 31}));
  require(age_zero_of(fields, {kNow, kNow}) <= kNow);
}

void storing(const Fields& fields) {
  Parts parts{Key({Partition::tenant("t"), "h", "/"})};
  parts.fields = kept_fields(fields, response_directives(fields), kNow);
  parts.tags = tags_of(fields);
  if (const auto names = vary_names(fields)) parts.selecting = selecting_values(*names, fields);
  parts.body = std::make_shared<const std::string>("body");
  parts.age_zero = kNow;
  const Entry entry(std::move(parts));
  require(!find(entry.fields(), "set-cookie") && !find(entry.fields(), "age"));
  const EntryPointer read = decode(encode(entry));  // null where a field holds what no line may hold
  require(read == nullptr || read->head() == entry.head());
}

}  // namespace
}  // namespace valion::gateway::cache

void valion::fuzz::feed(std::string_view bytes) {
  using namespace valion::gateway::cache;
  const auto fields = fields_of(bytes);
  for (const auto& field : fields) {
    dates(field.value);
    ranges(field.value);
    tags(field.value);
  }
  selection(fields);
  times(fields);
  storing(fields);
  static_cast<void>(decode(bytes));
  static_cast<void>(decode(sealed_entry(bytes)));
  static_cast<void>(decode_vary(bytes));
}
