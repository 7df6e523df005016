// One harness per parser of untrusted bytes: implement feed(), harness.cpp connects it to libFuzzer.
//   cmake --build --preset fuzz && build/fuzz/bin/fuzz_csv -max_total_time=60 fuzz/corpus/csv
#pragma once

#include <string_view>

namespace valion::fuzz {

void feed(std::string_view bytes);

}  // namespace valion::fuzz
