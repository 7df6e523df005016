// A JSON object being written, member by member, in the order given.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/json/writer.hpp"

namespace valion::openapi {

class JsonObject {
 public:
  // `json` is any JSON value as text. A name that is there already gets the new value in its old place.
  JsonObject& set(std::string_view name, std::string json) {
    for (auto& [known, value] : members_) {
      if (known == name) {
        value = std::move(json);
        return *this;
      }
    }
    members_.emplace_back(name, std::move(json));
    return *this;
  }
  JsonObject& set_text(std::string_view name, std::string_view text) { return set(name, quoted(text)); }
  [[nodiscard]] const std::string* find(std::string_view name) const {
    for (const auto& [known, value] : members_) {
      if (known == name) return &value;
    }
    return nullptr;
  }
  [[nodiscard]] bool empty() const { return members_.empty(); }
  [[nodiscard]] std::string text() const {
    std::string out = "{";
    for (const auto& [name, value] : members_) {
      if (out.size() > 1) out += ',';
      json::write_text(out, name);
      out += ':';
      out += value;
    }
    return out + "}";
  }

  [[nodiscard]] static std::string quoted(std::string_view text) {
    std::string out;
    json::write_text(out, text);
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

class JsonArray {
 public:
  JsonArray& add(std::string_view json) {
    out_ += out_.size() > 1 ? "," : "";
    out_ += json;
    return *this;
  }
  JsonArray& add_text(std::string_view text) { return add(JsonObject::quoted(text)); }
  [[nodiscard]] bool empty() const { return out_.size() == 1; }
  [[nodiscard]] std::string text() const { return out_ + "]"; }

 private:
  std::string out_ = "[";
};

}  // namespace valion::openapi
