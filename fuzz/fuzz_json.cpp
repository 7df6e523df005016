// Any bytes as a training request. What we write we must read, and the place of an offence is found exactly where simdjson
// finds the text to be no JSON.
#include "contracts/ml.hpp"
#include "fuzz/harness.hpp"
#include "platform/json/described.hpp"
#include "platform/json/malformed.hpp"

void valion::fuzz::feed(std::string_view bytes) {
  const auto request = json::decode<contracts::TrainingRequest>(bytes);
  const bool malformed = !request && request.error().kind == ErrorKind::malformed;
  const bool blank = bytes.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (!blank && malformed != json::first_offence(bytes).has_value()) __builtin_trap();
  if (request && !json::decode<contracts::TrainingRequest>(json::encode(*request))) __builtin_trap();
}
