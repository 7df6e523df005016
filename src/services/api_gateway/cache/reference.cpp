#include "services/api_gateway/cache/reference.hpp"

#include <algorithm>
#include <vector>

#include "services/api_gateway/cache/field_syntax.hpp"

namespace valion::gateway::cache {
namespace {

// RFC 3986 section 5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool folder = false;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    folder = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!folder) kept.push_back(segment);
  }
  std::string clean;
  for (const std::string_view segment : kept) clean.append("/").append(segment);
  if (folder || clean.empty()) clean += '/';
  return clean;
}

std::optional<std::string_view> after_scheme(std::string_view reference) noexcept {
  for (const std::string_view scheme : {"http:", "https:"}) {
    if (same_name(reference.substr(0, scheme.size()), scheme)) return reference.substr(scheme.size());
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> cache_target(const RequestHead& request) noexcept {
  const std::string_view target = request.target;
  if (!target.empty() && target.front() == '/') return target;
  const auto rest = after_scheme(target);
  if (!rest || rest->substr(0, 2) != "//") return std::nullopt;
  const std::size_t path = rest->find_first_of("/?", 2);
  if (path == std::string_view::npos || (*rest)[path] != '/') return std::nullopt;
  return rest->substr(path);
}

std::optional<std::string> same_host_target(std::string_view reference, std::string_view host, std::string_view base) {
  reference = trimmed(reference.substr(0, reference.find('#')));
  if (const auto rest = after_scheme(reference)) reference = *rest;
  if (reference.substr(0, 2) == "//") {
    reference.remove_prefix(2);
    const std::size_t end = std::min(reference.find_first_of("/?"), reference.size());
    if (!same_name(reference.substr(0, end), host)) return std::nullopt;
    reference.remove_prefix(end);
    if (reference.empty() || reference.front() == '?') return "/" + std::string(reference);
  } else if (const std::size_t colon = reference.find(':'); colon < reference.find_first_of("/?")) {
    return std::nullopt;  // another scheme
  }
  if (reference.empty()) return std::string(base);
  const std::string_view base_path = base.substr(0, base.find('?'));
  if (reference.front() == '?') return std::string(base_path).append(reference);
  const std::size_t query = std::min(reference.find('?'), reference.size());
  std::string path(reference.substr(0, query));
  if (path.front() != '/') path.insert(0, base_path.substr(0, base_path.rfind('/') + 1));
  if (path.front() != '/') return std::nullopt;
  return without_dot_segments(path).append(reference.substr(query));
}

}  // namespace valion::gateway::cache
