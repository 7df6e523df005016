#include "platform/trace/span.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "platform/json/node.hpp"
#include "platform/trace/otlp_json.hpp"

namespace valion::trace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const TraceContext kRequest{"4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true};

TEST(Span, HangsBelowWhatBeganIt) {
  const Tracer tracer(TracerSettings{1.0});
  {
    Span request = tracer.begin(kRequest, "1111111111111111", "GET /models/{id}", SpanKind::server);
    Span query = begin(request.parent(), "transaction", SpanKind::client);
    query.set("db.system.name", std::string("sqlite"));
    query.set("rows", std::int64_t{3});
    request.fail("no such model");
  }
  const std::vector<FinishedSpan> spans = tracer.take(10);
  ASSERT_EQ(spans.size(), 2u) << "in the order in which they ended";
  EXPECT_EQ(spans[0].name, "transaction");
  EXPECT_EQ(spans[0].trace_id, kRequest.trace_id);
  EXPECT_EQ(spans[0].parent_span_id, kRequest.span_id);
  EXPECT_EQ(spans[0].span_id.size(), 16u);
  EXPECT_THAT(spans[0].attributes, ElementsAre(Pair("db.system.name", AttributeValue(std::string("sqlite"))),
                                               Pair("rows", AttributeValue(std::int64_t{3}))));
  EXPECT_FALSE(spans[0].failed);
  EXPECT_EQ(spans[1].span_id, kRequest.span_id);
  EXPECT_EQ(spans[1].parent_span_id, "1111111111111111");
  EXPECT_TRUE(spans[1].failed);
  EXPECT_LE(spans[1].began, spans[0].began);
  EXPECT_GE(spans[1].ended, spans[0].ended);
  EXPECT_TRUE(tracer.take(10).empty());
}

TEST(Span, EndsOnceAlsoWhenMoved) {
  const Tracer tracer(TracerSettings{1.0});
  Span span = tracer.begin(kRequest, "", "work", SpanKind::internal);
  Span moved = std::move(span);
  span.end();
  EXPECT_EQ(tracer.waiting(), 0u);
  moved.end();
  moved.end();
  moved = Span();
  EXPECT_EQ(tracer.waiting(), 1u);
}

TEST(Span, RecordsNothingWhenTracingIsOffOrTheTraceWasNotSampled) {
  const Tracer off;
  EXPECT_FALSE(off.begin(kRequest, "", "work", SpanKind::server).recording());
  const Tracer on(TracerSettings{1.0});
  TraceContext unsampled = kRequest;
  unsampled.sampled = false;
  const Span request = on.begin(unsampled, "", "work", SpanKind::server);
  const Span below = begin(request.parent(), "query");
  EXPECT_FALSE(request.recording() || below.recording());
  EXPECT_EQ(on.waiting(), 0u);
}

TEST(Span, MayOutliveItsTracer) {
  auto tracer = std::make_unique<Tracer>(TracerSettings{1.0});
  Span span = tracer->begin(kRequest, "", "work", SpanKind::internal);
  tracer.reset();
  span.end();
}

TEST(Tracer, DropsAndCountsWhatDoesNotFitIntoItsQueue) {
  const Tracer tracer(TracerSettings{1.0, 2});
  for (int i = 0; i < 5; ++i) tracer.begin(kRequest, "", "work", SpanKind::internal).end();
  EXPECT_EQ(tracer.waiting(), 2u);
  EXPECT_EQ(tracer.dropped(), 3u);
  EXPECT_EQ(tracer.take(1).size(), 1u);
}

TEST(Tracer, SamplesTheTracesThatBeginHereByTheirId) {
  const Tracer quarter(TracerSettings{0.25});
  EXPECT_TRUE(quarter.samples("fffffffffffffffffff3ffffffffffff"));
  EXPECT_FALSE(quarter.samples("00000000000000000004000000000000"));
  EXPECT_FALSE(Tracer(TracerSettings{0}).samples("00000000000000000000000000000001"));
  EXPECT_TRUE(Tracer(TracerSettings{1}).samples("ffffffffffffffffffffffffffffffff"));
  int sampled = 0;
  for (int i = 0; i < 4000; ++i) sampled += quarter.samples(new_trace_id()) ? 1 : 0;
  EXPECT_NEAR(sampled, 1000, 160) << "within six standard deviations of a quarter";
}

TEST(OtlpJson, IsWhatTheProtocolWants) {
  FinishedSpan span;
  span.trace_id = kRequest.trace_id;
  span.span_id = kRequest.span_id;
  span.name = "GET /a\"b";
  span.kind = SpanKind::server;
  span.began = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  span.ended = span.began + std::chrono::milliseconds(2);
  span.attributes = {{"text", std::string("x")}, {"count", std::int64_t{-7}}, {"share", 0.5}, {"good", true}};
  span.failed = true;
  span.failure = "broken";
  EXPECT_EQ(to_otlp_json({"ml_service", "ml_service-1", "1.0.0"}, {span}),
            R"({"resourceSpans":[{"resource":{"attributes":[)"
            R"({"key":"service.name","value":{"stringValue":"ml_service"}},)"
            R"({"key":"service.instance.id","value":{"stringValue":"ml_service-1"}},)"
            R"({"key":"service.version","value":{"stringValue":"1.0.0"}}]},)"
            R"("scopeSpans":[{"scope":{"name":"valion","version":"1.0.0"},"spans":[{)"
            R"("traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","name":"GET /a\"b","kind":2,)"
            R"("startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000002000000","attributes":[)"
            R"({"key":"text","value":{"stringValue":"x"}},{"key":"count","value":{"intValue":"-7"}},)"
            R"({"key":"share","value":{"doubleValue":0.5}},{"key":"good","value":{"boolValue":true}}],)"
            R"("status":{"code":2,"message":"broken"}}]}]}]})");
}

TEST(OtlpJson, StaysJsonWhateverTheSpansSay) {
  FinishedSpan span;
  span.name = "\xff\n\x01";
  span.attributes = {{"", std::nan("")}};
  EXPECT_TRUE(json::Document::parse(to_otlp_json({}, {span, span})));
  EXPECT_TRUE(json::Document::parse(to_otlp_json({}, {})));
}

}  // namespace
}  // namespace valion::trace
