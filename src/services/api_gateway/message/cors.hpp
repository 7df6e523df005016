// Cross-origin requests by a list of origins (WHATWG Fetch, section 3.2).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway {

struct CorsSettings {
  std::vector<std::string>
      origins;  // as browsers write them, `https://app.example.com:8443`; or `*` alone; empty: the gateway stays out
  bool credentials = false;  // cookies and the like may come along; not with `*`
  std::vector<std::string> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
  std::vector<std::string> request_fields{"Authorization", "Content-Type", "If-Match",    "If-None-Match",  "Prefer",
                                          "X-Api-Key",     "X-Request-Id", "traceparent", "Idempotency-Key"};
  std::vector<std::string> exposed_fields{"ETag",         "Location",  "Retry-After",      "Server-Timing",
                                          "X-Request-Id", "RateLimit", "RateLimit-Policy", "Cache-Status"};
  std::chrono::seconds max_age{600};
};

struct PreflightAnswer {
  int status = 0;     // 204, or 403 with no Access-Control-* field
  std::string lines;  // whole lines, each with its CRLF; always with Vary
};

// Read-only once made.
class Cors {
 public:
  // invalid, every violation at once: an origin that is none (with a path, a wildcard within, upper case, `null`),
  // `*` with others or with credentials, names that are no tokens.
  [[nodiscard]] static Result<Cors> from(const CorsSettings& settings);

  // False: nothing is asked and nothing written; a service answers for itself.
  [[nodiscard]] bool on() const noexcept { return any_ || !origins_.empty(); }
  // OPTIONS with Origin and Access-Control-Request-Method.
  [[nodiscard]] static bool is_preflight(const RequestHead& head) noexcept;
  [[nodiscard]] PreflightAnswer preflight(const RequestHead& head) const;
  // Whole lines for any other answer, rendered beforehand: the permission for an origin of the list, and `Vary:
  // Origin` whoever asks (an answer kept by a cache must not be given to another origin). Views into this object.
  [[nodiscard]] std::string_view lines(const RequestHead& head) const noexcept;

 private:
  using Origin = std::pair<std::string, std::string>;  // and the lines of its answers
  [[nodiscard]] const Origin* allowed(const RequestHead& head) const noexcept;
  [[nodiscard]] bool permits(const RequestHead& head) const noexcept;

  CorsSettings settings_;
  bool any_ = false;
  std::vector<Origin> origins_;
  Origin anybody_;
  std::string preflight_lines_;  // of a permitted preflight, but for the origin
  std::string denied_ = "Vary: Origin\r\n";
};

}  // namespace valion::gateway
