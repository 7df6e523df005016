// GET /openapi.json and GET /docs: what the API is, for programs and for people, without a token.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "contracts/openapi/schema.hpp"
#include "platform/http/router.hpp"

namespace valion::gateway {

// Made once, at start; read-only afterwards, safe to share between threads.
//
// Both come in the language of `?language=en|pt-BR`, else of Accept-Language, with Content-Language, Vary, a strong ETag (304 for
// If-None-Match) and Cache-Control: no-cache, so that a new version is seen at once.
class Documents {
 public:
  // `version`: of the program.
  explicit Documents(std::string_view version);

  [[nodiscard]] http::Response description(const http::Request& request) const;
  [[nodiscard]] http::Response page(const http::Request& request) const;

 private:
  struct Kept {
    std::string text, tag;  // tag: the ETag's value
  };
  struct Pair {
    Kept description, page;
  };
  [[nodiscard]] static openapi::Language language_of(const http::Request& request);
  [[nodiscard]] static http::Response answer(const http::Request& request, const Kept& kept, std::string_view media);

  std::array<Pair, 2> kept_;  // by language
  std::string policy_;
};

// `documents` must outlive the router.
void add_document_routes(http::Router& router, const Documents& documents);

}  // namespace valion::gateway
