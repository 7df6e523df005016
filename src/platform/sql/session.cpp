#include "platform/sql/session.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace valion::sql {
namespace {

// Primary result codes of SQLite (sqlite3.h; SOCI wraps that header in a namespace of its own).
constexpr int kSqliteBusy = 5;
constexpr int kSqliteLocked = 6;
constexpr int kSqliteConstraint = 19;

// SQLite gives its files the mode of the main one, so this one creation decides for -wal and -shm too.
void create_private_file(const std::filesystem::path& file) {
  if (file.has_parent_path() && std::filesystem::create_directories(file.parent_path())) {
    std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all);
  }
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) {
    ::close(descriptor);
  } else if (errno != EEXIST) {
    throw std::runtime_error("cannot create " + file.string() + ": " + std::strerror(errno));
  }
}

bool is_busy(const soci::sqlite3_soci_error& error) {
  const int code = error.result() & 0xff;
  return code == kSqliteBusy || code == kSqliteLocked;
}

// Turning WAL on needs the file for a moment and does not honour the busy timeout, so processes starting together collide.
void turn_on_wal(soci::session& session) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (true) {
    try {
      session << "pragma journal_mode = wal";
      return;
    } catch (const soci::sqlite3_soci_error& error) {
      if (!is_busy(error) || std::chrono::steady_clock::now() > give_up) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

void open_sqlite(soci::session& session, const DatabaseUrl& url) {
  create_private_file(url.file);
  session.open(soci::sqlite3, "db=\"" + url.file.string() + "\" timeout=10");
  turn_on_wal(session);
  session << (url.waits_for_disk ? "pragma synchronous = full" : "pragma synchronous = normal");
  session << "pragma foreign_keys = on";
}

void open_postgresql(soci::session& session, const DatabaseUrl& url) {
  session.open(soci::postgresql, url.connect);
  session << "set client_min_messages = warning";
}

Failure failure(ErrorKind kind, const std::string& message, bool busy = false, bool lost = false) {
  return {make_error(kind, message), busy, lost};
}

Failure describe(const soci::sqlite3_soci_error& error, const std::string& message) {
  if (is_busy(error)) return failure(ErrorKind::unavailable, "the database is busy; try again (" + message + ")", true);
  const bool constraint = (error.result() & 0xff) == kSqliteConstraint;
  return failure(constraint ? ErrorKind::conflict : ErrorKind::internal, "database: " + message);
}

// Classes of SQLSTATE: PostgreSQL manual, appendix A.
Failure describe(const soci::postgresql_soci_error& error, const std::string& message) {
  const std::string state = error.sqlstate();
  const std::string_view kind = std::string_view(state).substr(0, 2);
  if (error.get_error_category() == soci::soci_error::connection_error || kind == "08" || kind == "57") {
    return failure(ErrorKind::unavailable, "the database does not answer: " + message, false, true);
  }
  if (kind == "40" || kind == "55") {
    return failure(ErrorKind::unavailable, "the database is busy; try again (" + message + ")", true);
  }
  return failure(kind == "23" ? ErrorKind::conflict : ErrorKind::internal, "database: " + message);
}

}  // namespace

void open_session(soci::session& session, const DatabaseUrl& url) {
  session.close();
  try {
    url.postgresql ? open_postgresql(session, url) : open_sqlite(session, url);
  } catch (...) {
    session.close();  // half set up is worse than closed: it would be used
    throw;
  }
}

Failure describe_current_exception(const DatabaseUrl& url) {
  try {
    throw;
  } catch (const soci::sqlite3_soci_error& error) {
    return describe(error, url.without_secrets(error.get_error_message()));
  } catch (const soci::postgresql_soci_error& error) {
    return describe(error, url.without_secrets(error.get_error_message()));
  } catch (const soci::soci_error& error) {
    return failure(ErrorKind::internal, "database: " + url.without_secrets(error.get_error_message()));
  } catch (const std::exception& error) {
    return failure(ErrorKind::internal, "the transaction failed: " + url.without_secrets(error.what()));
  } catch (...) {
    return failure(ErrorKind::internal, "the transaction failed for an unknown reason");
  }
}

}  // namespace valion::sql
