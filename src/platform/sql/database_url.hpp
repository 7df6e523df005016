// Where a database is: `sqlite:PATH`, `postgresql:KEYWORDS` (libpq's `host=… dbname=…`) or libpq's own `postgresql://…` URI.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace valion::sql {

struct DatabaseUrl {
  bool postgresql = false;
  std::filesystem::path file;        // SQLite
  bool waits_for_disk = false;       // SQLite: synchronous=full
  std::string connect;               // PostgreSQL: key words, with the password
  std::string connect_openly;        // the same without passwords, fit for a command line
  std::string password;              // PostgreSQL's, if given
  std::string shown;                 // for messages and logs: without the password
  std::vector<std::string> secrets;  // never to be shown

  // Throws std::runtime_error when the URL has neither form; the message never repeats a part that may be a password.
  [[nodiscard]] static DatabaseUrl parse(const std::string& url);
  // `text` with every secret replaced by `***`.
  [[nodiscard]] std::string without_secrets(std::string text) const;
};

}  // namespace valion::sql
