// Any bytes as the target of a request; what is accepted never walks.
#include "fuzz/harness.hpp"
#include "platform/http/target.hpp"

void valion::fuzz::feed(std::string_view bytes) {
  const auto target = http::parse_target(bytes);
  if (target && (target->path + "/").find("/../") != std::string::npos) __builtin_trap();
}
