// One evaluation through a whole system, a training job and a valuation, as the spans that a collector receives: a small HTTP
// server here that takes OTLP/HTTP JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/describe.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "contracts/data.hpp"
#include "contracts/ml.hpp"
#include "contracts/platform.hpp"
#include "functional/running_system.hpp"
#include "functional/small_market.hpp"
#include "platform/http/loopback.hpp"
#include "platform/http/server.hpp"
#include "platform/json/described.hpp"

namespace valion::functional {

struct OtlpValue {
  std::optional<std::string> stringValue, intValue;
};
BOOST_DESCRIBE_STRUCT(OtlpValue, (), (stringValue, intValue))
struct OtlpAttribute {
  std::string key;
  OtlpValue value;
};
BOOST_DESCRIBE_STRUCT(OtlpAttribute, (), (key, value))
struct OtlpSpan {
  std::string traceId, spanId;
  std::optional<std::string> parentSpanId;
  std::string name;
  std::int64_t kind = 0;
  std::string startTimeUnixNano, endTimeUnixNano;
  std::optional<std::vector<OtlpAttribute>> attributes;
};
BOOST_DESCRIBE_STRUCT(OtlpSpan, (),
                      (traceId, spanId, parentSpanId, name, kind, startTimeUnixNano, endTimeUnixNano, attributes))
struct OtlpScope {
  std::vector<OtlpSpan> spans;
};
BOOST_DESCRIBE_STRUCT(OtlpScope, (), (spans))
struct OtlpResource {
  std::vector<OtlpAttribute> attributes;
};
BOOST_DESCRIBE_STRUCT(OtlpResource, (), (attributes))
struct OtlpResourceSpans {
  OtlpResource resource;
  std::vector<OtlpScope> scopeSpans;
};
BOOST_DESCRIBE_STRUCT(OtlpResourceSpans, (), (resource, scopeSpans))
struct OtlpExport {
  std::vector<OtlpResourceSpans> resourceSpans;
};
BOOST_DESCRIBE_STRUCT(OtlpExport, (), (resourceSpans))

namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

std::string attribute(const std::vector<OtlpAttribute>& attributes, const std::string& key) {
  for (const OtlpAttribute& each : attributes) {
    if (each.key == key) return each.value.stringValue.value_or(each.value.intValue.value_or(""));
  }
  return "";
}

// A span and who sent it.
struct Seen {
  std::string service;
  OtlpSpan span;
  [[nodiscard]] std::string words() const { return service + ": " + span.name; }
  [[nodiscard]] std::string is(const std::string& key) const {
    return attribute(span.attributes.value_or(std::vector<OtlpAttribute>()), key);
  }
};

class Collector {
 public:
  Collector() {
    router_.add(http::Method::post, "/otlp/v1/traces", [this](http::Request& request) { return take(request); });
    const auto around = [](http::Request& request, const Result<http::Router::Match>& match) {
      return answer(request, match);
    };
    server_ = std::make_unique<http::Server>(loop_.executor(), http::ServerSettings{}, router_, around);
    loop_.run<bool>([this]() -> Async<bool> {
      server_->start();
      co_return true;
    });
  }
  ~Collector() { loop_.stop(); }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/otlp"; }
  // Those of one trace, so far.
  [[nodiscard]] std::vector<Seen> of(const std::string& trace_id) const {
    const std::lock_guard lock(mutex_);
    std::vector<Seen> found;
    for (const Seen& each : seen_) {
      if (each.span.traceId == trace_id) found.push_back(each);
    }
    return found;
  }
  [[nodiscard]] std::size_t spans() const {
    const std::lock_guard lock(mutex_);
    return seen_.size();
  }
  [[nodiscard]] std::vector<std::string> complaints() const {
    const std::lock_guard lock(mutex_);
    return complaints_;
  }

 private:
  static Async<http::Response> answer(http::Request& request, const Result<http::Router::Match>& match) {
    if (!match) co_return http::problem_response(match.error(), request);
    auto response = co_await (*match->handler)(request);
    co_return response ? std::move(*response) : http::problem_response(response.error(), request);
  }
  Async<Result<http::Response>> take(http::Request& request) {
    const std::string type(request.headers.find("Content-Type").value_or(""));
    auto body = co_await http::read_all(*request.body, 16 << 20);
    if (!body) co_return fail(std::move(body).error());
    const auto sent = json::decode<OtlpExport>(*body, json::Unknown::ignored);
    const std::lock_guard lock(mutex_);
    if (!sent || type != "application/json") complaints_.push_back(type + " " + *body);
    if (sent) keep(*sent);
    co_return http::json_response(200, "{}");
  }
  void keep(const OtlpExport& sent) {
    for (const OtlpResourceSpans& from : sent.resourceSpans) {
      const std::string service = attribute(from.resource.attributes, "service.name");
      for (const OtlpScope& scope : from.scopeSpans) {
        for (const OtlpSpan& span : scope.spans) seen_.push_back({service, span});
      }
    }
  }

