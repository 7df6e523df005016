// Any bytes as a training request. What we write we must read, and the place of an offence is found exactly where simdjson
// finds the text to be no JSON.
#include "contracts/ml.hpp"
#include "fuzz/harness.hpp"
#include "platform/json/described.hpp"
#include "platform/json/malformed.hpp"

namespace {

// What Document::parse() looks at: without the byte order mark that some editors write.
std::string_view without_mark(std::string_view bytes) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  return bytes.starts_with(kByteOrderMark) ? bytes.substr(kByteOrderMark.size()) : bytes;
}

}  // namespace

void valion::fuzz::feed(std::string_view bytes) {
  const auto request = json::decode<contracts::TrainingRequest>(bytes);
  const bool malformed = !request && request.error().kind == ErrorKind::malformed;
  const std::string_view text = without_mark(bytes);
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (!blank && malformed != json::first_offence(text).has_value()) __builtin_trap();
  if (request && !json::decode<contracts::TrainingRequest>(json::encode(*request))) __builtin_trap();
}
