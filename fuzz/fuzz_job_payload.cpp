// Any bytes as the payload of a job, as a worker reads it from the table (perhaps written by another version): a request that is
// read is written and read back alike, and whatever the bytes are, what the table is given is text that both engines take.
#include "contracts/geospatial.hpp"
#include "contracts/ml.hpp"
#include "contracts/reports.hpp"
#include "fuzz/harness.hpp"
#include "platform/jobs/job_rows.hpp"
#include "platform/json/described.hpp"

namespace {

template <class Request>
void read_payload(std::string_view bytes) {
  const auto read = valion::json::decode<Request>(bytes, valion::json::Unknown::ignored);
  if (!read) return;
  const std::string written = valion::json::encode(*read);
  const auto again = valion::json::decode<Request>(written);
  if (!again || valion::json::encode(*again) != written) __builtin_trap();
}

}  // namespace

void valion::fuzz::feed(std::string_view bytes) {
  read_payload<contracts::TrainingRequest>(bytes);
  read_payload<contracts::EnrichmentRequest>(bytes);
  read_payload<contracts::ReportRequest>(bytes);
  const std::string kept = jobs::storable(std::string(bytes));
  if (kept.size() != bytes.size() || kept.find('\0') != std::string::npos) __builtin_trap();
  if (jobs::storable(kept) != kept) __builtin_trap();
}
