#include "app/orchestrator/metrics_endpoint.hpp"

#include "app/orchestrator/exposition.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;

http::ClientRequest scrape(const std::string& address) {
  const auto colon = address.rfind(':');
  http::ClientRequest request;
  request.host = address.substr(7, colon - 7);  // after `http://`
  request.port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
  request.target = "/metrics";
  request.timeout = 2s;
  return request;
}

Async<http::Response> serve(http::Request& request, const Result<http::Router::Match>& match) {
  if (!match) co_return http::problem_response(match.error(), request);
  Result<http::Response> answer = co_await (*match->handler)(request);
  co_return answer ? std::move(*answer) : http::problem_response(answer.error(), request);
}

}  // namespace

MetricsEndpoint::MetricsEndpoint(Executor executor, const Settings& settings, Addresses addresses)
    : client_(executor), addresses_(std::move(addresses)) {
  router_.add(http::Method::get, "/metrics", [this](http::Request&) { return answer(); });
  http::ServerSettings server;
  server.address = settings.address;
  server.port = settings.metrics_port;
  server_ = std::make_unique<http::Server>(executor, server, router_, serve);
}

Async<Result<http::Response>> MetricsEndpoint::answer() {
  std::vector<std::string> texts;
  for (const std::string& address : addresses_()) {
    auto text = co_await http::fetch(client_, scrape(address));
    if (text) texts.push_back(std::move(text->body));  // a service that is down has no metrics; Prometheus sees the gap
  }
  co_return http::text_response(200, "text/plain; version=0.0.4; charset=utf-8", join_expositions(texts));
}

Async<void> MetricsEndpoint::stop() { co_await server_->drain(1s); }

}  // namespace valion::app
