// Services as modules: lib/valion/{name}.so beside the program's folder, loaded only by the process that runs the service.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "platform/service/base_service.hpp"

namespace valion {

// `{folder of this program}/../lib/valion`.
[[nodiscard]] std::filesystem::path module_folder();

// Loads the module for the rest of the process's life and makes its service. Throws std::runtime_error («cannot start») naming
// the file when it is missing, cannot be loaded, or was built for another version than this program.
[[nodiscard]] std::unique_ptr<BaseService> load_service(std::string_view name,
                                                        const std::filesystem::path& folder = module_folder());

}  // namespace valion
