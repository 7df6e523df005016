// One's own account, tenants, the audit log, a person's data: kept by the gateway. Permissions: identity/permissions.hpp.
//
//   POST   /api/v1/auth/login                     TokenRequest > SessionAnswer: a short-lived token, and one to refresh it with
//   POST   /api/v1/auth/refresh                   RefreshRequest > SessionAnswer. Good once: see identity/session_catalogue.hpp
//   POST   /api/v1/auth/logout, …/logout/all      > 204: this session, all of one's own
//   PUT    /api/v1/auth/me/password               OwnPasswordChange > 204; every session ends, this one too
//   GET    /api/v1/auth/sessions                  > SessionList    DELETE /api/v1/auth/sessions/{id} > 204
//   GET    /api/v1/auth/tenants                   > TenantList     POST /api/v1/auth/tenants  NewTenant > 201 TenantView
//   POST   /api/v1/auth/tenants/{name}/disable, …/enable           > TenantView
//   GET    /api/v1/auth/audit?limit&after         > AuditPage
//   POST   /api/v1/auth/users/{name}/setup-link   > 201 SetupLink: he chooses his own password
//   GET    /api/v1/auth/users/{name}/export       > PersonalData: all that is kept of him
//   DELETE /api/v1/auth/users/{name}/personal-data > ErasedPerson: the account goes, and whatever leads to him
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contracts/access.hpp"
#include "platform/json/described.hpp"

namespace valion::contracts {

struct SessionAnswer {
  std::string access_token;
  std::string token_type = "Bearer";
  std::int64_t expires_in = 0;  // seconds, of the access token
  std::string refresh_token;    // `vr_…`: good once
  std::int64_t refresh_expires_in = 0;
  std::string session;
};
BOOST_DESCRIBE_STRUCT(SessionAnswer, (),
                      (access_token, token_type, expires_in, refresh_token, refresh_expires_in, session))

struct RefreshRequest {
  std::string refresh_token;
  static constexpr std::array kMembers{json::member("refresh_token").characters(1, 200)};
};
BOOST_DESCRIBE_STRUCT(RefreshRequest, (), (refresh_token))

struct OwnPasswordChange {
  std::string old_password;
  std::string password;
  static constexpr std::array kMembers{json::member("old_password").characters(1, 1024),
                                       json::member("password").characters(12, 1024)};
};
BOOST_DESCRIBE_STRUCT(OwnPasswordChange, (), (old_password, password))

struct SessionView {
  std::string id;
  std::string created_at, last_used_at, expires_at;
  bool refreshable = false;
  bool current = false;  // the one that asks
  std::string address;
  std::string agent;
  static constexpr std::array kMembers{json::member("created_at").form("date-time"),
                                       json::member("last_used_at").form("date-time"),
                                       json::member("expires_at").form("date-time")};
};
BOOST_DESCRIBE_STRUCT(SessionView, (), (id, created_at, last_used_at, expires_at, refreshable, current, address, agent))

struct SessionList {
  std::vector<SessionView> sessions;  // in force, newest first
};
BOOST_DESCRIBE_STRUCT(SessionList, (), (sessions))

struct SetupLink {
  std::string user;
  std::string path;  // `/setup?token=…` at the gateway: shown this once
  std::string expires_at;
  static constexpr std::array kMembers{json::member("expires_at").form("date-time")};
};
BOOST_DESCRIBE_STRUCT(SetupLink, (), (user, path, expires_at))

// POST /setup by programs (`valion user set-password --setup-token`): 204; a browser sends a form and gets a page.
struct SetupRequest {
  std::string token;
  std::string password;
  static constexpr std::array kMembers{json::member("token").characters(1, 200),
                                       json::member("password").characters(12, 1024)};
};
BOOST_DESCRIBE_STRUCT(SetupRequest, (), (token, password))

struct TenantView {
  std::string name;
  std::string title;
  bool disabled = false;
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(TenantView, (), (name, title, disabled, created_at))

struct TenantList {
  std::vector<TenantView> tenants;  // by name
};
BOOST_DESCRIBE_STRUCT(TenantList, (), (tenants))

struct NewTenant {
  std::string name;
  std::string title;
  static constexpr std::array kDefaulted{"title"};
  static constexpr std::array kMembers{json::member("name").characters(1, 64).alphabet("a-zA-Z0-9._@+-"),
                                       json::member("title").characters(0, 200).says("for people", "para pessoas")};
};
BOOST_DESCRIBE_STRUCT(NewTenant, (), (name, title))

struct AuditView {
  std::int64_t sequence = 0;
  std::string at;
  std::string tenant;
  std::string actor;    // a user, `key:NAME`, `system`, or the pseudonym of a person whose data were erased
  std::string action;   // `login`, `user.add`, …
  std::string object;   // `user:NAME`, `key:ID`, …; may be empty
  std::string outcome;  // done, refused, failed
  std::string address;
  std::string request_id;
  std::string detail;
  std::string hash;
  static constexpr std::array kMembers{json::member("at").form("date-time"),
                                       json::member("outcome").one_of("done refused failed")};
};
BOOST_DESCRIBE_STRUCT(AuditView, (),
                      (sequence, at, tenant, actor, action, object, outcome, address, request_id, detail, hash))

struct AuditPage {
  std::vector<AuditView> entries;    // by sequence
  std::optional<std::int64_t> next;  // what `?after=` takes for the next page; absent: this was the last
};
BOOST_DESCRIBE_STRUCT(AuditPage, (), (entries, next))

struct PersonalData {
  std::string exported_at;
  UserView user;
  std::vector<SessionView> sessions;
  std::vector<std::string> keys;  // ids of those he made
  std::vector<AuditView> audit;   // what he did, and what was done to his account
  std::vector<std::string> jobs;  // ids of those he started
};
BOOST_DESCRIBE_STRUCT(PersonalData, (), (exported_at, user, sessions, keys, audit, jobs))

struct ErasedPerson {
  std::string pseudonym;                          // by which the audit log goes on calling him
  std::int64_t sessions = 0, keys = 0, jobs = 0;  // that bore his name
};
BOOST_DESCRIBE_STRUCT(ErasedPerson, (), (pseudonym, sessions, keys, jobs))

}  // namespace valion::contracts
