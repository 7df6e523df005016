#include "platform/sql/snapshot.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "platform/sql/database.hpp"
#include "platform/sql/session.hpp"

namespace valion::sql {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result.append(c == '\'' ? "''" : std::string(1, c));
  return result + "'";
}

struct Ended {
  int status = 0;
  std::string complaint;
};

[[noreturn]] void become(std::vector<std::string>& words, const std::string& password, int complaints) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (!password.empty()) ::setenv("PGPASSWORD", password.c_str(), 1);
  ::dup2(complaints, STDERR_FILENO);
  ::execvp(arguments.front(), arguments.data());
  ::_exit(127);
}

// Its standard error, to the end; 127 when there is no such program.
Result<Ended> run(std::vector<std::string> words, const std::string& password) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorKind::internal, std::string("pipe: ") + std::strerror(errno));
  const pid_t child = ::fork();
  if (child == 0) become(words, password, ends[1]);
  ::close(ends[1]);
  Ended ended;
  char piece[4096];
  for (ssize_t got = 0; child > 0; ended.complaint.append(piece, static_cast<std::size_t>(got))) {
    got = ::read(ends[0], piece, sizeof piece);
    if (got < 0 && errno == EINTR)
      got = 0;
    else if (got <= 0)
      break;
  }
  ::close(ends[0]);
  if (child < 0) return fail(ErrorKind::internal, std::string("fork: ") + std::strerror(errno));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

Result<void> run_tool(const DatabaseUrl& url, std::vector<std::string> words) {
  const std::string tool = words.front();
  VALION_TRY_ASSIGN(const Ended ended, run(std::move(words), url.password));
  if (ended.status == 0) return {};
  if (ended.status == 127 && ended.complaint.empty()) {
    return fail(ErrorKind::unavailable, tool + " is not installed; install the package postgresql-client");
  }
  return fail(ErrorKind::internal, tool + " failed: " + url.without_secrets(ended.complaint));
}

Result<int> tables_in(const DatabaseUrl& url) {
  soci::session session;
  try {
    int count = 0;
    open_session(session, url);
    session << "select count(*) from information_schema.tables where table_schema = current_schema()",
        soci::into(count);
    return count;
  } catch (...) {
    return fail(describe_current_exception(url).error);
  }
}

}  // namespace

Result<void> copy_sqlite(const std::filesystem::path& database, const std::filesystem::path& copy) {
  const DatabaseUrl url = DatabaseUrl::parse("sqlite:" + database.string());
  soci::session session;
  try {
    open_session(session, url);
    session << "vacuum into " + quoted(copy.string());
  } catch (...) {
    return fail(describe_current_exception(url).error);
  }
  const int written = ::open(copy.c_str(), O_RDONLY | O_CLOEXEC);
  const bool kept = written >= 0 && ::fchmod(written, 0600) == 0 && ::fsync(written) == 0;
  const int reason = errno;
  if (written >= 0) ::close(written);
  if (!kept) return fail(ErrorKind::internal, "cannot write " + copy.string() + ": " + std::strerror(reason));
  return {};
}

Result<void> dump_postgresql(const DatabaseUrl& url, const std::filesystem::path& archive) {
  return run_tool(url, {"pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file=" + archive.string(),
                        "--dbname=" + url.connect_openly});
}

Result<void> restore_postgresql(const DatabaseUrl& url, const std::filesystem::path& archive) {
  VALION_TRY_ASSIGN(const int tables, tables_in(url));
  if (tables > 0) {
    return fail(ErrorKind::conflict, "the database " + url.shown + " has " + std::to_string(tables) +
                                         " tables already; restore into an empty one");
  }
  // What every new database has already (the schema public) must not stop it, hence no --clean.
  return run_tool(url, {"pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
                        "--dbname=" + url.connect_openly, archive.string()});
}

}  // namespace valion::sql
