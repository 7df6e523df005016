#include "platform/service/trace_export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "platform/http/server.hpp"
#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"

namespace valion {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A collector that answers as the test wants, and the export that sends to it.
class TraceExportTest : public ::testing::Test {
 protected:
  TraceExportTest() {
    router_.add(http::Method::post, "/v1/traces", [this](http::Request& request) { return take(request); });
    const auto around = [](http::Request& request, const Result<http::Router::Match>& match) {
      return respond(request, match);
    };
    server_.emplace(loop_.executor(), http::ServerSettings{}, router_, around);
    server_->start();
    export_.emplace(tracer_, trace::Resource{"ml_service", "ml-1", "1.0"},
                    trace::CollectorUrl{"127.0.0.1", server_->port(), "/v1/traces"}, client_, metrics_, log_);
  }
  void record(const std::string& name) {
    tracer_.begin({std::string(32, 'a'), std::string(16, 'b'), true}, "", name, trace::SpanKind::server).end();
  }
  [[nodiscard]] bool shows(const std::string& line) const {
    return metrics_.text().find("\n" + line + "\n") != std::string::npos;
  }
  [[nodiscard]] log::LogSettings log_settings() const {
    log::LogSettings made;
    made.file = folder_.path() / "log";
    return made;
  }

  testing::TemporaryFolder folder_;
  testing::TestLoop loop_;
  log::Logger log_{log_settings()};
  metrics::Registry metrics_{metrics::Labels{}};
  http::Client client_{loop_.executor()};
  trace::Tracer tracer_{trace::TracerSettings{1.0, 600}};
  http::Router router_;
  std::optional<http::Server> server_;
  std::optional<TraceExport> export_;
  std::vector<std::string> received_;
  std::vector<int> answers_;  // the next ones; afterwards 200

 private:
  static Async<http::Response> respond(http::Request& request, const Result<http::Router::Match>& match) {
    auto response = co_await (*match->handler)(request);
    co_return response ? std::move(*response) : http::problem_response(response.error(), request);
  }
  Async<Result<http::Response>> take(http::Request& request) {
    auto body = co_await http::read_all(*request.body, 1 << 20);
    received_.push_back(body.value_or(""));
    int status = 200;
    if (!answers_.empty()) {
      status = answers_.front();
      answers_.erase(answers_.begin());
    }
    co_return http::json_response(status, "{}");
  }
};

TEST_F(TraceExportTest, SendsWhatHasEnded) {
  export_->start(loop_.executor());
  record("first");
  record("second");
  loop_.run_until([&] { return !received_.empty(); });
  EXPECT_THAT(received_[0], AllOf(HasSubstr("\"first\""), HasSubstr("\"second\""), HasSubstr("ml_service")));
  loop_.run_until([&] { return shows("trace_spans_exported_total 2"); });
}

TEST_F(TraceExportTest, SendsTheLastOnesWhenTheProcessEnds) {
  export_->start(loop_.executor());
  record("last");
  loop_.run(export_->finish());
  EXPECT_THAT(received_, SizeIs(1));
  EXPECT_TRUE(shows("trace_spans_exported_total 1"));
}

TEST_F(TraceExportTest, TriesAgainWhenTheCollectorIsBusy) {
  answers_ = {503, 429};
  export_->start(loop_.executor());
  record("patient");
  loop_.run_until([&] { return shows("trace_spans_exported_total 1"); });
  EXPECT_THAT(received_, SizeIs(3));
  EXPECT_EQ(received_[0], received_[2]);
}

TEST_F(TraceExportTest, GivesUpWhatTheCollectorRefuses) {
  answers_ = {400};
  record("odd");
  loop_.run(export_->finish());
  EXPECT_THAT(received_, SizeIs(1));
  EXPECT_TRUE(shows(R"(trace_spans_dropped_total{reason="collector"} 1)"));
}

TEST_F(TraceExportTest, CountsWhatIsLostAndWaitsForNobody) {
  server_.reset();
  for (int i = 0; i < 1000; ++i) record("one of many");
  EXPECT_EQ(tracer_.waiting(), 600u);
  loop_.run(export_->finish());
  EXPECT_TRUE(shows(R"(trace_spans_dropped_total{reason="queue_full"} 400)"));
  EXPECT_TRUE(shows(R"(trace_spans_dropped_total{reason="collector"} 600)"));
}

}  // namespace
}  // namespace valion
