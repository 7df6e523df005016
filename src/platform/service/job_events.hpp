// A job as server-sent events (WHATWG HTML, section 9.2): `progress` for every change, `end` for the last, comments meanwhile.
//
//   id: 7
//   event: progress
//   data: {"id":"job-…","state":"running","progress":{…}}
//
// The id is the row's revision. A client that comes back with `Last-Event-ID: 7` is told what is newer; each event is the whole
// JobView, so it misses nothing by that. The stream ends after `end`, and when the process stops: browsers then come back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "platform/http/message.hpp"
#include "platform/jobs/jobs.hpp"

namespace valion {

// `seen`: Last-Event-ID, -1 if none. `job` is the present row. `store` outlives the reader.
[[nodiscard]] std::shared_ptr<http::BodyReader> job_events(jobs::JobStore& store, const jobs::JobRecord& job,
                                                           std::int64_t seen);

}  // namespace valion
