#include "services/api_gateway/cache/serving.hpp"

#include <array>
#include <charconv>
#include <random>
#include <string>
#include <utility>

#include "services/api_gateway/cache/conditional.hpp"
#include "services/api_gateway/cache/ranges.hpp"

namespace valion::gateway::cache {
namespace {

// `Age: …` and `Cache-Status: …` in a buffer on the stack.
class OwnFields {
 public:
  OwnFields(const Entry& entry, Moment now, const Origin& origin) noexcept {
    add("Age: ");
    add(std::chrono::floor<Seconds>(entry.age(now)).count());
    add("\r\nCache-Status: Valion; ");
    if (origin.forwarded.empty()) {
      add("hit; ttl=");
      add(std::chrono::floor<Seconds>(entry.fresh_until() - now).count());
    } else {
      add(origin.forwarded);
    }
    if (!origin.detail.empty()) {
      add("; detail=");
      add(origin.detail);
    }
    add("\r\n");
  }
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), length_}; }

 private:
  void add(std::string_view piece) noexcept { length_ += piece.copy(text_.data() + length_, text_.size() - length_); }
  void add(std::int64_t number) noexcept {
    const auto end = std::to_chars(text_.data() + length_, text_.data() + text_.size(), number);
    length_ = static_cast<std::size_t>(end.ptr - text_.data());
  }
  std::array<char, 150> text_;
  std::size_t length_ = 0;
};

void add_line(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

bool goes_with_304(std::string_view name) noexcept {
  for (const std::string_view kept :
       {"cache-control", "cdn-cache-control", "content-location", "date", "etag", "expires", "vary", "last-modified"}) {
    if (same_name(name, kept)) return true;
  }
  return false;
}

Part not_modified_part(const Entry& entry) {
  Part part{304, "HTTP/1.1 304 Not Modified\r\n", {}, 0, 0};
  for (const Field& field : entry.fields()) {
    if (goes_with_304(field.name)) add_line(part.head, field.name, field.value);
  }
  return part;
}

Part unsatisfiable_part(const Entry& entry) {
  Part part{416, "HTTP/1.1 416 Range Not Satisfiable\r\n", {}, 0, 0};
  add_line(part.head, "Date", entry.date());
  add_line(part.head, "Content-Range", "bytes */" + std::to_string(entry.body().size()));
  add_line(part.head, "Content-Length", "0");
  return part;
}

std::string content_range(const ByteRange& range, std::size_t size) {
  return "bytes " + std::to_string(range.first) + '-' + std::to_string(range.first + range.length - 1) + '/' +
         std::to_string(size);
}

std::string boundary_for(const Entry& entry) {
  // A body cannot have been made to contain what is drawn only now.
  static thread_local std::mt19937_64 source{std::random_device{}()};
  return "valion-" + std::to_string(source() ^ hash_of(entry.key()));
}

std::string multipart_body(const Entry& entry, const std::vector<ByteRange>& ranges, std::string_view boundary) {
  std::string body;
  const auto type = find(entry.fields(), "content-type");
  for (const ByteRange& range : ranges) {
    body.append("--").append(boundary).append("\r\n");
    if (type) add_line(body, "Content-Type", *type);
    add_line(body, "Content-Range", content_range(range, entry.body().size()));
    body.append("\r\n").append(entry.body(), range.first, range.length).append("\r\n");
  }
  return body.append("--").append(boundary).append("--\r\n");
}

Part partial_part(const Entry& entry, const std::vector<ByteRange>& ranges) {
  Part part{206, "HTTP/1.1 206 Partial Content\r\n", {}, 0, 0};
  const bool one = ranges.size() == 1;
  for (const Field& field : entry.fields()) {
    if (same_name(field.name, "content-length") || (!one && same_name(field.name, "content-type"))) continue;
    add_line(part.head, field.name, field.value);
  }
  if (one) {
    part.from = ranges.front().first;
    part.length = ranges.front().length;
    add_line(part.head, "Content-Range", content_range(ranges.front(), entry.body().size()));
    add_line(part.head, "Content-Length", std::to_string(part.length));
    return part;
  }
  const std::string boundary = boundary_for(entry);
  part.body = multipart_body(entry, ranges, boundary);
  add_line(part.head, "Content-Type", "multipart/byteranges; boundary=" + boundary);
  add_line(part.head, "Content-Length", std::to_string(part.body.size()));
  return part;
}

}  // namespace

Hit serve(EntryPointer entry, const RequestHead& request, Moment now, const Origin& origin) {
  const Entry& stored = *entry;
  const OwnFields own(stored, now, origin);
  const bool head_only = request.method == "HEAD";
  const Validators validators{stored.etag(), stored.last_modified(), stored.date()};
  if (stored.status() == 200 && not_modified(request.fields, validators, now)) {
    return {std::move(entry), not_modified_part(stored), own.text()};
  }
  const auto range = find(request.fields, "range");
  if (range && !head_only && stored.status() == 200 && if_range_holds(request.fields, validators)) {
    const RangeAnswer asked = ranges_of(*range, stored.body().size());
    if (asked.kind == RangeAnswer::Kind::unsatisfiable)
      return {std::move(entry), unsatisfiable_part(stored), own.text()};
    if (asked.kind == RangeAnswer::Kind::parts)
      return {std::move(entry), partial_part(stored, asked.parts), own.text()};
  }
  return {std::move(entry), head_only, own.text()};
}

}  // namespace valion::gateway::cache
