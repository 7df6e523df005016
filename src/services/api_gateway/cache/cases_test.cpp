// Runs the cases of cases/*.txt: what is asked, what the service would answer, what the client sees.
//
//   case fresh while younger than max-age        begins one; time starts at Tue, 24 Nov 2026 08:40:00 GMT
//   route authorised | default 60 | off          how the route is (otherwise: it caches, without a default time)
//   > GET /a | Accept: text/plain                the client asks; `> GET /a as Ash` as somebody of tenant Ash
//   < 200 "one" | Cache-Control: max-age=60      what the service says if asked; also `fails`, `until-close`, `breaks-off`
//   = asked 200 "one" | Age: 3 | !Set-Cookie     what the client sees: how, status, body, fields that are there or are not
//   ^ If-None-Match: "1" | !Range                fields of what the service was asked last
//   + 59.5                                       seconds pass
//   purge tag T | purge prefix /a | purge all | purge target /a
//
// {now-10} in a field is that date. How: asked, hit, background (a hit, refreshed behind it), validated (by a 304), stand-in
// (for an error), bypass, unavailable.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "services/api_gateway/cache/field_syntax.hpp"
#include "services/api_gateway/cache/http_date.hpp"
#include "services/api_gateway/cache/world.hpp"

namespace valion::gateway::cache {
namespace {

using Lines = std::vector<std::string>;

struct Case {
  std::string name;
  Lines lines;
};

std::vector<Case> cases_of(const std::filesystem::path& path) {
  std::vector<Case> cases;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.rfind("case ", 0) == 0) {
      cases.push_back({line.substr(5), {}});
    } else {
      cases.back().lines.push_back(line);
    }
  }
  return cases;
}

std::vector<std::string> files() {
  const std::filesystem::path folder = std::string(VALION_SOURCE_DIR) + "/src/services/api_gateway/cache/cases";
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(folder)) names.push_back(file.path().string());
  std::sort(names.begin(), names.end());
  return names;
}

Lines parts_of(std::string_view line) {
  Lines parts;
  while (true) {
    const std::size_t end = std::min(line.find(" | "), line.size());
    parts.emplace_back(trimmed(line.substr(0, end)));
    if (end == line.size()) return parts;
    line.remove_prefix(end + 3);
  }
}

class Playing {
 public:
  explicit Playing(const Case& given) : case_(given) {}

  void play() {
    for (std::size_t i = 0; i < case_.lines.size(); ++i) {
      SCOPED_TRACE(case_.lines[i]);
      const char what = case_.lines[i].front();
      const std::string rest = case_.lines[i].substr(2);
      if (what == '+') {
        pass(rest);
      } else if (what == '>') {
        i = ask(i);
      } else if (what == '=') {
        expect(rest);
      } else if (what == '^') {
        expect_asked(rest);
      } else if (case_.lines[i].rfind("route ", 0) == 0) {
        set_route(case_.lines[i].substr(6));
      } else if (case_.lines[i].rfind("purge ", 0) == 0) {
        purge(case_.lines[i].substr(6));
      } else {
        FAIL() << "not a line of a case";
      }
    }
  }

