#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "domain/model/synthetic_market.hpp"
#include "domain/model/valuation.hpp"
#include "platform/json/described.hpp"
#include "platform/objects/object_store.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"
#include "services/ml_service/answers.hpp"
#include "services/ml_service/model_cache.hpp"
#include "services/ml_service/model_catalogue.hpp"
#include "services/ml_service/model_codec.hpp"
#include "services/ml_service/requests.hpp"

namespace valion::ml {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

contracts::TrainingRequest market_request(std::vector<std::string> models) {
  contracts::TrainingRequest request;
  request.name = "a small market";
  request.version = sha256("sales");
  request.target = "price";
  request.currency = "USD";
  request.area_unit = "m2";
  request.features = {{"area", "log"}, {"age"}, {"finish"}, {"lot", "sqrt"}};
  request.location = contracts::NeighbourSpec{"longitude", "latitude", {5, 15}};
  request.split = {"sale_date", *Date::parse("1997-01-01"), *Date::parse("1997-12-31"), *Date::parse("1998-01-01"),
                   1000.0};
  request.models = std::move(models);
  request.benchmark = "assessed";
  request.identifier = "id";
  request.folds = 2;
  return request;
}

StoredModel train_market(std::vector<std::string> models) {
  StoredModel stored{market_request(std::move(models)), "xgboost 1.7.4, 1 thread", {}};
  model::TrainingOptions options;
  options.threads = 1;
  auto outcome = model::train(model::testing::make_market({.sales = 500, .noise = 0.1, .seed = 7}),
                              *to_spec(stored.request), options);
  if (!outcome) throw std::runtime_error(outcome.error().message);
  stored.trained = std::move(outcome->model);
  return stored;
}

const StoredModel& boosted() {
  static const StoredModel stored = train_market({"xgboost"});
  return stored;
}
const StoredModel& linear() {
  static const StoredModel stored = train_market({"ols", "elastic_net"});
  return stored;
}

contracts::Valuation value_house(const StoredModel& stored) {
  contracts::ValuationRequest request;
  request.label = "12 Oak Street";
  request.date = *Date::parse("1998-06-30");
  request.subject = {
      {"area", 140.0}, {"age", 12.0}, {"finish", std::string("fine")}, {"longitude", -83.5}, {"latitude", 41.7}};
  const auto value = model::value_property(stored.trained, request.subject, request.date, 4);
  if (!value) throw std::runtime_error(value.error().message);
  return to_valuation(sha256("model"), stored, request, *value);
}

TEST(ModelCodec, a_model_read_back_is_the_same_model) {
  for (const auto* stored : {&boosted(), &linear()}) {
    const auto bytes = encode_model(*stored);
    const auto read = decode_model(bytes);
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(encode_model(*read), bytes);
    EXPECT_EQ(json::encode(value_house(*read)), json::encode(value_house(*stored)));
    EXPECT_EQ(json::encode(to_record(sha256(bytes), *read, {0, 0}, 0, "")),
              json::encode(to_record(sha256(bytes), *stored, {0, 0}, 0, "")));
    EXPECT_EQ(read->trained.test_rows.estimate, stored->trained.test_rows.estimate);
  }
}

TEST(ModelCodec, equal_data_request_and_seed_give_equal_bytes) {
  EXPECT_EQ(sha256(encode_model(train_market({"xgboost"}))), sha256(encode_model(boosted())));
}

TEST(ModelCodec, refuses_a_newer_format_by_its_number) {
  auto bytes = encode_model(linear());
  const std::string beginning = "valion.model.1\n";
  const auto at = bytes.find(beginning);
  ASSERT_NE(at, std::string::npos);
  bytes[at + beginning.size() - 2] = '4';
  const auto newer = decode_model(bytes);
  EXPECT_EQ(newer.error().kind, ErrorKind::conflict);
  EXPECT_THAT(newer.error().message, HasSubstr("format 4"));
  EXPECT_THAT(newer.error().message, HasSubstr("up to 1"));
}

TEST(ModelCodec, refuses_damaged_bytes_without_crashing) {
  const auto bytes = encode_model(linear());
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{10}, std::size_t{40}, bytes.size() / 2, bytes.size() - 1}) {
    EXPECT_FALSE(decode_model(std::string_view(bytes).substr(0, length)).has_value()) << length;
  }
  EXPECT_FALSE(decode_model(bytes + "x").has_value());
  EXPECT_FALSE(decode_model("valion.model.0\n").has_value());
  // Every byte of the head, and a sample of the rest: never a crash, whatever becomes of it.
  for (std::size_t at = 0; at < bytes.size(); at += at < 400 ? 1 : 997) {
    auto damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x81);
    const auto read = decode_model(damaged);
    if (read) (void)encode_model(*read);
  }
}

