#include "platform/service/version.hpp"

namespace valion {

std::string_view version() noexcept { return VALION_VERSION; }

}  // namespace valion