  http::loopback::Loop loop_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
  std::vector<std::string> complaints_;
};

// The spans of one trace, as a tree.
class Tree {
 public:
  explicit Tree(std::vector<Seen> spans) : spans_(std::move(spans)) {
    for (const Seen& each : spans_) by_id_.emplace(each.span.spanId, &each);
  }
  [[nodiscard]] std::vector<std::string> roots() const {
    std::vector<std::string> found;
    for (const Seen& each : spans_) {
      if (!each.span.parentSpanId) found.push_back(each.words());
    }
    return found;
  }
  // Spans that name a parent nobody sent.
  [[nodiscard]] std::vector<std::string> orphans() const {
    std::vector<std::string> found;
    for (const Seen& each : spans_) {
      if (each.span.parentSpanId && !by_id_.contains(*each.span.parentSpanId)) found.push_back(each.words());
    }
    return found;
  }
  // «api_gateway: POST /x > api_gateway: POST ml_service > …», from the root down to each span.
  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> found;
    for (const Seen& each : spans_) {
      std::string path = each.words();
      const Seen* at = &each;
      while (at->span.parentSpanId && by_id_.contains(*at->span.parentSpanId)) {
        at = by_id_.at(*at->span.parentSpanId);
        path = at->words() + " > " + path;
      }
      found.push_back(path);
    }
    return found;
  }
  [[nodiscard]] const std::vector<Seen>& spans() const { return spans_; }

 private:
  std::vector<Seen> spans_;
  std::map<std::string, const Seen*> by_id_;
};

std::string training_of(const Hash& version) {
  contracts::TrainingRequest request;
  request.name = "a small market";
  request.version = version;
  request.target = "price";
  request.currency = "USD";
  request.area_unit = "m2";
  request.features = {{"area", "log"}, {"rooms", "none"}};
  request.split = {"date", *Date::parse("2016-01-01"), *Date::parse("2017-12-31"), *Date::parse("2018-01-01"),
                   std::nullopt};
  request.models = {"ols"};
  request.folds = 2;
  return json::encode(request);
}

class Traces : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    collector_ = new Collector;
    system_ = new RunningSystem({}, {{"VALION_TRACE_ENDPOINT", collector_->url()}, {"VALION_TRACE_SAMPLE", "1"}});
    const Answer uploaded = system_->upload(small_market_sales(), R"({"name":"sales","target":"price"})");
    const auto version = json::decode<contracts::DatasetVersion>(uploaded.body, json::Unknown::ignored);
    ASSERT_TRUE(version) << uploaded.body;
    version_ = version->version;
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(system_->stop(), 0);
    EXPECT_THAT(collector_->complaints(), IsEmpty());
    delete system_;
    delete collector_;
  }
  static Answer post(const std::string& target, const std::string& json, std::map<std::string, std::string> headers) {
    headers["Content-Type"] = "application/json";
    return system_->call({.method = http::Method::post, .target = target, .headers = std::move(headers), .body = json});
  }
  // The line of `service`'s log about the request of that id.
  static std::string logged(const std::string& service, const std::string& request_id) {
    std::istringstream lines(slurp(system_->home() / "logs" / (service + ".log")));
    for (std::string line; std::getline(lines, line);) {
      if (line.find(request_id) != std::string::npos) return line;
    }
    return "";
  }
  static std::string trace_id_in(const std::string& line) {
    const std::string mark = R"("trace_id":")";
    const auto at = line.find(mark);
    return at == std::string::npos ? "" : line.substr(at + mark.size(), 32);
  }

  static inline Collector* collector_ = nullptr;
  static inline RunningSystem* system_ = nullptr;
  static inline Hash version_;
};