TEST(Requests, everything_wrong_with_a_training_request_is_told_at_once) {
  auto request = market_request({"ols", "prophet"});
  request.features[0].transform = "cube";
  request.features.push_back({"assessed"});
  request.features.push_back({"rooms"});
  request.location->neighbours = {5, -1};
  request.folds = 21;
  const auto checked =
      check_request(request, model::schema_of(model::testing::make_market({.sales = 3, .noise = 0, .seed = 1})));
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().kind, ErrorKind::invalid);
  std::map<std::string, std::string> found;
  for (const auto& violation : checked.error().violations) found[violation.pointer] = violation.message;
  EXPECT_THAT(found.at("/features/4/column"), HasSubstr("leak"));
  EXPECT_THAT(found.at("/features/5/column"), HasSubstr("no column «rooms»"));
  std::vector<std::string> pointers;
  for (const auto& [pointer, message] : found) pointers.push_back(pointer);
  EXPECT_THAT(pointers, ElementsAre("/features/0/transform", "/features/4/column", "/features/5/column", "/folds",
                                    "/location/neighbours/1", "/models/1"));
}

TEST(Requests, columns_come_with_the_types_of_their_version) {
  contracts::DatasetVersion version;
  version.columns = {{"price", "number", "USD", 0}, {"finish", "text", "", 0}, {"sale_date", "date", "", 0}};
  const auto schema = to_schema(version);
  ASSERT_TRUE(schema.has_value());
  EXPECT_EQ((*schema)[0].unit, "USD");
  EXPECT_EQ((*schema)[2].type, dataset::ColumnType::date);
  version.columns.push_back({"shape", "polygon", "", 0});
  EXPECT_EQ(to_schema(version).error().kind, ErrorKind::bad_gateway);
}

TEST(Answers, an_explanation_in_the_answer_adds_up) {
  const auto valuation = value_house(boosted());
  double sum = valuation.base_value, product = std::exp(valuation.base_value);
  for (const auto& c : valuation.contributions) {
    sum += c.contribution;
    product *= c.factor;
  }
  EXPECT_NEAR(sum, valuation.eta, 1e-9);
  EXPECT_NEAR(product / valuation.value, 1, 1e-9);
  EXPECT_EQ(valuation.comparables.size(), 4U);
  EXPECT_THAT(valuation.warnings, ElementsAre("lot is not known"));
}

TEST(Answers, a_record_is_readable_as_what_it_is) {
  const auto record = to_record(sha256("m"), linear(), {0.1, 0.2}, 1.5, "2026-11-24T08:26:40.123Z");
  const auto read = json::decode<contracts::ModelRecord>(json::encode(record));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->candidates[1].seconds, 0.2);
  EXPECT_EQ(read->test.n, record.test.n);
  EXPECT_NEAR(read->benchmark->median_ratio, 0.8, 0.01);
  EXPECT_EQ(json::encode(*read), json::encode(record));
}

