// libcurl, loaded when the first S3 store is opened: a system that keeps its objects in a directory never pays for it.
#pragma once

#include <curl/curl.h>

#include "base/result.hpp"

namespace valion::s3 {

struct CurlLibrary {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_perform) easy_perform = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
  decltype(&::curl_slist_append) slist_append = nullptr;
  decltype(&::curl_slist_free_all) slist_free_all = nullptr;
};

// Loaded once a process and kept; thread-safe. internal when libcurl.so.4 (Debian package libcurl4) is not there.
[[nodiscard]] Result<const CurlLibrary*> load_curl();

}  // namespace valion::s3
