#include "services/api_gateway/message/cors.hpp"

#include <algorithm>

#include "services/api_gateway/message/list_elements.hpp"
#include "services/api_gateway/message/request_target.hpp"

namespace valion::gateway {
namespace {

constexpr std::string_view kMethodField = "access-control-request-method";
constexpr std::string_view kFieldsField = "access-control-request-headers";

// `scheme://host[:port]` in lower case, nothing behind it.
bool is_origin(std::string_view text) noexcept {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::any_of(text.begin(), text.end(), is_upper)) return false;
  return characters::all(text.substr(0, colon), characters::kToken) && is_host(text.substr(colon + 3));
}

bool is_token(std::string_view text) noexcept { return !text.empty() && characters::all(text, characters::kToken); }

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

void check_names(const std::vector<std::string>& names, std::string_view what, Error& error) {
  for (const std::string& name : names) {
    if (is_token(name)) continue;
    error.add({"/cors/" + std::string(what), "`" + name + "` is not a name; write one without blanks and commas"});
  }
}

Error violations_of(const CorsSettings& settings) {
  Error error = make_error(ErrorKind::invalid, "the CORS settings are not valid");
  for (const std::string& origin : settings.origins) {
    if (origin == "*") {
      if (settings.origins.size() > 1) error.add({"/cors/origins", "`*` stands alone or not at all"});
      if (settings.credentials) error.add({"/cors/credentials", "credentials need origins by name, not `*`"});
    } else if (!is_origin(origin)) {
      error.add({"/cors/origins",
                 "`" + origin +
                     "` is not an origin; write it as browsers do: https://host[:port] in lower case, nothing behind"});
    }
  }
  check_names(settings.methods, "methods", error);
  check_names(settings.request_fields, "request_fields", error);
  check_names(settings.exposed_fields, "exposed_fields", error);
  if (settings.max_age.count() < 0) error.add({"/cors/max_age", "a duration below zero"});
  return error;
}

std::string lines_for(const std::string& origin, const CorsSettings& settings) {
  std::string lines = "Access-Control-Allow-Origin: " + origin + "\r\n";
  if (settings.credentials) lines += "Access-Control-Allow-Credentials: true\r\n";
  return lines;
}

// Of a field that stands exactly once; empty otherwise.
std::string_view only(const Fields& fields, std::string_view name) noexcept {
  std::string_view value;
  int count = 0;
  for (const Field& field : fields) {
    if (field.name.size() != name.size() || !same_name(field.name, name)) continue;
    value = field.value;
    ++count;
  }
  return count == 1 ? value : std::string_view{};
}

}  // namespace

Result<Cors> Cors::from(const CorsSettings& settings) {
  if (Error error = violations_of(settings); error.violation_total > 0) return fail(std::move(error));
  Cors cors;
  cors.settings_ = settings;
  const std::string exposed = settings.exposed_fields.empty()
                                  ? ""
                                  : "Access-Control-Expose-Headers: " + joined(settings.exposed_fields) + "\r\n";
  for (const std::string& origin : settings.origins) {
    const std::string lines = lines_for(origin, settings) + exposed;
    if (origin == "*") {
      cors.any_ = true;
      cors.anybody_ = {origin, lines};
    } else {
      cors.origins_.emplace_back(origin, lines + "Vary: Origin\r\n");
    }
  }
  cors.preflight_lines_ = "Access-Control-Allow-Methods: " + joined(settings.methods) +
                          "\r\nAccess-Control-Allow-Headers: " + joined(settings.request_fields) +
                          "\r\nAccess-Control-Max-Age: " + std::to_string(settings.max_age.count()) + "\r\n";
  return cors;
}

bool Cors::is_preflight(const RequestHead& head) noexcept {
  return head.method == "OPTIONS" && find(head.fields, kMethodField) && find(head.fields, "origin");
}

const Cors::Origin* Cors::allowed(const RequestHead& head) const noexcept {
  const std::string_view origin = only(head.fields, "origin");
  if (origin.empty()) return nullptr;
  if (any_) return &anybody_;
  const auto found =
      std::find_if(origins_.begin(), origins_.end(), [&](const Origin& one) { return one.first == origin; });
  return found == origins_.end() ? nullptr : &*found;
}

// Methods are compared as they stand, names of fields without case.
bool Cors::permits(const RequestHead& head) const noexcept {
  const std::string_view method = only(head.fields, kMethodField);
  if (std::find(settings_.methods.begin(), settings_.methods.end(), method) == settings_.methods.end()) return false;
  for (const Field& field : head.fields) {
    if (!same_name(field.name, kFieldsField)) continue;
    for (std::string_view rest = field.value; !rest.empty();) {
      const std::string_view wanted = take_element(rest);
      const bool known = wanted.empty() || std::any_of(settings_.request_fields.begin(), settings_.request_fields.end(),
                                                       [&](const std::string& one) { return same_name(one, wanted); });
      if (!known) return false;
    }
  }
  return true;
}

PreflightAnswer Cors::preflight(const RequestHead& head) const {
  PreflightAnswer answer{403, "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r\n"};
  const Origin* origin = allowed(head);
  if (origin == nullptr || !permits(head)) return answer;
  answer.status = 204;
  answer.lines += lines_for(origin->first, settings_) + preflight_lines_;
  return answer;
}

std::string_view Cors::lines(const RequestHead& head) const noexcept {
  if (!on()) return {};
  const Origin* origin = allowed(head);
  if (origin != nullptr) return origin->second;
  return any_ ? std::string_view{} : std::string_view(denied_);
}

}  // namespace valion::gateway
