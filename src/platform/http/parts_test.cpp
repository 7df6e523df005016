// The parts of HTTP that need no socket: targets, routes, forms, problems.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "platform/http/multipart.hpp"
#include "platform/http/router.hpp"
#include "platform/http/target.hpp"

namespace valion::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

template <class T>
T run(Async<T> work) {
  asio::io_context context{1};
  std::optional<T> answer;
  asio::co_spawn(context.get_executor(), std::move(work), [&](std::exception_ptr failure, T value) {
    if (failure) std::rethrow_exception(failure);
    answer = std::move(value);
  });
  context.run();
  return std::move(*answer);
}

TEST(Target, IsDecodedIntoPathAndQuery) {
  const auto target = parse_target("/a%20b/c?x=1%2B1&y=a+b&flag&x=2");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/c");
  EXPECT_THAT(target->query, ElementsAre(Pair("flag", ""), Pair("x", "2"), Pair("y", "a b")));
  EXPECT_EQ(parse_target("http://host:80/p")->path, "/p");
}

TEST(Target, IsRefusedWhenItCouldWalkOrHide) {
  for (const char* bad : {"", "a", "*", "/..", "/a/../b", "/a/.", "/%2e%2e/b", "/a%2fb", "/a%5cb", "/a%00", "/%", "/%1",
                          "/%g0", "/a\tb"}) {
    EXPECT_FALSE(parse_target(bad)) << bad;
  }
}

TEST(QueryValue, SurvivesEncodingAndDecoding) {
  const std::string text = "location of «São Paulo» & more=1+1 %";
  EXPECT_EQ(parse_target("/x?note=" + encode_query_value(text))->query.at("note"), text);
}

Handler named(std::string name) {
  return [name](Request&) -> Async<Result<Response>> { co_return text_response(200, "text/plain", name); };
}

std::string matched(const Router& router, Method method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  return router.match(request) ? request.route : "";
}

TEST(Router, PrefersTheNarrowerTemplate) {
  Router router;
  for (const char* path : {"/a/{x}", "/a/b", "/a/{n:int}", "/a/{h:hash}", "/files/{path:rest}", "/"})
    router.add(Method::get, path, named(path));
  EXPECT_EQ(matched(router, Method::get, "/a/b"), "/a/b");
  EXPECT_EQ(matched(router, Method::get, "/a/12"), "/a/{n:int}");
  EXPECT_EQ(matched(router, Method::get, "/a/" + std::string(64, 'f')), "/a/{h:hash}");
  EXPECT_EQ(matched(router, Method::get, "/a/other"), "/a/{x}");
  EXPECT_EQ(matched(router, Method::get, "/files/x/y/z"), "/files/{path:rest}");
  EXPECT_EQ(matched(router, Method::head, "/"), "/");
  EXPECT_EQ(matched(router, Method::get, "/a/b/c"), "");
  EXPECT_EQ(matched(router, Method::post, "/a/b"), "");
}

TEST(Router, GivesTheRestWithItsSlashes) {
  Router router;
  router.add(Method::get, "/files/{path:rest}", named("x"));
  Request request;
  request.path = "/files/x/y";
  ASSERT_TRUE(router.match(request));
  EXPECT_EQ(request.parameters.text("path"), "x/y");
}

TEST(Router, RefusesTemplatesThatAreOurMistake) {
  Router router;
  router.add(Method::get, "/a", named("x"));
  for (const char* bad : {"", "a", "/a", "/{x", "/{x:float}"})
    EXPECT_THROW(router.add(Method::get, bad, named("x")), std::invalid_argument) << bad;
}

