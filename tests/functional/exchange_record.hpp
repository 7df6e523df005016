// What the functional tests said to a system and heard from it, kept for the test that compares it with the API's description
// (tests/openapi/exchanges.test.mjs).
#pragma once

#include "functional/running_system.hpp"

namespace valion::functional {

// Appends one JSON line to VALION_EXCHANGES/{this program}.jsonl, which the first exchange of a program empties. Bodies are kept
// when they are JSON of at most 1 MiB. From any thread.
void record_exchange(const Call& call, const Answer& answer);

}  // namespace valion::functional
