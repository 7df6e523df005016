// The command line's way to the gateway: blocking calls with a token, answers as contract types.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "contracts/platform.hpp"
#include "platform/config/settings.hpp"
#include "platform/http/message.hpp"
#include "platform/http/multipart.hpp"
#include "platform/json/described.hpp"

namespace valion::app {

// Where the gateway is: `given` (a URL), else what a running orchestrator wrote, else the configured port on loopback.
[[nodiscard]] std::string gateway_url(const Settings& settings, const std::optional<std::string>& given);

struct Credential {
  std::string user;
  std::string password;
};
// VALION_HOME/secrets/cli.json, written by the gateway at its first start and readable by this user only.
[[nodiscard]] Result<Credential> read_credential(const std::filesystem::path& home);

class ApiClient {
 public:
  // `url`: http://host:port. Connects at the first call.
  [[nodiscard]] static Result<ApiClient> create(const std::string& url);
  ~ApiClient();
  ApiClient(ApiClient&&) noexcept;

  Result<void> sign_in(const Credential& credential);
  void use_token(std::string token);

  // `target` starts with `/`. A status of 400 or more is the Error of its problem document. A read that finds the gateway
  // or the service behind it restarting is tried again for a few seconds; a write never is.
  Result<std::string> get(const std::string& target);
  Result<std::string> post(const std::string& target, std::string json);
  // PUT, DELETE and POST alike; `json` empty: no body.
  Result<std::string> send(http::Method method, const std::string& target, std::string json);
  Result<std::string> upload(const std::string& target, const http::FormWriter& form);
  Result<void> download(const std::string& target, const std::filesystem::path& file);
  // The status alone, whatever it is; for smoke tests. `token` empty: none is sent.
  Result<int> status_of_get(const std::string& target, const std::string& token);

  // Waits for an accepted job (its POST's answer) and returns the result document. Failed, cancelled and interrupted jobs
  // are errors with the job's own words.
  using OnProgress = std::function<void(double fraction, const std::string& stage)>;
  Result<std::string> finish_job(const std::string& accepted, const OnProgress& on_progress);

  template <class T>
  Result<T> get_as(const std::string& target) {
    VALION_TRY_ASSIGN(const std::string text, get(target));
    return json::decode<T>(text, json::Unknown::ignored);
  }
  template <class T, class Body>
  Result<T> post_as(const std::string& target, const Body& body) {
    VALION_TRY_ASSIGN(const std::string text, post(target, json::encode(body)));
    return json::decode<T>(text, json::Unknown::ignored);
  }
  template <class T, class Body>
  Result<T> run_job(const std::string& target, const Body& body, const OnProgress& on_progress) {
    VALION_TRY_ASSIGN(const std::string accepted, post(target, json::encode(body)));
    VALION_TRY_ASSIGN(const std::string result, finish_job(accepted, on_progress));
    return json::decode<T>(result, json::Unknown::ignored);
  }

 private:
  struct State;
  explicit ApiClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace valion::app
