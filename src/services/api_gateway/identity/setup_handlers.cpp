#include <system_error>

#include "platform/http/target.hpp"
#include "platform/service/read_json.hpp"
#include "services/api_gateway/identity/answers.hpp"
#include "services/api_gateway/identity/first_start.hpp"
#include "services/api_gateway/identity/handlers.hpp"
#include "services/api_gateway/identity/setup_page.hpp"

namespace valion::gateway::handlers {
namespace {

constexpr std::size_t kShortest = 12;
constexpr std::size_t kLongest = 1024;
constexpr int kGone = 410;

using Form = std::map<std::string, std::string>;

// A browser's form, or what looks like one.
Async<Result<Form>> read_form(http::Request& request) {
  const std::string type(request.headers.find("Content-Type").value_or(""));
  if (!type.starts_with("application/x-www-form-urlencoded")) {
    co_return fail(ErrorKind::unsupported_media_type, "send application/x-www-form-urlencoded");
  }
  auto text = co_await http::read_all(*request.body, kSmallBody);
  if (!text) co_return fail(std::move(text).error());
  auto parsed = http::parse_target("/?" + *text);
  if (!parsed) co_return fail(std::move(parsed).error());
  co_return std::move(parsed->query);
}

std::string field(const Form& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

// A link's token must not leave by a Referer, a cache or a frame.
http::Response page_response(int status, const SetupPage& page) {
  http::Response response = no_store(http::text_response(status, "text/html; charset=utf-8", render(page)));
  response.headers.set("Content-Security-Policy", setup_policy());
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("X-Robots-Tag", "noindex");
  response.headers.set("Vary", "Accept-Language");
  return response;
}

SetupPage page_for(const http::Request& request) {
  SetupPage page;
  page.language = language_of(request.headers.find("Accept-Language").value_or(""));
  return page;
}

SetupPage::Problem problem_of(const std::string& password, const std::string& again) {
  if (password.size() < kShortest) return SetupPage::Problem::too_short;
  if (password.size() > kLongest) return SetupPage::Problem::too_long;
  return password == again ? SetupPage::Problem::none : SetupPage::Problem::not_equal;
}

IdentityAnswer void_link(SetupPage page) {
  page.state = SetupPage::State::void_link;
  co_return page_response(kGone, page);
}

// Hashes and uses up the link. not_found when it is void.
Async<Result<void>> choose(IdentityMeans& means, const http::Request& request, std::string token,
                           std::string password) {
  auto hash = co_await means.sign_in.hash(std::move(password));
  if (!hash) co_return fail(std::move(hash).error());
  const auto now = std::chrono::system_clock::now();
  const auto changed = co_await means.accounts.setup.use(std::move(token), std::move(*hash), now, actor_of(request));
  if (!changed) co_return fail(changed.error());
  co_await settle(means);
  std::error_code ignored;
  if (changed->principal.user == kFirstAdmin) std::filesystem::remove(means.setup_file, ignored);
  means.log.info("password chosen by a setup link",
                 {{"request_id", request.request_id}, {"concerns", changed->principal.user}});
  co_return Result<void>{};
}

IdentityAnswer finish_for_program(IdentityMeans& means, http::Request& request) {
  VALION_CO_TRY_ASSIGN(auto wanted, co_await read_json<contracts::SetupRequest>(request, kSmallBody));
  const auto user = co_await means.accounts.setup.user_of(wanted.token, std::chrono::system_clock::now());
  if (!user) co_return fail(user.error());
  if (!*user) co_return fail(ErrorKind::not_found, "the setup link is not good (any more); ask for a new one");
  const Result<void> chosen = co_await choose(means, request, std::move(wanted.token), std::move(wanted.password));
  if (!chosen) co_return fail(chosen.error());
  co_return no_content();
}

bool sends_json(const http::Request& request) {
  return request.headers.find("Content-Type").value_or("").starts_with("application/json");
}

}  // namespace

IdentityAnswer show_setup(IdentityMeans& means, http::Request& request) {
  SetupPage page = page_for(request);
  const auto token = request.query.find("token");
  if (token != request.query.end()) page.token = token->second;
  const auto user = co_await means.accounts.setup.user_of(page.token, std::chrono::system_clock::now());
  if (!user) co_return fail(user.error());
  if (!*user) {
    auto response = co_await void_link(std::move(page));
    co_return response;
  }
  page.user = **user;
  co_return page_response(200, page);
}

IdentityAnswer finish_setup(IdentityMeans& means, http::Request& request) {
  if (sends_json(request)) {
    auto response = co_await finish_for_program(means, request);
    co_return response;
  }
  SetupPage page = page_for(request);
  VALION_CO_TRY_ASSIGN(const Form form, co_await read_form(request));
  page.token = field(form, "token");
  const auto user = co_await means.accounts.setup.user_of(page.token, std::chrono::system_clock::now());
  if (!user) co_return fail(user.error());
  if (!*user) {  // before the password is hashed: a stranger cannot make us work
    auto response = co_await void_link(std::move(page));
    co_return response;
  }
  page.user = **user;
  page.problem = problem_of(field(form, "password"), field(form, "again"));
  if (page.problem != SetupPage::Problem::none) co_return page_response(422, page);
  const Result<void> chosen = co_await choose(means, request, page.token, field(form, "password"));
  if (!chosen && chosen.error().kind == ErrorKind::not_found) {  // somebody else was quicker
    auto response = co_await void_link(std::move(page));
    co_return response;
  }
  if (!chosen) co_return fail(chosen.error());
  page.state = SetupPage::State::done;
  co_return page_response(200, page);
}

}  // namespace valion::gateway::handlers
