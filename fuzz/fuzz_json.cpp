// Any bytes as a training request.
#include "contracts/ml.hpp"
#include "fuzz/harness.hpp"
#include "platform/json/described.hpp"

void valion::fuzz::feed(std::string_view bytes) {
  const auto request = json::decode<contracts::TrainingRequest>(bytes);
  if (!request) return;
  const std::string text = json::encode(*request);
  if (!json::decode<contracts::TrainingRequest>(text)) __builtin_trap();  // what we write we must read
}
