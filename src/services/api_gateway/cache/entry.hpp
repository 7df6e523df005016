// One stored answer: head and body ready to be written, and everything a look at it must know, worked out once.
//
// Immutable, shared by pointer: whoever is still writing it to a client keeps it alive after the cache has let go of it.
#pragma once

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/api_gateway/cache/cache_control.hpp"
#include "services/api_gateway/cache/key.hpp"
#include "services/api_gateway/cache/moment.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::cache {

// Where in the order of invalidations something stands (shared_store.hpp). {0, 0}: before all.
struct Position {
  std::uint64_t milliseconds = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// What an entry is made of, and what of it travels to the second cache.
struct Parts {
  Key key;
  int status = 200;
  std::string reason;
  std::vector<std::pair<std::string, std::string>>
      fields;  // those that are kept (storing.hpp); an Entry has them in its head
  std::vector<Selecting> selecting;
  std::vector<std::string> tags;
  std::shared_ptr<const std::string> body;  // never null
  Moment age_zero;                          // when it was 0 s old: corrected_initial_age before it was answered
  Seconds lifetime{0};                      // fresh for so long, counted in age
  Seconds default_lifetime{0};              // of the route, for when a 304 says nothing either
  Position position;                        // what the cache knew when it asked the service
};

class Entry {
 public:
  explicit Entry(Parts parts);
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  // Without the fields: see fields().
  [[nodiscard]] const Parts& parts() const noexcept { return parts_; }
  [[nodiscard]] KeyView key() const noexcept { return parts_.key.view(); }
  [[nodiscard]] int status() const noexcept { return parts_.status; }
  // Status line and field lines, each with its CRLF, Content-Length among them; no Age, no empty line at the end.
  [[nodiscard]] const std::string& head() const noexcept { return head_; }
  [[nodiscard]] const std::string& body() const noexcept { return *parts_.body; }
  [[nodiscard]] const Fields& fields() const noexcept { return fields_; }  // views into this entry
  [[nodiscard]] const ResponseDirectives& directives() const noexcept { return directives_; }
  [[nodiscard]] std::string_view etag() const noexcept { return etag_; }  // empty: none, or none that is well-formed
  [[nodiscard]] std::string_view last_modified() const noexcept { return last_modified_; }
  [[nodiscard]] bool has_validator() const noexcept { return !etag_.empty() || !last_modified_.empty(); }
  [[nodiscard]] std::string_view date() const noexcept { return date_; }
  // Must not be used stale, whoever would allow it (RFC 9111 section 4.2.4).
  [[nodiscard]] bool never_stale() const noexcept { return never_stale_; }
  [[nodiscard]] std::chrono::milliseconds age(Moment now) const noexcept {
    return std::max(now - parts_.age_zero, std::chrono::milliseconds{0});
  }
  [[nodiscard]] Moment fresh_until() const noexcept { return parts_.age_zero + parts_.lifetime; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }  // that it occupies, all in all

 private:
  Parts parts_;
  std::string head_;
  Fields fields_;
  ResponseDirectives directives_;
  std::string_view etag_;
  std::string_view last_modified_;
  std::string_view date_;
  bool never_stale_ = false;
  std::size_t bytes_ = 0;
};

using EntryPointer = std::shared_ptr<const Entry>;

}  // namespace valion::gateway::cache
