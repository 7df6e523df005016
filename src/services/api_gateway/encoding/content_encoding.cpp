#include "services/api_gateway/encoding/content_encoding.hpp"

#include <algorithm>
#include <array>

namespace valion::gateway::encoding {

namespace {

constexpr std::array kEncodings{Encoding::brotli, Encoding::gzip};

bool ends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && same_name(text.substr(text.size() - end.size()), end);
}

bool begins_with(std::string_view text, std::string_view begin) noexcept {
  return text.size() >= begin.size() && same_name(text.substr(0, begin.size()), begin);
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the next element off a list; empty elements are nothing.
std::string_view take(std::string_view& list, char separator) noexcept {
  const std::size_t end = std::min(list.find(separator), list.size());
  const std::string_view element = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return element;
}

// qvalue in thousandths (RFC 9110 section 12.4.2); -1: it is none.
int quality(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return -1;
  int thousandths = (text[0] - '0') * 1'000;
  if (text.size() == 1) return thousandths;
  if (text[1] != '.') return -1;
  for (std::size_t i = 2, unit = 100; i < text.size(); ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') return -1;
    thousandths += (text[i] - '0') * static_cast<int>(unit);
  }
  return thousandths <= 1'000 ? thousandths : -1;
}

// What a client says of each encoding, in thousandths; -1: nothing.
struct Wishes {
  int brotli = -1, gzip = -1, identity = -1, any = -1;

  void add(std::string_view element) noexcept {
    const std::string_view coding = take(element, ';');
    int q = 1'000;
    if (!element.empty()) {
      std::string_view parameter = trimmed(element);
      const std::string_view name = take(parameter, '=');
      q = same_name(name, "q") ? quality(parameter) : -1;
      if (q < 0) return;
    }
    if (same_name(coding, "br")) brotli = q;
    if (same_name(coding, "gzip") || same_name(coding, "x-gzip")) gzip = q;
    if (same_name(coding, "identity")) identity = q;
    if (coding == "*") any = q;
  }

  [[nodiscard]] Encoding best() const noexcept {
    const int zipped = gzip >= 0 ? gzip : any;
    const int most = std::max(brotli, zipped);
    if (most <= 0 || most < identity) return Encoding::identity;
    return brotli >= zipped ? Encoding::brotli : Encoding::gzip;
  }
};

Wishes wishes_of(const Fields& request) noexcept {
  Wishes wishes;
  for (const Field& field : request) {
    if (!same_name(field.name, "Accept-Encoding")) continue;
    for (std::string_view list = field.value; !list.empty();) wishes.add(take(list, ','));
  }
  return wishes;
}

bool says(const Fields& fields, std::string_view directive) noexcept {
  for (const Field& field : fields) {
    if (!same_name(field.name, "Cache-Control")) continue;
    for (std::string_view list = field.value; !list.empty();) {
      if (same_name(take(list, ','), directive)) return true;
    }
  }
  return false;
}

bool has_whole_body(int status) noexcept {
  return status >= 200 && status != 204 && status != 205 && status != 206 && status != 304;
}

// Whether another client could get it encoded.
bool can_be_encoded(const ResponseHead& response, std::optional<std::uint64_t> length) noexcept {
  if (!has_whole_body(response.status) || (length && *length < kLeastLength)) return false;
  const auto type = find(response.fields, "Content-Type");
  if (!type || !is_compressible(*type)) return false;
  const auto encoded = find(response.fields, "Content-Encoding");
  if (encoded && !same_name(*encoded, "identity")) return false;
  for (const std::string_view forbidding : {"Content-Range", "Set-Cookie"}) {
    if (find(response.fields, forbidding)) return false;
  }
  return !says(response.fields, "no-transform") && !says(response.fields, "no-store");
}

bool is_strong_tag(std::string_view etag) noexcept {
  return etag.size() >= 2 && etag.front() == '"' && etag.back() == '"';
}

std::string suffix_of(Encoding encoding) { return "~" + std::string(name_of(encoding)) + "\""; }

}  // namespace

std::string_view name_of(Encoding encoding) noexcept {
  switch (encoding) {
    case Encoding::gzip: return "gzip";
    case Encoding::brotli: return "br";
    case Encoding::identity: break;
  }
  return {};
}

Choice choose(const Fields& request, const ResponseHead& response, std::optional<std::uint64_t> length) noexcept {
  if (!can_be_encoded(response, length)) return {};
  if (says(request, "no-transform")) return {Encoding::identity, true};
  std::string_view type = *find(response.fields, "Content-Type");
  Wishes wishes = wishes_of(request);
  if (same_name(take(type, ';'), "text/event-stream")) wishes.brotli = 0;
  return {wishes.best(), true};
}

Encoding accepted(const Fields& request) noexcept { return wishes_of(request).best(); }

bool is_compressible(std::string_view content_type) noexcept {
  const std::string_view type = take(content_type, ';');
  if (begins_with(type, "text/") || ends_with(type, "+json") || ends_with(type, "+xml") || ends_with(type, "+yaml")) {
    return true;
  }
  constexpr std::array<std::string_view, 14> kText{"application/json",
                                                   "application/xml",
                                                   "application/javascript",
                                                   "application/x-javascript",
                                                   "application/x-ndjson",
                                                   "application/yaml",
                                                   "application/graphql",
                                                   "application/json-seq",
                                                   "application/toml",
                                                   "application/wasm",
                                                   "application/sql",
                                                   "application/vnd.ms-fontobject",
                                                   "font/ttf",
                                                   "font/otf"};
  return std::any_of(kText.begin(), kText.end(), [&](std::string_view text) { return same_name(type, text); });
}

bool drops(std::string_view field_name) noexcept {
  constexpr std::array<std::string_view, 6> kDropped{"Content-Length", "Accept-Ranges", "Content-MD5",
                                                     "Content-Digest", "Repr-Digest",   "Digest"};
  return std::any_of(kDropped.begin(), kDropped.end(),
                     [&](std::string_view dropped) { return same_name(field_name, dropped); });
}

std::string tag_for(std::string_view etag, Encoding encoding) {
  std::string tag(etag);
  if (encoding == Encoding::identity || !is_strong_tag(etag)) return tag;
  tag.pop_back();
  return tag += suffix_of(encoding);
}

std::optional<std::string> for_upstream(std::string_view tags) {
  if (tags.find('~') == std::string_view::npos) return std::nullopt;
  std::string undone(tags);
  for (const Encoding encoding : kEncodings) {
    const std::string suffix = suffix_of(encoding);
    for (std::size_t at = 0; (at = undone.find(suffix, at)) != std::string::npos;)
      undone.replace(at, suffix.size(), "\"");
  }
  if (undone == tags) return std::nullopt;
  return undone;
}

bool names_encoded(std::string_view etag) noexcept { return ends_with(etag, "~gzip\"") || ends_with(etag, "~br\""); }

std::string tag_of_not_modified(std::string_view etag, std::string_view if_none_match) {
  for (const Encoding encoding : kEncodings) {
    std::string encoded = tag_for(etag, encoding);
    if (encoded != etag && if_none_match.find(encoded) != std::string_view::npos) return encoded;
  }
  return std::string(etag);
}

}  // namespace valion::gateway::encoding
