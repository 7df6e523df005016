// Plain values as bytes and back: little-endian, no padding, no pointers, so that equal values give equal bytes. Described
// structs are written member by member in the order of their BOOST_DESCRIBE_STRUCT.
//
// Reading never trusts a length: it fails, and stays failed, at the first byte that is not there.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/date.hpp"

namespace valion::ml {

static_assert(std::endian::native == std::endian::little);

class ArchiveWriter {
 public:
  template <class T>
  void write(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    } else {
      boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
          [&](auto member) { write(value.*member.pointer); });
    }
  }
  void write(const std::string& text) {
    write(std::uint64_t{text.size()});
    bytes_.append(text);
  }
  void write(const Date& date) { write(date.days()); }
  template <class T>
  void write(const std::optional<T>& value) {
    write(value.has_value());
    if (value) write(*value);
  }
  template <class T, std::size_t N>
  void write(const std::array<T, N>& values) {
    for (const auto& value : values) write(value);
  }
  template <class T>
  void write(const std::vector<T>& values) {
    write(std::uint64_t{values.size()});
    if constexpr (std::is_arithmetic_v<T>) {
      bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    } else {
      for (const auto& value : values) write(value);
    }
  }
  template <class... T>
  void write(const std::variant<T...>& value) {
    write(static_cast<std::uint8_t>(value.index()));
    std::visit([&](const auto& held) { write(held); }, value);
  }

  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class ArchiveReader {
 public:
  explicit ArchiveReader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  void read(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      read(byte);
      if (byte > 1) failed_ = true;
      value = byte == 1;
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      if (const char* from = take(sizeof value)) std::memcpy(&value, from, sizeof value);
    } else {
      boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_any_access>>(
          [&](auto member) { read(value.*member.pointer); });
    }
  }
  void read(std::string& text) {
    const std::uint64_t size = read_size(1);
    if (const char* from = take(size)) text.assign(from, size);
  }
  void read(Date& date) {
    std::int32_t days = 0;
    read(days);
    date = Date(days);
  }
  template <class T>
  void read(std::optional<T>& value) {
    bool present = false;
    read(present);
    if (present && !failed_) read(value.emplace());
  }
  template <class T, std::size_t N>
  void read(std::array<T, N>& values) {
    for (auto& value : values) read(value);
  }
  template <class T>
  void read(std::vector<T>& values) {
    if constexpr (std::is_arithmetic_v<T>) {
      const std::uint64_t size = read_size(sizeof(T));
      values.resize(size);
      if (const char* from = take(size * sizeof(T)); from != nullptr && size > 0)
        std::memcpy(values.data(), from, size * sizeof(T));
    } else {
      const std::uint64_t size = read_size(1);  // every element takes at least a byte
      values.clear();
      for (std::uint64_t i = 0; i < size && !failed_; ++i) read(values.emplace_back());
    }
  }
  template <class... T>
  void read(std::variant<T...>& value) {
    std::uint8_t index = 0;
    read(index);
    if (index >= sizeof...(T)) failed_ = true;
    if (failed_) return;
    read_alternative<0>(value, index);
  }

  // Everything was there, and nothing is left over.
  [[nodiscard]] bool complete() const noexcept { return !failed_ && rest_.empty(); }
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  const char* take(std::uint64_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return nullptr;
    }
    const char* from = rest_.data();
    rest_.remove_prefix(size);
    return from;
  }
  std::uint64_t read_size(std::size_t element) {
    std::uint64_t size = 0;
    read(size);
    if (failed_ || size > rest_.size() / element) {
      failed_ = true;
      return 0;
    }
    return size;
  }
  template <std::size_t I, class... T>
  void read_alternative(std::variant<T...>& value, std::size_t index) {
    if constexpr (I < sizeof...(T)) {
      if (index == I) {
        read(value.template emplace<I>());
      } else {
        read_alternative<I + 1>(value, index);
      }
    }
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace valion::ml
