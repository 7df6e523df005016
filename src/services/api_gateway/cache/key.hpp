// What an answer is found by: whose it is, and of which resource (RFC 9111 section 2); then the request fields it depends on
// (section 4.1, `Vary`).
//
// Whose it is stands in the type: there is no key without a partition, and two partitions never compare equal. So no setting,
// and no forgotten argument, can hand one tenant's answer to another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::cache {

// For whom an answer was made: for anybody, or for the people of one tenant. A view: the id outlives it.
class Partition {
 public:
  [[nodiscard]] static Partition anybody() noexcept { return Partition({}, false); }
  [[nodiscard]] static Partition tenant(std::string_view id) noexcept { return Partition(id, true); }
  [[nodiscard]] bool is_tenant() const noexcept { return tenant_; }
  [[nodiscard]] std::string_view id() const noexcept { return id_; }
  friend bool operator==(const Partition&, const Partition&) = default;

 private:
  Partition(std::string_view id, bool tenant) noexcept : id_(id), tenant_(tenant) {}
  std::string_view id_;
  bool tenant_;
};

// GET and HEAD share a key: the one is answered from the other's body. A view, made without allocation.
struct KeyView {
  Partition partition = Partition::anybody();
  std::string_view host;    // the authority asked for; compared without case
  std::string_view target;  // path and query, as sent
};

// A key that owns its text.
class Key {
 public:
  explicit Key(const KeyView& view);
  [[nodiscard]] KeyView view() const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;  // that it occupies

 private:
  std::string text_;  // host (lower case), target, tenant, one behind the other
  std::uint32_t host_ = 0;
  std::uint32_t target_ = 0;
  bool tenant_ = false;
};

[[nodiscard]] bool same_key(const KeyView& a, const KeyView& b) noexcept;
// Differs from process to process, so that nobody can choose targets that collide.
[[nodiscard]] std::uint64_t hash_of(const KeyView& key) noexcept;
// Of the resource, whoever asks: what an invalidation names.
[[nodiscard]] std::uint64_t hash_of_resource(std::string_view host, std::string_view target) noexcept;
// 64 bits of any bytes. With the same seed the same in every process of every machine of this byte order.
[[nodiscard]] std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept;

// One request field an answer was chosen by, with the value it had, brought to one form.
struct Selecting {
  std::string name;     // lower case
  std::string value;    // normalised; a field that was not there has none
  std::string as_sent;  // by the request that chose it, when in one line: the quick comparison
  bool present = false;
};

// A request field's value in one form: blanks around commas gone, lines joined; of Accept-Encoding the set of codings that are
// accepted, of Accept, Accept-Charset and Accept-Language lower case. nullopt: the field is not there.
[[nodiscard]] std::optional<std::string> normalised(std::string_view name, const Fields& request);

// The names in all `Vary` lines of an answer, lower case, in order of the alphabet, each once. nullopt: there is a `*`, or
// something that is not a name, or too many (> 16): such an answer matches no other request.
[[nodiscard]] std::optional<std::vector<std::string>> vary_names(const Fields& answer);
// The values of those fields in a request.
[[nodiscard]] std::vector<Selecting> selecting_values(const std::vector<std::string>& names, const Fields& request);
// Whether this request would have been answered by it too. Without allocation when the fields are written alike.
[[nodiscard]] bool selects(const std::vector<Selecting>& selecting, const Fields& request);

}  // namespace valion::gateway::cache