 private:
  void pass(const std::string& seconds) {
    world_.now += std::chrono::milliseconds{static_cast<std::int64_t>(std::stod(seconds) * 1000 + 0.5)};
  }
  void set_route(const std::string& text) {
    for (const std::string& part : parts_of(text)) {
      if (part == "authorised") world_.route.caches_authorised = true;
      if (part == "off") world_.route.caches = false;
      if (part.rfind("default ", 0) == 0) world_.route.cache_ttl = Seconds{std::stoi(part.substr(8))};
    }
  }
  void purge(const std::string& text) {
    const std::size_t blank = std::min(text.find(' '), text.size() - 1);
    const std::string kind = text.substr(0, text.find(' ')), value = text.substr(blank + 1);
    if (kind == "tag") world_.cache->purge_tag(value);
    if (kind == "prefix") world_.cache->purge_prefix(value);
    if (kind == "target") world_.cache->purge_target(world_.host, value);
    if (kind == "all") world_.cache->purge_all();
  }
  std::string dated(std::string text) const {
    for (std::size_t open = text.find("{now"); open != std::string::npos; open = text.find("{now")) {
      const std::size_t close = text.find('}', open);
      const std::string offset = text.substr(open + 4, close - open - 4);
      const auto moment = std::chrono::floor<Seconds>(world_.now) + Seconds{offset.empty() ? 0 : std::stoll(offset)};
      text.replace(open, close - open + 1, format_http_date(moment));
    }
    return text;
  }
  std::pair<std::string, std::string> field(const std::string& part) const {
    const std::size_t colon = part.find(':');
    return {part.substr(0, colon), dated(std::string(trimmed(std::string_view(part).substr(colon + 1))))};
  }
  Message message(const std::string& line, std::string& first) const {
    Message message;
    const Lines parts = parts_of(line.substr(2));
    first = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) message.fields.push_back(field(parts[i]));
    return message;
  }
  Message answer(const std::string& line) const {
    std::string first;
    Message answer = message(line, first);
    answer.fails = first == "fails";
    if (answer.fails) return answer;
    answer.status = std::stoi(first);
    const std::size_t open = first.find('"');
    if (open != std::string::npos) answer.body = first.substr(open + 1, first.rfind('"') - open - 1);
    if (first.find("until-close") != std::string::npos) answer.framing = Framing::Kind::until_close;
    if (first.find("chunked") != std::string::npos) answer.framing = Framing::Kind::chunked;
    answer.breaks_off = first.find("breaks-off") != std::string::npos;
    return answer;
  }
  // The client's line at `i`, and the service's lines behind it. Where it has read to.
  std::size_t ask(std::size_t i) {
    std::string first;
    Message request = message(case_.lines[i], first);
    std::istringstream words(first);
    std::string as, tenant;
    words >> request.method >> request.target >> as >> tenant;
    std::vector<Message> answers;
    for (; i + 1 < case_.lines.size() && case_.lines[i + 1].front() == '<'; ++i)
      answers.push_back(answer(case_.lines[i + 1]));
    seen_ = world_.send(request, answers, as == "as" ? std::optional<std::string>(tenant) : std::nullopt);
    return i;
  }
  static void expect_fields(const Message& shown, const Lines& parts, std::size_t from, const Playing& run) {
    for (std::size_t i = from; i < parts.size(); ++i) {
      if (parts[i].front() == '!') {
        EXPECT_EQ(shown.field(parts[i].substr(1)), std::nullopt) << parts[i];
      } else {
        const auto [name, value] = run.field(parts[i]);
        EXPECT_EQ(shown.field(name).value_or("(not there)"), value) << name;
      }
    }
  }
  void expect(const std::string& text) const {
    const Lines parts = parts_of(text);
    std::istringstream words(parts.front());
    std::string kind;
    words >> kind;
    EXPECT_EQ(seen_.kind, kind);
    if (int status = 0; words >> status) {
      EXPECT_EQ(seen_.answer.status, status);
    }
    const std::size_t open = parts.front().find('"');
    if (open != std::string::npos) {
      EXPECT_EQ(seen_.answer.body, parts.front().substr(open + 1, parts.front().rfind('"') - open - 1));
    }
    expect_fields(seen_.answer, parts, 1, *this);
  }
  void expect_asked(const std::string& text) const {
    ASSERT_FALSE(seen_.asked.empty()) << "the service was not asked";
    expect_fields(seen_.asked.back(), parts_of(text), 0, *this);
  }

  const Case& case_;
  World world_;
  Seen seen_;
};

class CachingCases : public ::testing::TestWithParam<std::string> {};

TEST_P(CachingCases, GoAsWritten) {
  for (const Case& one : cases_of(GetParam())) {
    SCOPED_TRACE(one.name);
    Playing(one).play();
  }
}

std::string name_of_file(const ::testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path(info.param).stem().string();
}

INSTANTIATE_TEST_SUITE_P(Rfc9111, CachingCases, ::testing::ValuesIn(files()), name_of_file);

TEST(CachingCasesTogether, AreManyAndEachAsksAndExpects) {
  std::size_t count = 0;
  for (const std::string& file : files()) {
    for (const Case& one : cases_of(file)) {
      ++count;
      const auto has = [&](char what) {
        return std::any_of(one.lines.begin(), one.lines.end(),
                           [&](const std::string& line) { return line.front() == what; });
      };
      EXPECT_TRUE(has('>') && has('=')) << one.name;
    }
  }
  EXPECT_GE(count, 120u);
}

}  // namespace
}  // namespace valion::gateway::cache
