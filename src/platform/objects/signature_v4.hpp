// Amazon's Signature Version 4 of an HTTP request (AWS General Reference, «Signature Version 4 signing process»), as S3 wants
// it: the path is encoded once and not normalised. Pure functions; checked against Amazon's published vectors.
//
// Ours, because libcurl 7.88's own signer does not sort the query.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace valion::s3 {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty for keys that last
};

using Fields = std::vector<std::pair<std::string, std::string>>;

struct SignedRequest {
  std::string method;
  std::string path;          // as meant, not encoded; begins with `/`
  Fields query;              // as meant, not encoded, in any order
  Fields headers;            // all of them are signed; `host` and `x-amz-date` must be among them
  std::string payload_hash;  // SHA-256 of the body in hexadecimal digits
};

struct Scope {
  std::string_view moment;  // `20130524T000000Z`, as in x-amz-date
  std::string_view region;
  std::string_view service = "s3";
};

// Everything but unreserved characters (RFC 3986) as %XX; `/` stays when asked to.
[[nodiscard]] std::string uri_encode(std::string_view text, bool keep_slash);
// The query as it is signed, and as it is sent: sorted, encoded.
[[nodiscard]] std::string canonical_query(const Fields& query);
[[nodiscard]] std::string canonical_request(const SignedRequest& request);
[[nodiscard]] std::string string_to_sign(const SignedRequest& request, const Scope& scope);
// The value of the Authorization header.
[[nodiscard]] std::string authorization(const SignedRequest& request, const Scope& scope,
                                        const Credentials& credentials);

}  // namespace valion::s3
