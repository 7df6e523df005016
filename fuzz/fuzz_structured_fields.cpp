// Any bytes as a Structured Field of each kind: what is read can be written, and is then read as the same.
#include "fuzz/harness.hpp"
#include "services/api_gateway/message/structured_fields.hpp"

namespace {

template <class Parse>
void round_trip(std::string_view bytes, Parse parse) {
  const auto read = parse(bytes);
  if (!read) return;
  const auto text = valion::gateway::structured::serialise(*read);
  if (!text) __builtin_trap();
  const auto again = parse(*text);
  if (!again || *again != *read) __builtin_trap();
}

}  // namespace

void valion::fuzz::feed(std::string_view bytes) {
  round_trip(bytes, &gateway::structured::parse_item);
  round_trip(bytes, &gateway::structured::parse_list);
  round_trip(bytes, &gateway::structured::parse_dictionary);
}
