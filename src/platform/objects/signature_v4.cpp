#include "platform/objects/signature_v4.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <new>

#include "platform/objects/object_store.hpp"

namespace valion::s3 {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTermination = "aws4_request";

std::string hmac(std::string_view key, std::string_view text) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  const auto* result =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), reinterpret_cast<unsigned char*>(digest.data()), &length);
  if (result == nullptr) throw std::bad_alloc();
  digest.resize(length);
  return digest;
}

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Without blanks at its ends, and with one for several.
std::string trimmed(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == ' ' && (text.empty() || text.back() == ' ')) continue;
    text += c;
  }
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// By name in lower case; values of one name joined in their order.
std::map<std::string, std::string> canonical_headers(const Fields& headers) {
  std::map<std::string, std::string> merged;
  for (const auto& [name, value] : headers) {
    const auto [place, fresh] = merged.try_emplace(lower(name), trimmed(value));
    if (!fresh) place->second += "," + trimmed(value);
  }
  return merged;
}

std::string signed_headers(const Fields& headers) {
  std::string names;
  for (const auto& [name, value] : canonical_headers(headers)) names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string scope_text(const Scope& scope) {
  return std::string(scope.moment.substr(0, 8)) + "/" + std::string(scope.region) + "/" + std::string(scope.service) +
         "/" + std::string(kTermination);
}

}  // namespace

std::string uri_encode(std::string_view text, bool keep_slash) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved || (c == '/' && keep_slash)) {
      encoded += c;
    } else {
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

std::string canonical_query(const Fields& query) {
  Fields encoded;
  for (const auto& [name, value] : query) encoded.emplace_back(uri_encode(name, false), uri_encode(value, false));
  std::sort(encoded.begin(), encoded.end());
  std::string text;
  for (const auto& [name, value] : encoded) text += (text.empty() ? "" : "&") + name + "=" + value;
  return text;
}

std::string canonical_request(const SignedRequest& request) {
  std::string text =
      request.method + "\n" + uri_encode(request.path, true) + "\n" + canonical_query(request.query) + "\n";
  for (const auto& [name, value] : canonical_headers(request.headers)) text += name + ":" + value + "\n";
  return text + "\n" + signed_headers(request.headers) + "\n" + request.payload_hash;
}

std::string string_to_sign(const SignedRequest& request, const Scope& scope) {
  return std::string(kAlgorithm) + "\n" + std::string(scope.moment) + "\n" + scope_text(scope) + "\n" +
         sha256(canonical_request(request)).text();
}

std::string authorization(const SignedRequest& request, const Scope& scope, const Credentials& credentials) {
  std::string key = hmac("AWS4" + credentials.secret_access_key, scope.moment.substr(0, 8));
  for (const std::string_view part : {scope.region, scope.service, kTermination}) key = hmac(key, part);
  return std::string(kAlgorithm) + " Credential=" + credentials.access_key_id + "/" + scope_text(scope) +
         ", SignedHeaders=" + signed_headers(request.headers) +
         ", Signature=" + hexadecimal(hmac(key, string_to_sign(request, scope)));
}

}  // namespace valion::s3
