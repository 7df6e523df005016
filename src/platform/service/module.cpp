#include "platform/service/module.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

#include "platform/service/version.hpp"

namespace valion {
namespace {

template <class Function>
Function* symbol(void* module, const char* name, const std::string& file) {
  void* found = dlsym(module, name);
  if (found == nullptr) throw std::runtime_error(file + " is no module of Valion: it has no " + name);
  return reinterpret_cast<Function*>(found);
}

}  // namespace

std::filesystem::path module_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "lib" / "valion";
}

std::unique_ptr<BaseService> load_service(std::string_view name, const std::filesystem::path& folder) {
  const std::string file = (folder / (std::string(name) + ".so")).string();
  // RTLD_NOW: what does not fit together shows now, not at the first call.
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) throw std::runtime_error("cannot load the service: " + std::string(dlerror()));
  const std::string built_for = symbol<const char*()>(module, "valion_module_version", file)();
  if (built_for != version()) {
    throw std::runtime_error(file + " is of version " + built_for + " and this program of " + std::string(version()) +
                             "; install both from one package");
  }
  return std::unique_ptr<BaseService>(symbol<BaseService*()>(module, "valion_make_service", file)());
}

}  // namespace valion
