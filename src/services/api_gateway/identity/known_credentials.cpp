#include "services/api_gateway/identity/known_credentials.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace valion::gateway {
namespace {

constexpr std::size_t kHashedBytes = 64;
constexpr std::size_t kFirstSlots = 64;

}  // namespace

KnownCredentials::KnownCredentials(std::size_t most, std::size_t most_bytes)
    : most_(std::max<std::size_t>(most, 1)), most_bytes_(most_bytes), slots_(kFirstSlots, kEmpty) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: no source of randomness");
  crypto_shorthash_keygen(key_.data());
}

std::uint64_t KnownCredentials::hash_of(std::string_view text) const noexcept {
  static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t) && crypto_shorthash_KEYBYTES == 16);
  if (text.size() > kHashedBytes) text.remove_prefix(text.size() - kHashedBytes);
  std::uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash), reinterpret_cast<const unsigned char*>(text.data()),
                   text.size(), key_.data());
  return hash;
}

// Where it is, or the empty slot where it would be.
std::size_t KnownCredentials::slot_of(std::string_view text, std::uint64_t hash) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != kEmpty) {
    const Entry& entry = entries_[slots_[slot] - 1];
    if (entry.hash == hash && entry.credential.text == text) return slot;
    slot = (slot + 1) & mask;
  }
  return slot;
}

KnownCredential* KnownCredentials::find(std::string_view text) noexcept {
  const std::size_t slot = slot_of(text, hash_of(text));
  if (slots_[slot] == kEmpty) return nullptr;
  Entry& entry = entries_[slots_[slot] - 1];
  entry.used = true;
  return &entry.credential;
}

void KnownCredentials::put(KnownCredential credential) {
  if (credential.text.size() > most_bytes_) return;
  erase(credential.text);
  while (size_ > 0 && (size_ >= most_ || bytes_ + credential.text.size() > most_bytes_)) evict_one();
  if ((size_ + 1) * 2 > slots_.size()) grow();
  if (free_.empty()) {
    entries_.emplace_back();
    free_.push_back(static_cast<std::uint32_t>(entries_.size() - 1));
  }
  const std::uint32_t position = free_.back();
  free_.pop_back();
  Entry& entry = entries_[position];
  entry.hash = hash_of(credential.text);
  slots_[slot_of(credential.text, entry.hash)] = position + 1;
  bytes_ += credential.text.size();
  ++size_;
  entry.credential = std::move(credential);
  entry.taken = true;
  entry.used = true;
}

void KnownCredentials::erase(std::string_view text) noexcept {
  const std::size_t slot = slot_of(text, hash_of(text));
  if (slots_[slot] != kEmpty) remove(slot);
}

// Those behind it in the same run move up, so that no probe ends too early.
void KnownCredentials::remove(std::size_t slot) noexcept {
  const std::size_t mask = slots_.size() - 1;
  const std::uint32_t position = slots_[slot] - 1;
  bytes_ -= entries_[position].credential.text.size();
  --size_;
  entries_[position] = Entry{};
  free_.push_back(position);
  std::size_t hole = slot;
  for (std::size_t next = (hole + 1) & mask; slots_[next] != kEmpty; next = (next + 1) & mask) {
    const std::size_t home = entries_[slots_[next] - 1].hash & mask;
    if (((next - home) & mask) < ((next - hole) & mask)) continue;
    slots_[hole] = slots_[next];
    hole = next;
  }
  slots_[hole] = kEmpty;
}

void KnownCredentials::evict_one() noexcept {
  for (;;) {
    Entry& entry = entries_[hand_];
    hand_ = (hand_ + 1) % entries_.size();
    if (!entry.taken) continue;
    if (!entry.used) return remove(slot_of(entry.credential.text, entry.hash));
    entry.used = false;
  }
}

void KnownCredentials::grow() {
  std::vector<std::uint32_t> before(slots_.size() * 2, kEmpty);
  before.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const std::uint32_t position : before) {
    if (position == kEmpty) continue;
    std::size_t slot = entries_[position - 1].hash & mask;
    while (slots_[slot] != kEmpty) slot = (slot + 1) & mask;
    slots_[slot] = position;
  }
}

}  // namespace valion::gateway