TEST(ModelCache, keeps_the_most_recently_used_within_both_bounds) {
  ModelCache cache(3, 100);
  const auto model = std::make_shared<const StoredModel>();
  const Hash a = sha256("a"), b = sha256("b"), c = sha256("c"), d = sha256("d");
  for (const auto& hash : {a, b, c}) cache.add(hash, model, 10);
  EXPECT_NE(cache.find(a), nullptr);
  cache.add(d, model, 10);
  EXPECT_EQ(cache.find(b), nullptr);  // the least recently used
  EXPECT_NE(cache.find(a), nullptr);
  cache.add(b, model, 95);  // as large as nearly all: the others make room
  EXPECT_NE(cache.find(b), nullptr);
  EXPECT_EQ(cache.models(), 1U);
  EXPECT_EQ(cache.bytes(), 95U);
}

class Catalogue : public ::testing::TestWithParam<testing::Engine> {
 protected:
  template <class T>
  T wait_for(Async<T> work) {
    return loop_.run(std::move(work));
  }

  testing::TestDatabase place_{GetParam()};
  testing::TestLoop loop_;
  sql::Database database_{place_.url()};
  ModelCatalogue catalogue_{database_};
};

INSTANTIATE_TEST_SUITE_P(Engines, Catalogue, ::testing::Values(testing::Engine::sqlite, testing::Engine::postgresql),
                         testing::name_of_case);

TEST_P(Catalogue, a_tenant_sees_its_own_models_only_newest_first) {
  const Hash first = sha256("first"), second = sha256("second");
  ASSERT_TRUE(catalogue_.add_model_blocking("north", first, "2026-01-01T00:00:00.000Z", R"({"n":1})").has_value());
  ASSERT_TRUE(catalogue_.add_model_blocking("north", second, "2026-01-02T00:00:00.000Z", R"({"n":2})").has_value());
  EXPECT_EQ(*wait_for(catalogue_.find_model("north", first)), R"({"n":1})");
  EXPECT_THAT(*wait_for(catalogue_.list_models("north", 10)), ElementsAre(R"({"n":2})", R"({"n":1})"));
  const auto elsewhere = wait_for(catalogue_.find_model("south", first));
  ASSERT_FALSE(elsewhere.has_value());
  EXPECT_EQ(elsewhere.error().kind, ErrorKind::not_found);
}

TEST_P(Catalogue, what_a_newer_program_stored_is_refused_by_its_number) {
  const Hash hash = sha256("valuation");
  const auto kept = wait_for(catalogue_.add_valuation("north", hash, "2026-01-01T00:00:00.000Z", R"({"format":7})"));
  EXPECT_EQ(kept.error().kind, ErrorKind::conflict);
  ASSERT_TRUE(database_.transact([&](soci::session& session) {
    for (const char* table :
         {"ml_valuations (tenant, valuation, created_at, body)", "ml_models (tenant, model, created_at, record)"}) {
      const std::string text = hash.text();
      session << "insert into " + std::string(table) + " values ('north', :hash, 'now', '{\"format\":7}')",
          soci::use(text);
    }
    return true;
  }));
  for (const auto& found :
       {wait_for(catalogue_.find_valuation("north", hash)), wait_for(catalogue_.find_model("north", hash))}) {
    EXPECT_EQ(found.error().kind, ErrorKind::conflict);
    EXPECT_THAT(found.error().message, HasSubstr("format 7"));
    EXPECT_THAT(found.error().message, HasSubstr("up to 1"));
  }
}

TEST_P(Catalogue, what_is_stored_stays_as_it_was_first) {
  const Hash hash = sha256("valuation");
  ASSERT_TRUE(wait_for(catalogue_.add_valuation("north", hash, "2026-01-01T00:00:00.000Z", R"({"n":1})")).has_value());
  EXPECT_EQ(*wait_for(catalogue_.add_valuation("north", hash, "2026-01-02T00:00:00.000Z", R"({"n":2})")), R"({"n":1})");
  EXPECT_EQ(*wait_for(catalogue_.find_valuation("north", hash)), R"({"n":1})");
  EXPECT_EQ(wait_for(catalogue_.find_valuation("south", hash)).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace valion::ml
