// What people send by mistake or on purpose: each time a problem document that says what, where and what to do; nothing is
// half-stored, and the service is still up afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "contracts/data.hpp"
#include "functional/running_system.hpp"
#include "platform/json/described.hpp"
#include "services/api_gateway/identity/test_tokens.hpp"

namespace valion::functional {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kOptions =
    R"({"name":"sales","target":"price","columns":[{"name":"price","type":"number","required":true}]})";

// An endless body, sent in chunks until the other side has had enough.
class EndlessRows final : public http::BodyReader {
 public:
  explicit EndlessRows(std::string head) : next_(std::move(head)) {}
  Async<Result<std::string>> read_some() override {
    std::string piece = std::move(next_);
    next_.assign(1 << 16, 'x');
    sent += piece.size();
    co_return piece;
  }
  std::uint64_t sent = 0;

 private:
  std::string next_;
};

std::size_t files_below(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    count += entry.is_regular_file() ? 1 : 0;
  return count;
}

class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::map<std::string, std::string> environment{{"VALION_UPLOAD_LIMIT", "8000000"}};
    system_ = std::make_unique<RunningSystem>(std::vector<std::string>{}, environment);
  }
  static void TearDownTestSuite() { system_.reset(); }

  void SetUp() override { stored_before_ = stored(); }
  void TearDown() override {
    EXPECT_EQ(stored(), stored_before_) << "something was half-stored";
    EXPECT_EQ(system_->get("/api/v1/data/versions/" + std::string(64, '0')).status, 404)
        << "data_processing is not well";
  }
  static std::size_t stored() { return files_below(system_->home() / "services" / "data_processing" / "objects"); }

  static void expect_problem(const Answer& answer, int status, const std::string& words) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_THAT(answer.content_type, StartsWith("application/problem+json"));
    EXPECT_THAT(answer.body, HasSubstr(words));
    EXPECT_THAT(answer.body, HasSubstr("\"trace_id\""));
  }

  static inline std::unique_ptr<RunningSystem> system_;
  std::size_t stored_before_ = 0;
};

TEST_F(BadInput, AFileThatIsNotCsv) {
  constexpr char kProgram[] =
      "\x7F"
      "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0>\0\1\0\0\0";
  const Answer answer = system_->upload(std::string(kProgram, sizeof kProgram - 1), kOptions, "program.csv");
  expect_problem(answer, 400, "CSV");
}

TEST_F(BadInput, AnEmptyFile) {
  const Answer answer = system_->upload("", kOptions);
  EXPECT_THAT(answer.status, AnyOf(400, 422));
  expect_problem(answer, answer.status, "empty");
}

TEST_F(BadInput, OnlyAHeader) { expect_problem(system_->upload("area,price\n", kOptions), 422, "row"); }

TEST_F(BadInput, AMissingTargetColumn) {
  expect_problem(system_->upload("area,value\n1,2\n3,4\n", kOptions), 422, "price");
}

TEST_F(BadInput, TextInANumberColumnIsNamedByRowAndColumn) {
  const Answer answer = system_->upload("area,price\n50,100\n60,much\n70,n.d.\n", kOptions);
  expect_problem(answer, 422, "\"row\":2");
  EXPECT_THAT(answer.body, HasSubstr("\"row\":3"));
  EXPECT_THAT(answer.body, HasSubstr("\"column\":\"price\""));
  EXPECT_THAT(answer.body, HasSubstr("much"));
}

TEST_F(BadInput, NotANumberAndInfinity) {
  const Answer answer = system_->upload("area,price\n50,NaN\n60,Inf\n70,-inf\n80,4\n", kOptions);
  expect_problem(answer, 422, "\"row\":1");
  EXPECT_THAT(answer.body, HasSubstr("\"errors_total\":3"));
}

TEST_F(BadInput, RaggedRows) {
  const Answer answer = system_->upload("area,price\n50,100\n60\n70,100,5\n", kOptions);
  expect_problem(answer, 422, "\"row\":2");
  EXPECT_THAT(answer.body, HasSubstr("\"row\":3"));
}

TEST_F(BadInput, MoreThanTheLimitByContentLength) {
  Call call{.method = http::Method::post, .target = "/api/v1/data/datasets"};
  call.headers["Content-Type"] = "multipart/form-data; boundary=b";
  const auto endless = std::make_shared<EndlessRows>("--b\r\n");
  call.body = std::shared_ptr<http::BodyReader>(endless);
  call.content_length = 300'000'000;
  const Answer answer = system_->call(call);
  expect_problem(answer, 413, "limit");
  EXPECT_LT(endless->sent, 20'000'000u);
}

