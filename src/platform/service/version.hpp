// The version of this build, from CMake's project().
#pragma once

#include <string_view>

namespace valion {

[[nodiscard]] std::string_view version() noexcept;

}  // namespace valion
