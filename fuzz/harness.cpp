#include "fuzz/harness.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  valion::fuzz::feed({reinterpret_cast<const char*>(data), size});
  return 0;
}
