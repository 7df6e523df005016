#include "services/api_gateway/edge/encoded_head.hpp"

#include <charconv>
#include <optional>

namespace valion::gateway {

void UndoneTags::undo(RequestHead& head) {
  bool drops_range = false;
  for (Field& field : head.fields) {
    if (field.name.size() < 8 || (field.name[0] | 0x20) != 'i' || field.name[2] != '-') continue;
    const bool none_match = same_name(field.name, "If-None-Match");
    if (none_match || same_name(field.name, "If-Match")) {
      auto undone = encoding::for_upstream(field.value);
      if (!undone) continue;
      if (none_match) asked_ = field.value;
      field.value = texts_.emplace_back(std::move(*undone));
    } else if (same_name(field.name, "If-Range")) {
      drops_range = drops_range || encoding::names_encoded(field.value);
    }
  }
  if (!drops_range) return;
  std::erase_if(head.fields,
                [](const Field& field) { return same_name(field.name, "If-Range") || same_name(field.name, "Range"); });
}

EncodedHead::EncodedHead(const ResponseHead& plain, encoding::Encoding encoding) : head_(plain) {
  std::erase_if(head_.fields, [](const Field& field) {
    return encoding::drops(field.name) || same_name(field.name, "Content-Encoding");
  });
  for (Field& field : head_.fields) {
    if (!same_name(field.name, "ETag")) continue;
    tag_ = encoding::tag_for(field.value, encoding);
    field.value = tag_;
  }
  head_.fields.push_back({"Content-Encoding", encoding::name_of(encoding)});
}

EncodedHead::EncodedHead(const ResponseHead& plain, std::string_view asked_tags) : head_(plain) {
  for (Field& field : head_.fields) {
    if (!same_name(field.name, "ETag")) continue;
    tag_ = encoding::tag_of_not_modified(field.value, asked_tags);
    field.value = tag_;
  }
}

encoding::Choice choose_encoding(const RequestHead& request, const ResponseHead& answer,
                                 const Framing& framing) noexcept {
  std::optional<std::uint64_t> length;
  if (framing.kind == Framing::Kind::length) length = framing.length;
  if (framing.kind == Framing::Kind::none) {
    const std::string_view text = find(answer.fields, "Content-Length").value_or("");
    std::uint64_t told = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), told).ec == std::errc()) length = told;
  }
  return encoding::choose(request.fields, answer, length);
}

}  // namespace valion::gateway
