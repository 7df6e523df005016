// An answer out of the cache, as pieces to write one behind the other:
//
//   hit.head()  hit.fields()  [further field lines of the edge]  "\r\n"  hit.body()
//
// What it shows lives as long as it does; it may be moved, and then the pieces are to be asked for anew.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "services/api_gateway/cache/entry.hpp"

namespace valion::gateway::cache {

// What 206, 304 and 416 show instead of the whole entry.
struct Part {
  int status = 0;
  std::string head;        // status line and field lines
  std::string body;        // of several ranges; empty: a piece of the entry's
  std::size_t from = 0;    // that piece
  std::size_t length = 0;  // 0: nothing
};

class Hit {
 public:
  // The whole answer. `fields`: Age and Cache-Status as field lines, at most 150 bytes.
  Hit(EntryPointer entry, bool without_body, std::string_view fields);
  Hit(EntryPointer entry, Part part, std::string_view fields);

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const Entry& entry() const noexcept { return *entry_; }
  [[nodiscard]] std::string_view head() const noexcept { return head_.empty() ? entry_->head() : head_; }
  [[nodiscard]] std::string_view fields() const noexcept { return {fields_.data(), fields_length_}; }
  // Nothing to a HEAD request, with 304 and 416; else the body or the pieces of it that were asked for.
  [[nodiscard]] std::string_view body() const noexcept;

 private:
  EntryPointer entry_;
  int status_;
  bool own_body_ = false;
  std::uint8_t fields_length_ = 0;
  std::array<char, 150> fields_{};
  std::size_t from_ = 0;
  std::size_t length_ = 0;
  std::string head_;  // empty: the entry's
  std::string body_;
};

}  // namespace valion::gateway::cache
