// Why a message is not taken, without a word allocated.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace valion::gateway {

// After a refusal nothing more is read from that connection: where the next message would begin is not known.
struct Refusal {
  int status = 0;        // the answer's; 0: not refused. Of an upstream's message always 502
  std::string_view why;  // a whole sentence without its stop, in static memory

  explicit operator bool() const noexcept { return status != 0; }
};

// The same as an Error, for the problem document: the kind fits the status as well as kinds can (414, 417, 431, 501
// and 505 have none of their own: malformed or too_large); the answer carries refusal.status.
[[nodiscard]] inline Error to_error(const Refusal& refusal) {
  const ErrorKind kind = refusal.status == 502 ? ErrorKind::bad_gateway
                         : refusal.status == 413 || refusal.status == 414 || refusal.status == 431
                             ? ErrorKind::too_large
                             : ErrorKind::malformed;
  return make_error(kind, std::string(refusal.why));
}

}  // namespace valion::gateway
