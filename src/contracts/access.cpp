#include "contracts/access.hpp"

#include <algorithm>
#include <cctype>

namespace valion::contracts {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kShortestPassword = 12;
constexpr std::size_t kLongestPassword = 1024;
constexpr std::int64_t kShortestLife = 60;
constexpr std::int64_t kLongestLife = 10LL * 366 * 86'400;

bool is_name(const std::string& text) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("._@+-").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= kLongestName && std::all_of(text.begin(), text.end(), allowed);
}

void check_name(json::Checker& checker, std::string_view pointer, const std::string& text) {
  if (!is_name(text)) checker.violation(pointer, "must be 1 to 64 of the characters a-z A-Z 0-9 . _ @ + -", text);
}

void check_password(json::Checker& checker, const std::string& password) {
  if (password.size() < kShortestPassword) checker.violation("/password", "must have at least 12 characters");
  if (password.size() > kLongestPassword) checker.violation("/password", "must have at most 1024 bytes");
}

void check_roles(json::Checker& checker, const std::vector<std::string>& roles) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (roles.empty() || roles.size() > 16) checker.violation("/roles", "must name 1 to 16 roles");
  for (std::size_t index = 0; index < roles.size(); ++index) {
    const std::string& role = roles[index];
    const std::string pointer = "/roles/" + std::to_string(index);
    const bool good = !role.empty() && role.size() <= 32 && std::all_of(role.begin(), role.end(), allowed);
    if (!good) checker.violation(pointer, "must be 1 to 32 of the characters a-z 0-9 _", role);
    if (role == "service") checker.violation(pointer, "is what services are to one another; nobody else can be", role);
  }
}

}  // namespace

void NewUser::check(json::Checker& checker) const {
  check_name(checker, "/name", name);
  check_password(checker, password);
  check_roles(checker, roles);
  if (tenant) check_name(checker, "/tenant", *tenant);
}

void PasswordChange::check(json::Checker& checker) const { check_password(checker, password); }

void RolesChange::check(json::Checker& checker) const { check_roles(checker, roles); }

void NewKey::check(json::Checker& checker) const {
  check_name(checker, "/name", name);
  check_roles(checker, roles);
  if (tenant) check_name(checker, "/tenant", *tenant);
  if (lifetime_seconds && (*lifetime_seconds < kShortestLife || *lifetime_seconds > kLongestLife)) {
    checker.violation("/lifetime_seconds", "must be from a minute to ten years", std::to_string(*lifetime_seconds));
  }
}

}  // namespace valion::contracts
