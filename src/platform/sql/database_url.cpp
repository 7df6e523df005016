#include "platform/sql/database_url.hpp"

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace valion::sql {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kPostgresql = "postgresql:";

bool is_secret(std::string_view keyword) { return keyword == "password" || keyword == "sslpassword"; }

bool is_shown(std::string_view keyword) {
  return keyword == "host" || keyword == "hostaddr" || keyword == "port" || keyword == "dbname" || keyword == "user";
}

// A value in libpq's notation: in quotes, with backslashes before quotes and backslashes.
std::string quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

DatabaseUrl parse_sqlite(const std::string& url) {
  DatabaseUrl parsed;
  parsed.file = url.substr(kSqlite.size());
  parsed.shown = url;
  const std::string text = parsed.file.string();
  if (text.empty() || text.front() == ':' || text.find('"') != std::string::npos) {
    throw std::runtime_error("the database URL " + url + " names no file; write sqlite:/path/file.db");
  }
  return parsed;
}

DatabaseUrl parse_postgresql(const std::string& url) {
  const bool is_uri = url.starts_with("postgresql://");
  const std::string keywords = is_uri ? url : url.substr(kPostgresql.size());
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(keywords.c_str(), &complaint), PQconninfoFree);
  PQfreemem(complaint);  // libpq's message may quote a piece of the password
  if (!options) {
    throw std::runtime_error(
        "the database URL begins with postgresql: but what follows is no libpq connection string; "
        "write postgresql:host=… dbname=… user=… (values with spaces in single quotes)");
  }
  DatabaseUrl parsed;
  parsed.postgresql = true;
  parsed.shown = kPostgresql;
  bool has_timeout = false;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    parsed.connect += std::string(keyword) + "=" + quoted(option->val) + " ";
    if (!is_secret(keyword)) parsed.connect_openly += std::string(keyword) + "=" + quoted(option->val) + " ";
    if (keyword == "password") parsed.password = option->val;
    if (is_secret(keyword) && *option->val != '\0') parsed.secrets.emplace_back(option->val);
    if (is_shown(keyword))
      parsed.shown += (parsed.shown.back() == ':' ? "" : " ") + std::string(keyword) + "=" + option->val;
    if (keyword == "connect_timeout") has_timeout = true;
  }
  if (!has_timeout) parsed.connect += "connect_timeout=10";
  return parsed;
}

}  // namespace

DatabaseUrl DatabaseUrl::parse(const std::string& url) {
  if (url.starts_with(kSqlite)) return parse_sqlite(url);
  if (url.starts_with(kPostgresql)) return parse_postgresql(url);
  throw std::runtime_error("the database URL must begin with sqlite: or postgresql:");
}

std::string DatabaseUrl::without_secrets(std::string text) const {
  for (const std::string& secret : secrets) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
      text.replace(at, secret.size(), "***");
    }
  }
  return text;
}

}  // namespace valion::sql
