// `valion audit verify`: the chain of the audit log, read from the gateway's database itself.
#include <fmt/format.h>

#include <boost/describe.hpp>

#include <charconv>
#include <filesystem>

#include "app/commands/commands.hpp"
#include "base/hash.hpp"
#include "platform/audit/verify.hpp"
#include "platform/json/described.hpp"

namespace valion::app {
namespace {

struct VerificationView {
  bool whole = false;
  std::int64_t rows = 0;
  std::string head;  // SEQUENCE:HASH of the last row that fits
  std::optional<std::int64_t> broken_at;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(VerificationView, (), (whole, rows, head, broken_at, reason))

Result<std::optional<audit::Head>> anchor_of(const std::string& text) {
  if (text.empty()) return std::optional<audit::Head>();
  const auto colon = text.find(':');
  audit::Head head;
  const char* const end = text.data() + std::min(colon, text.size());
  const auto read = std::from_chars(text.data(), end, head.sequence);
  const auto hash = colon == std::string::npos ? std::nullopt : Hash::parse(text.substr(colon + 1));
  if (read.ec != std::errc{} || read.ptr != end || head.sequence < 1 || !hash) {
    return fail(ErrorKind::invalid, "--anchor wants SEQUENCE:HASH, as `valion audit verify` prints it");
  }
  head.hash = hash->text();
  return std::optional<audit::Head>(std::move(head));
}

Result<std::string> database_of(const Settings& settings) {
  if (!settings.database_url.empty()) return settings.database_url;
  const auto file = settings.home / "services" / "api_gateway" / "catalogue.db";
  if (std::filesystem::exists(file)) return "sqlite:" + file.string();
  return fail(ErrorKind::not_found, "there is no " + file.string() + "; name the home with --home");
}

int show(const audit::Verification& found, bool json) {
  VerificationView view;
  view.whole = !found.broken;
  view.rows = found.rows;
  view.head = fmt::format("{}:{}", found.head.sequence, found.head.hash);
  if (found.broken) {
    view.broken_at = found.broken->sequence;
    view.reason = found.broken->reason;
  }
  if (json) {
    fmt::print("{}\n", json::encode(view));
  } else if (found.broken) {
    fmt::print("BROKEN at row {}: {}\n{} rows before it fit; the last of them is {}\n", found.broken->sequence,
               found.broken->reason, found.rows, view.head);
  } else {
    fmt::print("whole: {} rows\nhead {}\nKeep the head elsewhere, and check against it later with --anchor.\n",
               found.rows, view.head);
  }
  return found.broken ? 1 : 0;
}

}  // namespace

int verify_audit(const Settings& settings, const AuditCommand& command) {
  const auto anchor = anchor_of(command.anchor);
  if (!anchor) return complain(anchor.error()), 2;
  const auto url = database_of(settings);
  if (!url) return complain(url.error());
  sql::Database database(*url, 1);
  const auto found = audit::verify(database, *anchor);
  if (!found) return complain(found.error());
  return show(*found, command.json);
}

}  // namespace valion::app