TEST_F(BadInput, MoreThanTheLimitInChunksWithoutEnd) {
  Call call{.method = http::Method::post, .target = "/api/v1/data/datasets"};
  call.headers["Content-Type"] = "multipart/form-data; boundary=b";
  const auto endless = std::make_shared<EndlessRows>(
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\narea,price\n");
  call.body = std::shared_ptr<http::BodyReader>(endless);
  expect_problem(system_->call(call), 413, "limit");
}

TEST_F(BadInput, NotAForm) {
  Call call{.method = http::Method::post, .target = "/api/v1/data/datasets", .headers = {{"Content-Type", "text/csv"}}};
  call.body = std::string("area,price\n1,2\n");
  expect_problem(system_->call(call), 415, "multipart/form-data");
}

TEST_F(BadInput, NotJson) {
  expect_problem(system_->post("/api/v1/ml/models", "{\"name\":"), 400, "JSON");
  Call call{.method = http::Method::post, .target = "/api/v1/ml/models", .headers = {{"Content-Type", "text/plain"}}};
  call.body = std::string("{}");
  expect_problem(system_->call(call), 415, "application/json");
}

TEST_F(BadInput, AnIncompleteRequestNamesEveryMissingMember) {
  const Answer answer = system_->post("/api/v1/ml/models", R"({"name":"a","colour":"red"})");
  expect_problem(answer, 422, "/target");
  EXPECT_THAT(answer.body, HasSubstr("/split"));
  EXPECT_THAT(answer.body, HasSubstr("/colour"));
}

TEST_F(BadInput, NoToken) { expect_problem(system_->call({.target = "/api/v1/ml/models", .token = ""}), 401, "token"); }

TEST_F(BadInput, AnInvalidToken) {
  expect_problem(system_->call({.target = "/api/v1/ml/models", .token = "eyJhbGciOiJub25lIn0.e30."}), 401, "token");
  expect_problem(system_->call({.target = "/api/v1/ml/models", .token = "garbage"}), 401, "token");
}

TEST_F(BadInput, AnExpiredToken) {
  const std::string token =
      valion::testing::signed_token(system_->home(), Principal{"default", "cli", {"admin"}}, std::chrono::hours(1));
  const Answer answer = system_->call({.target = "/api/v1/ml/models", .token = token});
  expect_problem(answer, 401, "expired");
  EXPECT_THAT(answer.headers.at("www-authenticate"), HasSubstr("invalid_token"));
}

TEST_F(BadInput, APathWithDots) {
  expect_problem(system_->get("/api/v1/data/../../secrets/gateway.key"), 400, "path");
  expect_problem(system_->get("/api/v1/data/%2e%2e/secrets"), 400, "path");
}

TEST_F(BadInput, AnotherTenantsDataIsNotThere) {
  const Answer mine = system_->upload("area,price\n50,100\n60,120\n70,140\n", kOptions);
  ASSERT_EQ(mine.status, 201) << mine.body;
  const auto version = json::decode<contracts::DatasetVersion>(mine.body, json::Unknown::ignored);
  ASSERT_TRUE(version);
  const std::string token = valion::testing::signed_token(system_->home(), Principal{"stranger", "eve", {"admin"}});
  for (const char* part : {"", "/profile", "/arrow", "/cleaning"}) {
    expect_problem(system_->call({.target = "/api/v1/data/versions/" + version->version.text() + part, .token = token}),
                   404, "");
  }
  stored_before_ = stored();
}

TEST_F(BadInput, ByteOrderMarkWindowsLineEndsAndAnyDelimiterAreNoErrors) {
  for (const std::string delimiter : {",", ";", "\t", "|"}) {
    const std::string csv =
        "\xEF\xBB\xBF"
        "area" +
        delimiter + "price\r\n50" + delimiter + "100.5\r\n60" + delimiter + "120\r\n";
    const Answer answer = system_->upload(csv, kOptions);
    EXPECT_EQ(answer.status, 201) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("\"rows\":2"));
  }
  stored_before_ = stored();
}

}  // namespace
}  // namespace valion::functional
