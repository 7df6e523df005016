#include "services/api_gateway/identity/document_fetcher.hpp"

#include <memory>
#include <string_view>

#include "platform/objects/curl_library.hpp"
#include "services/api_gateway/identity/issuer_settings.hpp"

namespace valion::gateway {
namespace {

struct Receiving {
  std::string body;
  std::size_t most = 0;
  bool too_large = false;
};

std::size_t receive(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiving = *static_cast<Receiving*>(user);
  const std::size_t bytes = size * count;
  receiving.too_large = receiving.body.size() + bytes > receiving.most;
  if (receiving.too_large) return 0;
  receiving.body.append(data, bytes);
  return bytes;
}

tl::unexpected<Error> failed(const std::string& url, const std::string& why) {
  return fail(ErrorKind::unavailable, url + " " + why);
}

}  // namespace

Result<std::string> fetch_document(const std::string& url, const std::string& ca_file, const FetchBounds& bounds) {
  if (!may_be_fetched(url)) return failed(url, "is not fetched: only https, or http to this machine");
  VALION_TRY_ASSIGN(const s3::CurlLibrary* const curl, s3::load_curl());
  const std::unique_ptr<CURL, decltype(curl->easy_cleanup)> handle(curl->easy_init(), curl->easy_cleanup);
  if (handle == nullptr) return failed(url, "cannot be fetched: libcurl gives no handle");
  Receiving receiving;
  receiving.most = bounds.bytes;
  const auto set = curl->easy_setopt;
  set(handle.get(), CURLOPT_URL, url.c_str());
  set(handle.get(), CURLOPT_PROTOCOLS_STR, url.starts_with("https:") ? "https" : "http");
  set(handle.get(), CURLOPT_FOLLOWLOCATION, 0L);
  set(handle.get(), CURLOPT_NOSIGNAL, 1L);
  set(handle.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(bounds.connecting.count()));
  set(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(bounds.whole.count()));
  set(handle.get(), CURLOPT_USERAGENT, "valion");
  if (!ca_file.empty()) set(handle.get(), CURLOPT_CAINFO, ca_file.c_str());
  set(handle.get(), CURLOPT_WRITEFUNCTION, &receive);
  set(handle.get(), CURLOPT_WRITEDATA, &receiving);
  const CURLcode code = curl->easy_perform(handle.get());
  if (receiving.too_large) return failed(url, "is larger than " + std::to_string(bounds.bytes) + " bytes");
  if (code != CURLE_OK) return failed(url, std::string("does not answer: ") + curl->easy_strerror(code));
  long status = 0;
  curl->easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return failed(url, "answers " + std::to_string(status));
  return std::move(receiving.body);
}

Async<Result<std::string>> DocumentFetcher::fetch(std::string url, std::string ca_file) {
  const FetchBounds bounds = bounds_;
  const auto work = [url, ca_file, bounds] { return fetch_document(url, ca_file, bounds); };
  auto document = co_await pool_.run(work);
  co_return document;
}

}  // namespace valion::gateway
