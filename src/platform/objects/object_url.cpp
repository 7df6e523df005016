#include "platform/objects/object_url.hpp"

#include <algorithm>
#include <string_view>

namespace valion {
namespace {

constexpr std::string_view kScheme = "s3://";

tl::unexpected<Error> refused(const std::string& why) {
  return fail(ErrorKind::invalid,
              why + "; write s3://BUCKET/PREFIX?endpoint=https://HOST:PORT&region=REGION&style=path|host&ca=FILE");
}

bool is_label(std::string_view text, std::string_view also) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || also.find(c) != std::string_view::npos;
  });
}

bool is_prefix(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '/';
  });
}

std::string_view without_slashes(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

// One `name=value` of the query.
Result<void> read_option(std::string_view option, S3Place& place, bool& style_given) {
  const auto equals = option.find('=');
  const std::string_view name = option.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : option.substr(equals + 1);
  if (name == "endpoint") {
    if (!value.starts_with("http://") && !value.starts_with("https://")) return refused("the endpoint has no scheme");
    place.endpoint = without_slashes(value);
    if (place.endpoint.find_first_of("/?#@", place.endpoint.find("://") + 3) != std::string::npos) {
      return refused("the endpoint is more than scheme, host and port");
    }
  } else if (name == "region") {
    if (!is_label(value, "")) return refused("the region is wrong");
    place.region = value;
  } else if (name == "style") {
    if (value != "path" && value != "host") return refused("the style is neither path nor host");
    place.path_style = value == "path";
    style_given = true;
  } else if (name == "ca") {
    place.ca_file = value;
  } else {
    return refused("the URL of the objects has an unknown part `" + std::string(name) + "`");
  }
  return {};
}

}  // namespace

Result<S3Place> parse_s3_url(const std::string& url) {
  if (!url.starts_with(kScheme)) return refused("the URL of the objects does not begin with s3://");
  std::string_view rest = std::string_view(url).substr(kScheme.size());
  const auto question = rest.find('?');
  std::string_view options = question == std::string_view::npos ? "" : rest.substr(question + 1);
  rest = rest.substr(0, question);
  const auto slash = rest.find('/');
  S3Place place;
  place.bucket = rest.substr(0, slash);
  if (!is_label(place.bucket, ".")) return refused("the URL of the objects names no bucket");
  place.prefix = without_slashes(slash == std::string_view::npos ? "" : rest.substr(slash));
  if (!is_prefix(place.prefix)) return refused("the prefix has letters other than A-Z a-z 0-9 . _ - and /");
  bool style_given = false;
  while (!options.empty()) {
    const auto end = std::min(options.find('&'), options.size());
    VALION_TRY(read_option(options.substr(0, end), place, style_given));
    options.remove_prefix(std::min(end + 1, options.size()));
  }
  if (!style_given) place.path_style = !place.endpoint.empty();
  if (place.endpoint.empty()) place.endpoint = "https://s3." + place.region + ".amazonaws.com";
  return place;
}

}  // namespace valion
