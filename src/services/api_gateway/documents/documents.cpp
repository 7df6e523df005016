#include "services/api_gateway/documents/documents.hpp"

#include <stdexcept>

#include "contracts/openapi/document.hpp"
#include "platform/objects/object_store.hpp"
#include "services/api_gateway/documents/language_choice.hpp"
#include "services/api_gateway/documents/page.hpp"

namespace valion::gateway {
namespace {

using openapi::Language;

// If-None-Match compares weakly (RFC 9110 section 13.1.2); our tags hold no commas.
bool names(std::string_view field, std::string_view tag) {
  if (field == "*") return true;
  return field.find(tag) != std::string_view::npos;
}

Async<Result<http::Response>> now(http::Response response) { co_return response; }

}  // namespace

Documents::Documents(std::string_view version) : policy_(page_policy()) {
  for (const Language language : {Language::en, Language::pt_br}) {
    Pair& pair = kept_[static_cast<std::size_t>(language)];
    pair.description.text = openapi::document(version, language);
    auto made = documentation_page(pair.description.text, language);
    if (!made) throw std::logic_error("the page of the API: " + made.error().message);
    pair.page.text = std::move(*made);
    for (Kept* one : {&pair.description, &pair.page}) one->tag = "\"" + sha256(one->text).text().substr(0, 32) + "\"";
  }
}

Language Documents::language_of(const http::Request& request) {
  const auto asked = request.query.find("language");
  if (asked != request.query.end()) return choose_language(asked->second);
  return choose_language(request.headers.find("Accept-Language").value_or(""));
}

http::Response Documents::answer(const http::Request& request, const Kept& kept, std::string_view media) {
  const auto seen = request.headers.find("If-None-Match");
  const bool same = seen && names(*seen, kept.tag);
  http::Response response = http::text_response(same ? 304 : 200, media, same ? std::string() : kept.text);
  if (same) response.headers.erase("Content-Type");
  response.headers.set("ETag", kept.tag);
  response.headers.set("Cache-Control", "no-cache");
  response.headers.set("Vary", "Accept-Language");
  response.headers.set("Content-Language", std::string(tag_of(language_of(request))));
  return response;
}

http::Response Documents::description(const http::Request& request) const {
  return answer(request, kept_[static_cast<std::size_t>(language_of(request))].description, "application/json");
}

http::Response Documents::page(const http::Request& request) const {
  http::Response response =
      answer(request, kept_[static_cast<std::size_t>(language_of(request))].page, "text/html; charset=utf-8");
  response.headers.set("Content-Security-Policy", policy_);
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  return response;
}

void add_document_routes(http::Router& router, const Documents& documents) {
  http::RouteOptions open;
  open.anonymous = true;
  open.body_limit = 4 << 10;
  router.add(
      http::Method::get, "/openapi.json",
      [&documents](http::Request& request) { return now(documents.description(request)); }, open);
  router.add(
      http::Method::get, "/docs", [&documents](http::Request& request) { return now(documents.page(request)); }, open);
}

}  // namespace valion::gateway
