// Where objects are kept: a directory below home (empty), or
// `s3://BUCKET/PREFIX?endpoint=https://host:port&region=REGION&style=path|host&ca=FILE`.
#pragma once

#include <string>

#include "base/result.hpp"

namespace valion {

struct S3Place {
  std::string bucket;
  std::string prefix;    // without slashes at its ends; may be empty
  std::string endpoint;  // scheme://host[:port], no slash at its end; default: Amazon's of the region
  std::string region = "us-east-1";
  bool path_style = false;  // endpoint/bucket/key instead of bucket.endpoint/key; default: true with an endpoint
  std::string ca_file;      // whom to trust instead of the system's authorities
};

// invalid, naming the part that is wrong.
[[nodiscard]] Result<S3Place> parse_s3_url(const std::string& url);

}  // namespace valion
