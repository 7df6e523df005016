#include "services/api_gateway/caller_check.hpp"

namespace valion {
namespace {

constexpr std::chrono::seconds kInternalTokenLifetime{60};
constexpr std::chrono::seconds kKept{10};
constexpr std::size_t kMostKept = 10'000;

}  // namespace

Async<Result<gateway::CallerPtr>> CallerCheck::verify(const gateway::Fields& fields,
                                                      const std::string& remote_address) {
  http::Request request;
  request.remote_address = remote_address;
  for (const char* name : {"Authorization", "X-API-Key"}) {
    if (const auto value = gateway::find(fields, name)) request.headers.add(name, std::string(*value));
  }
  auto principal = co_await callers_.caller_of(request);
  if (!principal) co_return fail(std::move(principal).error());
  std::erase(principal->roles, "service");  // what services are to one another, no client ever is
  auto caller = std::make_shared<gateway::Caller>();
  caller->principal = std::move(*principal);
  caller->subject = caller->principal.tenant + "/" + caller->principal.user;
  co_return gateway::CallerPtr(std::move(caller));
}

const std::string& CallerCheck::internal_authorization(const gateway::Caller& caller) {
  std::string key = caller.subject;
  for (const std::string& role : caller.principal.roles) key.append("\n").append(role);
  if (tokens_.size() > kMostKept) tokens_.clear();
  Token& token = tokens_[key];
  const auto now = std::chrono::steady_clock::now();
  if (token.text.empty() || now - token.made > kKept) {
    const auth::TokenSettings settings{auth::kInternalAudience, kInternalTokenLifetime, std::chrono::seconds(5)};
    token.text =
        "Bearer " + auth::issue_token(internal_key_, settings, caller.principal, std::chrono::system_clock::now());
    token.made = now;
  }
  return token.text;
}

}  // namespace valion
