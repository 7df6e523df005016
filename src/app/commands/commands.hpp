// What each command does, given its options; only *_words.cpp know how they are written.
// Every function prints for people on standard output, errors on standard error, and returns the exit code:
// 0 done, 1 something is down or went wrong, 2 the command line or the configuration is wrong.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/config/settings.hpp"

namespace valion::app {

struct StatusOptions {
  bool verbose = false;
  bool json = false;
  std::chrono::seconds wait{0};  // for everything to be up
};
[[nodiscard]] int show_status(const Settings& settings, const StatusOptions& options);

struct LogOptions {
  std::string service, level, request_id, since;  // empty: all
  std::optional<std::int64_t> lines;              // the last ones only
  bool follow = false;
  bool json = false;
};
// From valion.log, or from the services' own logs for one service and where no orchestrator joins them.
[[nodiscard]] int show_logs(const Settings& settings, const LogOptions& options);

// Through the orchestrator's control socket; what it does meanwhile is printed. `service` empty: all.
[[nodiscard]] int restart_services(const Settings& settings, const std::string& service);
[[nodiscard]] int scale_service(const Settings& settings, const std::string& service, int count);
[[nodiscard]] int stop_system(const Settings& settings);

// What the commands that talk to the gateway share.
struct GatewayOptions {
  std::optional<std::string> url;
  bool json = false;
};

struct UserCommand {
  std::string name;
  std::vector<std::string> roles;
  std::optional<std::string> tenant;
  bool password_stdin = false;  // otherwise it is asked for, without echo; never a word of the command line
  bool setup_link = false;      // the user chooses it himself: a one-time link is printed
  std::string setup_token;      // of a link: instead of the command line's own credential
};
[[nodiscard]] int add_user(const Settings& settings, const GatewayOptions& gateway, const UserCommand& command);
[[nodiscard]] int list_users(const Settings& settings, const GatewayOptions& gateway);
[[nodiscard]] int set_user_password(const Settings& settings, const GatewayOptions& gateway,
                                    const UserCommand& command);
[[nodiscard]] int set_user_roles(const Settings& settings, const GatewayOptions& gateway, const UserCommand& command);
[[nodiscard]] int set_user_disabled(const Settings& settings, const GatewayOptions& gateway, const std::string& name,
                                    bool disabled);
[[nodiscard]] int remove_user(const Settings& settings, const GatewayOptions& gateway, const std::string& name);
// A person's data: all that is kept of him, as JSON; and their erasure, which also removes the user.
[[nodiscard]] int make_setup_link(const Settings& settings, const GatewayOptions& gateway, const std::string& name);
[[nodiscard]] int export_person(const Settings& settings, const GatewayOptions& gateway, const std::string& name);
[[nodiscard]] int erase_person(const Settings& settings, const GatewayOptions& gateway, const std::string& name);

struct TenantCommand {
  std::string name, title;
};
[[nodiscard]] int add_tenant(const Settings& settings, const GatewayOptions& gateway, const TenantCommand& command);
[[nodiscard]] int list_tenants(const Settings& settings, const GatewayOptions& gateway);
[[nodiscard]] int set_tenant_disabled(const Settings& settings, const GatewayOptions& gateway, const std::string& name,
                                      bool disabled);

struct AuditCommand {
  std::int64_t after = 0, limit = 100;
  std::string anchor;  // SEQUENCE:HASH, kept elsewhere; empty: none
  bool json = false;
};
[[nodiscard]] int list_audit(const Settings& settings, const GatewayOptions& gateway, const AuditCommand& command);
// Reads the gateway's database itself: who checks does not ask the one that is checked. 1 when the chain is broken.
[[nodiscard]] int verify_audit(const Settings& settings, const AuditCommand& command);

struct KeyCommand {
  std::string name;
  std::vector<std::string> roles;
  std::optional<std::string> tenant;
  std::string lifetime;             // `90d`, `12h`; empty: until revoked
  std::vector<std::string> scopes;  // empty: whatever the roles allow
  std::string limit;                // `1000/60s`: requests within a time; empty: the routes' own
};
[[nodiscard]] int create_key(const Settings& settings, const GatewayOptions& gateway, const KeyCommand& command);
[[nodiscard]] int list_keys(const Settings& settings, const GatewayOptions& gateway);
[[nodiscard]] int revoke_key(const Settings& settings, const GatewayOptions& gateway, const std::string& id);
[[nodiscard]] int list_signing_keys(const Settings& settings, const GatewayOptions& gateway);
[[nodiscard]] int rotate_signing_keys(const Settings& settings, const GatewayOptions& gateway, bool withdraw);

[[nodiscard]] int smoke_test(const Settings& settings, const GatewayOptions& gateway);

struct ImportCommand {
  std::filesystem::path file;
  std::string target;
  std::string name;
};
[[nodiscard]] int import_data(const Settings& settings, const GatewayOptions& gateway, const ImportCommand& command);

[[nodiscard]] int study_run(const Settings& settings, const GatewayOptions& gateway,
                            const std::filesystem::path& study);

struct ValueCommand {
  std::filesystem::path study;  // whose /valuation is valued
  std::string model;
};
[[nodiscard]] int value_property(const Settings& settings, const GatewayOptions& gateway, const ValueCommand& command);

struct ReportCommand {
  std::string valuation;
  std::string title = "Valuation report";
  std::string language = "en";
  std::filesystem::path folder = ".";
};
[[nodiscard]] int write_report(const Settings& settings, const GatewayOptions& gateway, const ReportCommand& command);

struct DemoCommand {
  std::filesystem::path study;
  std::filesystem::path folder;  // for the report; empty: VALION_HOME/reports
};
[[nodiscard]] int run_demo(const Settings& settings, const GatewayOptions& gateway, const DemoCommand& command);

struct BackupCommand {
  std::filesystem::path target;
  bool secrets = false;
  bool json = false;
};
[[nodiscard]] int back_up(const Settings& settings, const BackupCommand& command);
[[nodiscard]] int restore(const Settings& settings, const std::filesystem::path& source);
// Takes away what nobody refers to, and what is old; `dry_run` only says what it would take.
[[nodiscard]] int collect_garbage(const Settings& settings, bool dry_run, bool json);

// The settings in force, as YAML; passwords in URLs are not shown.
[[nodiscard]] int show_config(const Settings& settings);

// Prints an error with its violations, for people, on standard error; returns 1.
int complain(const Error& error);

}  // namespace valion::app
