// SHA-256 (FIPS 180-4) of bytes that arrive in pieces, through OpenSSL.
#pragma once

#include <memory>
#include <string_view>

#include "base/hash.hpp"

struct evp_md_ctx_st;

namespace valion {

// One digest: add pieces, then finish once. Throws std::bad_alloc when OpenSSL has no memory; not thread-safe.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  [[nodiscard]] Hash finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace valion
