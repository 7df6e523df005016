// Any bytes as an Arrow IPC file.
#include "fuzz/harness.hpp"
#include "storage/arrow_ipc.hpp"

void valion::fuzz::feed(std::string_view bytes) { (void)storage::read_arrow(bytes); }
