#include "platform/objects/s3_answers.hpp"

#include <expat.h>

#include <charconv>
#include <ctime>
#include <functional>
#include <memory>
#include <utility>

namespace valion::s3 {
namespace {

// Calls back for every element that ends, with the text directly in it.
struct Elements {
  std::vector<std::string> texts;  // of the open elements
  std::function<void(std::string_view name, const std::string& text)> ended;
};

void on_start(void* user, const XML_Char*, const XML_Char**) { static_cast<Elements*>(user)->texts.emplace_back(); }

void on_text(void* user, const XML_Char* text, int length) {
  auto& texts = static_cast<Elements*>(user)->texts;
  if (!texts.empty()) texts.back().append(text, static_cast<std::size_t>(length));
}

void on_end(void* user, const XML_Char* name) {
  auto& elements = *static_cast<Elements*>(user);
  const std::string text = std::move(elements.texts.back());
  elements.texts.pop_back();
  elements.ended(name, text);
}

bool read_elements(std::string_view xml, std::function<void(std::string_view, const std::string&)> ended) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr), XML_ParserFree);
  if (parser == nullptr || xml.size() > (std::size_t{1} << 30)) return false;
  Elements elements{{}, std::move(ended)};
  XML_SetUserData(parser.get(), &elements);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  return XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), 1) == XML_STATUS_OK;
}

}  // namespace

Result<Listing> read_listing(std::string_view xml) {
  Listing listing;
  ListedKey key;
  bool is_listing = false;
  const auto ended = [&](std::string_view name, const std::string& text) {
    if (name == "Key") key.key = text;
    if (name == "Size") std::from_chars(text.data(), text.data() + text.size(), key.bytes);
    if (name == "LastModified") key.modified = read_moment(text).value_or(std::chrono::system_clock::now());
    if (name == "Contents") listing.keys.push_back(std::exchange(key, {}));
    if (name == "NextContinuationToken") listing.next = text;
    if (name == "ListBucketResult") is_listing = true;
  };
  if (!read_elements(xml, ended) || !is_listing) {
    return fail(ErrorKind::bad_gateway, "what answers is not S3: its list of objects does not read");
  }
  return listing;
}

std::optional<std::string> text_of(std::string_view xml, std::string_view element) {
  std::optional<std::string> found;
  const bool read = read_elements(xml, [&](std::string_view name, const std::string& text) {
    if (name == element && !found) found = text;
  });
  return read ? found : std::nullopt;
}

std::optional<std::chrono::system_clock::time_point> read_moment(const std::string& text) {
  for (const char* format : {"%Y-%m-%dT%H:%M:%S", "%a, %d %b %Y %H:%M:%S GMT"}) {
    std::tm parts{};
    if (::strptime(text.c_str(), format, &parts) != nullptr) {
      return std::chrono::system_clock::from_time_t(::timegm(&parts));
    }
  }
  return std::nullopt;
}

}  // namespace valion::s3