TEST_F(Traces, ShowOneEvaluationAsOneTree) {
  const std::string id = "trace-test-training";
  const Answer trained =
      post("/api/v1/ml/models", training_of(version_), {{"prefer", "wait=60"}, {"x-request-id", id}});
  ASSERT_EQ(trained.status, 200) << trained.body;
  ASSERT_TRUE(eventually([&] { return !trace_id_in(logged("api_gateway", id)).empty(); }));
  const std::string trace_id = trace_id_in(logged("api_gateway", id));
  const auto complete = [&] {
    const Tree tree(collector_->of(trace_id));
    const auto paths = tree.paths();
    const auto has = [&](const std::string& words) {
      return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) { return path.ends_with(words); });
    };
    return tree.roots().size() == 1 && has("job ml.training") && has("job ml.training > ml_service: sql write");
  };
  EXPECT_TRUE(eventually(complete));
  const Tree tree(collector_->of(trace_id));
  const std::string root = "api_gateway: POST ml-train";
  EXPECT_THAT(tree.roots(), ::testing::ElementsAre(root));
  EXPECT_THAT(tree.orphans(), IsEmpty());
  const std::string handler = root + " > api_gateway: POST ml_service > ml_service: POST /ml/models";
  const std::string job = handler + " > ml_service: submit ml.training > ml_service: job ml.training";
  const std::string shown = "data_processing: GET /data/versions/{version:hash}";
  EXPECT_THAT(tree.paths(),
              IsSupersetOf({root, handler, handler + " > ml_service: GET data_processing > " + shown,
                            handler + " > ml_service: GET data_processing > " + shown + " > data_processing: sql write",
                            handler + " > ml_service: submit ml.training > ml_service: sql write",
                            handler + " > ml_service: submit ml.training > ml_service: EVAL", job,
                            job + " > ml_service: GET data_processing > " + shown + "/arrow",
                            job + " > ml_service: train the model", job + " > ml_service: sql write"}));
  for (const Seen& each : tree.spans()) {
    EXPECT_LE(std::stoll(each.span.startTimeUnixNano), std::stoll(each.span.endTimeUnixNano)) << each.words();
    if (each.span.kind == 2) {
      EXPECT_EQ(each.is("request_id"), id) << each.words();
    }
    if (each.span.name == "EVAL") {
      EXPECT_EQ(each.is("db.system.name"), "redis");
    }
    if (each.span.name == "sql write") {
      EXPECT_EQ(each.is("db.system.name"), "sqlite");
    }
  }
  for (const std::string service : {"api_gateway", "ml_service", "data_processing"}) {
    EXPECT_EQ(trace_id_in(logged(service, id)), trace_id) << service << " logs under the same ids";
  }
}

TEST_F(Traces, GoOnWithTheClientsTrace) {
  const auto job = json::decode<contracts::JobView>(
      post("/api/v1/ml/models", training_of(version_), {{"prefer", "wait=60"}}).body, json::Unknown::ignored);
  ASSERT_TRUE(job && job->result);
  const auto model = json::decode<contracts::ModelRecord>(job->result->text, json::Unknown::ignored);
  ASSERT_TRUE(model);
  const std::string trace_id = "4bf92f3577b34da6a3ce929d0e0e4736", client = "00f067aa0ba902b7";
  const Answer valued = post("/api/v1/ml/models/" + model->model.text() + "/valuations",
                             R"({"label":"a house","date":"2019-12-31","subject":{"area":120,"rooms":4}})",
                             {{"traceparent", "00-" + trace_id + "-" + client + "-01"}});
  ASSERT_EQ(valued.status, 201) << valued.body;
  const auto has = [&](const std::string& words) {
    const auto spans = collector_->of(trace_id);
    return std::any_of(spans.begin(), spans.end(), [&](const Seen& each) { return each.words().starts_with(words); });
  };
  EXPECT_TRUE(eventually([&] { return has("ml_service: POST") && has("api_gateway: POST ml"); }));
  std::vector<Seen> spans = collector_->of(trace_id);
  spans.push_back({"client", OtlpSpan{trace_id, client, {}, "value a house", 3, "0", "0", {}}});
  const Tree tree(spans);
  EXPECT_THAT(tree.orphans(), IsEmpty());
  EXPECT_THAT(tree.roots(), ::testing::ElementsAre("client: value a house"));
  EXPECT_THAT(tree.paths(), Contains(AllOf(HasSubstr("client: value a house > api_gateway: POST"),
                                           HasSubstr("ml_service: value the property"))));
}

TEST_F(Traces, RecordNothingThatTheClientDidNotWantRecorded) {
  const std::string unsampled = "5bf92f3577b34da6a3ce929d0e0e4736", later = "6bf92f3577b34da6a3ce929d0e0e4736";
  const auto look = [](const std::string& trace, const std::string& flag) {
    Call call{.target = "/api/v1/ml/models"};
    call.headers["traceparent"] = "00-" + trace + "-00f067aa0ba902b7-" + flag;
    EXPECT_EQ(system_->call(call).status, 200);
  };
  look(unsampled, "00");
  look(later, "01");
  EXPECT_TRUE(eventually([&] { return collector_->of(later).size() >= 3; })) << "all that came before has come too";
  EXPECT_THAT(collector_->of(unsampled), IsEmpty());
}

}  // namespace
}  // namespace valion::functional