class FormTest : public testing::Test {
 protected:
  FormTest() {
    std::string name = (std::filesystem::temp_directory_path() / "valion-form-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~FormTest() override { std::filesystem::remove_all(folder_); }

  // Delivered in pieces of `piece` bytes, so that every boundary is cut everywhere.
  class Pieces final : public BodyReader {
   public:
    Pieces(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
    Async<Result<std::string>> read_some() override {
      std::string next = text_.substr(0, piece_);
      text_.erase(0, piece_);
      co_return next;
    }

   private:
    std::string text_;
    std::size_t piece_;
  };

  Result<Form> receive(const std::string& body, std::size_t piece = 7, FormLimits limits = {},
                       const std::string& type = "multipart/form-data; boundary=\"b1\"") {
    Request request;
    request.headers.set("Content-Type", type);
    request.body = std::make_shared<Pieces>(body, piece);
    return run(receive_form(request, folder_ / "incoming", limits));
  }
  std::size_t files_left() const {
    if (!std::filesystem::exists(folder_ / "incoming")) return 0;
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_ / "incoming"), {}));
  }
  static std::string content(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  std::filesystem::path folder_;
};

const std::string kForm =
    "ignored preamble\r\n--b1\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--b\r\nstill\r\n"
    "--b1\r\ncontent-disposition: form-data; name=\"file\"; filename=\"..\\\\dir/a \\\"b\\\".csv\"\r\nContent-Type: "
    "text/csv\r\n\r\n"
    "x,y\r\n1,2\r\n\r\n--b1--\r\nepilogue";

TEST_F(FormTest, IsReadTheSameHoweverItIsCut) {
  for (std::size_t piece = 1; piece <= kForm.size(); ++piece) {
    const auto form = receive(kForm, piece);
    ASSERT_TRUE(form) << piece << ": " << form.error().message;
    EXPECT_THAT(form->fields, ElementsAre(Pair("note", "hello\r\n--b\r\nstill")));
    ASSERT_EQ(form->files.size(), 1u);
    EXPECT_EQ(form->files[0].file_name, "a \"b\".csv");
    EXPECT_EQ(form->files[0].content_type, "text/csv");
    EXPECT_EQ(content(form->files[0].path), "x,y\r\n1,2\r\n");
    std::filesystem::remove(form->files[0].path);
  }
}

TEST_F(FormTest, LeavesNothingBehindWhenItFails) {
  const std::string unfinished = kForm.substr(0, kForm.find("--b1--"));
  EXPECT_EQ(receive(unfinished).error().kind, ErrorKind::malformed);
  EXPECT_EQ(receive(kForm, 7, {.file_bytes = 5}).error().kind, ErrorKind::too_large);
  EXPECT_EQ(receive(kForm, 7, {.field_bytes = 3}).error().kind, ErrorKind::too_large);
  EXPECT_EQ(receive(kForm, 7, {.parts = 1}).error().kind, ErrorKind::too_large);
  EXPECT_EQ(receive("no boundary at all").error().kind, ErrorKind::malformed);
  EXPECT_EQ(receive("").error().kind, ErrorKind::malformed);
  EXPECT_EQ(receive("--b1\r\nX: y\r\n\r\nz\r\n--b1--").error().kind, ErrorKind::malformed);
  EXPECT_EQ(receive(kForm, 7, {}, "text/csv").error().kind, ErrorKind::unsupported_media_type);
  EXPECT_EQ(receive(kForm, 7, {}, "multipart/form-data").error().kind, ErrorKind::unsupported_media_type);
  EXPECT_EQ(files_left(), 0u);
}

std::string file_part(const std::string& name, const std::string& content) {
  return "--b1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n" + content + "\r\n";
}

TEST_F(FormTest, KeepsBinaryContentThatLooksLikeBoundaries) {
  std::mt19937 random(7);
  const std::vector<std::string> shards{
      "\r", "\n", "\r\n", "--", "\r\n--", "\r\n--b", "--b1", "b1--", std::string(1, '\0'), "\xff"};
  for (int round = 0; round < 200; ++round) {
    std::string content;
    while (content.size() < 300) content += shards[random() % shards.size()];
    // The one thing that content may not hold (RFC 2046 section 5.1.1).
    for (auto at = content.find("\r\n--b1"); at != std::string::npos; at = content.find("\r\n--b1")) content[at] = '!';
    const auto form = receive(file_part("x", content) + "--b1--", 1 + random() % 50);
    ASSERT_TRUE(form) << form.error().message;
    ASSERT_EQ(this->content(form->files.at(0).path), content) << round;
    std::filesystem::remove(form->files[0].path);
  }
}

TEST_F(FormTest, KnowsFilesByTheLastPartOfTheirNames) {
  const std::pair<const char*, const char*> names[] = {{"sales.csv", "sales.csv"},
                                                       {R"(C:\data\sales.csv)", "sales.csv"},
                                                       {"../../etc/passwd", "passwd"},
                                                       {"a/", ""},
                                                       {"", ""},
                                                       {R"(say \"hi\".csv)", R"(say "hi".csv)"},
                                                       {"ação.csv", "ação.csv"}};
  for (const auto& [sent, kept] : names) {
    const auto form = receive(file_part(sent, "x") + "--b1--");
    ASSERT_TRUE(form) << form.error().message;
    EXPECT_EQ(form->files.at(0).file_name, kept);
    EXPECT_EQ(form->files[0].path.parent_path(), folder_ / "incoming");
    EXPECT_EQ(std::filesystem::status(form->files[0].path).permissions(), std::filesystem::perms{0600});
  }
}

TEST_F(FormTest, TakesEmptyFilesAndEmptyFormsAndBlanksBehindBoundaries) {
  const auto empty_file = receive(file_part("x", "") + "--b1--");
  ASSERT_TRUE(empty_file) << empty_file.error().message;
  EXPECT_EQ(empty_file->files.at(0).bytes, 0u);
  EXPECT_TRUE(std::filesystem::exists(empty_file->files[0].path));
  const auto nothing = receive("--b1--\r\n");
  ASSERT_TRUE(nothing) << nothing.error().message;
  EXPECT_TRUE(nothing->files.empty() && nothing->fields.empty());
  const auto padded = receive("--b1 \t\r\nContent-Disposition: FORM-DATA;name=a\r\n\r\n1\r\n--b1--  ");
  ASSERT_TRUE(padded) << padded.error().message;
  EXPECT_EQ(padded->fields.at("a"), "1");
}

TEST_F(FormTest, RefusesEndlessHeadsTwinsAndFoldersItCannotWriteTo) {
  EXPECT_EQ(receive("--b1\r\nX: " + std::string(100'000, 'x'), 4096).error().kind, ErrorKind::malformed);
  const std::string field = "--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
  EXPECT_EQ(receive(field + field + "--b1--").error().kind, ErrorKind::malformed);
  EXPECT_EQ(receive(std::string(100'000, 'p'), 4096).error().kind, ErrorKind::malformed) << "an endless preamble";
  EXPECT_EQ(files_left(), 0u);
  std::filesystem::remove_all(folder_ / "incoming");
  std::ofstream(folder_ / "incoming") << "a file where the folder should be";
  EXPECT_EQ(receive(file_part("x", "") + "--b1--").error().kind, ErrorKind::internal);
}

TEST_F(FormTest, WhatTheWriterSendsTheReaderReads) {
  std::ofstream(folder_ / "sales.csv", std::ios::binary) << std::string(200'000, 'x');
  FormWriter writer;
  writer.field("options", R"({"a":1})");
  writer.file("file", folder_ / "sales.csv", "text/csv");
  Request request;
  request.headers.set("Content-Type", writer.content_type());
  request.body = writer.body().value();
  const auto form = run(receive_form(request, folder_ / "incoming"));
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_EQ(form->fields.at("options"), R"({"a":1})");
  EXPECT_EQ(form->files.at(0).bytes, 200'000u);
  FormWriter absent;
  absent.file("file", folder_ / "absent.csv", "text/csv");
  EXPECT_EQ(absent.body().error().kind, ErrorKind::not_found);
}

TEST(Problem, SurvivesTheWayToTheClient) {
  Error error = make_error(ErrorKind::invalid, "two values are wrong");
  error.add({"", "is not a number", 12, "price", "much"});
  error.add({"/split/date", "is required", -1, "", ""});
  Request request;
  request.target = "/data/datasets?x=1";
  request.request_id = "request-1";
  request.trace_id = "t";
  const Response response = problem_response(error, request);
  EXPECT_EQ(response.status, 422);
  const std::string& body = std::get<std::string>(response.body);
  EXPECT_THAT(body, HasSubstr(R"("type":"urn:valion:problem:invalid")"));
  EXPECT_THAT(body, HasSubstr(R"("instance":"/data/datasets")"));
  EXPECT_THAT(body, HasSubstr(R"({"detail":"is not a number","row":12,"column":"price","value":"much"})"));
  const Error back = error_from_response(422, "application/problem+json", body);
  EXPECT_EQ(back.kind, ErrorKind::invalid);
  EXPECT_EQ(back.message, error.message);
  EXPECT_EQ(back.violations[0].row, 12);
  EXPECT_EQ(back.violations[1].pointer, "/split/date");
  EXPECT_EQ(error_from_response(503, "text/html", "<h1>down</h1>").kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace valion::http
