#include "services/api_gateway/cache/entry.hpp"

#include "services/api_gateway/cache/conditional.hpp"

namespace valion::gateway::cache {
namespace {

// A body is announced even when it is empty; these have none by their status (RFC 9110 section 8.6).
bool has_content_length(int status) noexcept { return status >= 200 && status != 204 && status != 304; }

struct Span {
  std::size_t name, name_length, value, value_length;
};

std::size_t bytes_of(const Parts& parts) noexcept {
  std::size_t bytes = parts.key.bytes() + parts.reason.capacity() + parts.body->capacity();
  for (const Selecting& one : parts.selecting) {
    bytes += sizeof one + one.name.capacity() + one.value.capacity() + one.as_sent.capacity();
  }
  for (const std::string& tag : parts.tags) bytes += sizeof tag + tag.capacity();
  return bytes;
}

}  // namespace

Entry::Entry(Parts parts) : parts_(std::move(parts)) {
  head_ = "HTTP/1.1 " + std::to_string(parts_.status) + ' ' + parts_.reason + "\r\n";
  std::vector<Span> spans;
  const auto add = [&](std::string_view name, std::string_view value) {
    spans.push_back({head_.size(), name.size(), head_.size() + name.size() + 2, value.size()});
    head_.append(name).append(": ").append(value).append("\r\n");
  };
  for (const auto& [name, value] : parts_.fields) add(name, value);
  if (has_content_length(parts_.status)) add("Content-Length", std::to_string(parts_.body->size()));
  parts_.fields = {};
  head_.shrink_to_fit();
  const std::string_view head = head_;
  fields_.reserve(spans.size());
  for (const Span& span : spans) {
    fields_.push_back({head.substr(span.name, span.name_length), head.substr(span.value, span.value_length)});
  }
  directives_ = response_directives(fields_);
  const std::string_view etag = find(fields_, "etag").value_or("");
  if (is_entity_tag(etag)) etag_ = etag;
  last_modified_ = find(fields_, "last-modified").value_or("");
  date_ = find(fields_, "date").value_or("");
  never_stale_ = directives_.must_revalidate || directives_.proxy_revalidate || directives_.s_maxage.has_value() ||
                 directives_.no_cache;
  bytes_ = sizeof(Entry) + head_.capacity() + fields_.capacity() * sizeof(Field) + bytes_of(parts_);
}

}  // namespace valion::gateway::cache
