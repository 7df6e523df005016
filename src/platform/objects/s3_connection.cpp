#include "platform/objects/s3_connection.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <random>
#include <stdexcept>
#include <thread>

#include "platform/objects/object_store.hpp"
#include "platform/objects/open_file.hpp"

namespace valion::s3 {
namespace {

// The address of a bucket: its own name in front of the endpoint's, or the endpoint alone.
std::string origin_of(const S3Place& place) {
  if (place.path_style) return place.endpoint;
  const auto name = place.endpoint.find("://") + 3;
  return place.endpoint.substr(0, name) + place.bucket + "." + place.endpoint.substr(name);
}

// What is sent as Host: without the port that its scheme implies.
std::string host_of(const std::string& origin) {
  const auto name = origin.find("://") + 3;
  std::string host = origin.substr(name);
  const std::string implied = origin.starts_with("https") ? ":443" : ":80";
  if (host.ends_with(implied)) host.resize(host.size() - implied.size());
  return host;
}

std::string amazon_date() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

bool may_pass(int status) { return status == 429 || status >= 500; }

struct Receiving {
  const Request* request;
  Answer answer;
  bool broken = false;  // `into` could not be written
};

std::size_t receive_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiving = *static_cast<Receiving*>(user);
  std::string_view line(data, size * count);
  while (line.ends_with('\r') || line.ends_with('\n')) line.remove_suffix(1);
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    receiving.answer.headers.clear();
    receiving.answer.status = line.size() > 11 ? std::atoi(std::string(line.substr(9, 3)).c_str()) : 0;
  } else if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto value = line.find_first_not_of(' ', colon + 1);
    receiving.answer.headers[name] = value == std::string_view::npos ? "" : line.substr(value);
  }
  return size * count;
}

std::size_t receive_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiving = *static_cast<Receiving*>(user);
  const std::string_view bytes(data, size * count);
  const bool success = receiving.answer.status / 100 == 2;
  if (!success || receiving.request->into < 0) {
    receiving.answer.body.append(bytes);
  } else if (!write_all(receiving.request->into, bytes)) {
    receiving.broken = true;
    return 0;
  }
  return bytes.size();
}

// Many that failed together must not come back together.
void pause_before(int attempt, std::chrono::milliseconds first) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto longest = first.count() << std::min(attempt, 10);
  std::this_thread::sleep_for(
      std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(longest / 2, longest)(random)));
}

const CurlLibrary* curl_or_throw() {
  const auto curl = load_curl();
  if (!curl) throw std::runtime_error(curl.error().message);
  return *curl;
}

}  // namespace

Connection::Connection(S3Place place, Credentials credentials, Patience patience)
    : curl_(curl_or_throw()),
      place_(std::move(place)),
      credentials_(std::move(credentials)),
      patience_(patience),
      origin_(origin_of(place_)),
      host_(host_of(origin_)) {}

Connection::Handle Connection::take_handle() const {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return Handle(curl_->easy_init(), FreeHandle{curl_});
  Handle handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

Result<Answer> Connection::send(const Request& request) const {
  Handle handle = take_handle();
  if (handle == nullptr) return fail(ErrorKind::internal, "libcurl gives no handle");
  for (int attempt = 1;; ++attempt) {
    Result<Answer> answer = send_once(handle.get(), request);
    const bool again = answer ? may_pass(answer->status) : answer.error().kind == ErrorKind::unavailable;
    if (!again || attempt >= patience_.attempts) {
      const std::lock_guard lock(mutex_);
      idle_.push_back(std::move(handle));
      if (answer && again) {
        return fail(ErrorKind::unavailable,
                    "the object store " + origin_ + " keeps answering " + std::to_string(answer->status));
      }
      return answer;
    }
    pause_before(attempt - 1, patience_.first_pause);
  }
}

std::vector<std::string> Connection::header_lines(const Request& request, const std::string& path) const {
  SignedRequest to_sign{request.method, path, request.query, {}, sha256(request.body).text()};
  const std::string moment = amazon_date();
  to_sign.headers = {{"host", host_}, {"x-amz-content-sha256", to_sign.payload_hash}, {"x-amz-date", moment}};
  if (!credentials_.session_token.empty()) {
    to_sign.headers.emplace_back("x-amz-security-token", credentials_.session_token);
  }
  std::vector<std::string> lines;
  for (const auto& [name, value] : to_sign.headers) lines.push_back(name + ": " + value);
  lines.push_back("Authorization: " + authorization(to_sign, {moment, place_.region}, credentials_));
  lines.emplace_back("Expect:");  // neither these two, which libcurl would add
  lines.emplace_back("Content-Type:");
  return lines;
}

Result<Answer> Connection::send_once(CURL* handle, const Request& request) const {
  const std::string path = (place_.path_style ? "/" + place_.bucket : "") + "/" + request.key;
  const std::string query = canonical_query(request.query);
  const std::string url = origin_ + uri_encode(path, true) + (query.empty() ? "" : "?" + query);
  curl_slist* headers = nullptr;
  for (const std::string& line : header_lines(request, path)) headers = curl_->slist_append(headers, line.c_str());
  const std::unique_ptr<curl_slist, decltype(curl_->slist_free_all)> owner(headers, curl_->slist_free_all);
  if (request.into >= 0 && (::ftruncate(request.into, 0) != 0 || ::lseek(request.into, 0, SEEK_SET) != 0)) {
    return fail(ErrorKind::internal, "a file for an object from S3 cannot be written");
  }
  Receiving receiving{&request, {}, false};
  const auto set = curl_->easy_setopt;
  curl_->easy_reset(handle);
  set(handle, CURLOPT_URL, url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_PATH_AS_IS, 1L);
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(patience_.connecting.count()));
  set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(patience_.stalled.count()));
  set(handle, CURLOPT_HTTPHEADER, headers);
  if (!place_.ca_file.empty()) set(handle, CURLOPT_CAINFO, place_.ca_file.c_str());
  if (request.method == "HEAD") {
    set(handle, CURLOPT_NOBODY, 1L);
  } else if (request.method == "PUT" || request.method == "POST") {
    set(handle, CURLOPT_POSTFIELDS, request.body.data() == nullptr ? "" : request.body.data());
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  if (request.method != "HEAD") set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  set(handle, CURLOPT_HEADERFUNCTION, &receive_header);
  set(handle, CURLOPT_HEADERDATA, &receiving);
  set(handle, CURLOPT_WRITEFUNCTION, &receive_body);
  set(handle, CURLOPT_WRITEDATA, &receiving);
  const CURLcode code = curl_->easy_perform(handle);
  if (receiving.broken) return fail(ErrorKind::internal, "a file for an object from S3 cannot be written");
  if (code != CURLE_OK) {
    return fail(ErrorKind::unavailable,
                "the object store " + origin_ + " does not answer: " + curl_->easy_strerror(code));
  }
  return std::move(receiving.answer);
}

}  // namespace valion::s3
