#include "services/api_gateway/routing/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>

namespace valion::gateway {
namespace {

constexpr std::size_t kDeepest = 8;
constexpr std::size_t kMostValues = 100'000;

// Puts the parser's events together. Refuses by yaml-cpp's own exception, which parse_yaml() turns into a Result.
class TreeBuilder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "has an alias; write the value itself");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { put(mark, YamlValue::Kind::nothing, {}); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& text) override {
    check_tag(mark, tag);
    if (is_key()) return begin_member(mark, text);
    put(mark, YamlValue::Kind::text, text);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, YamlValue::Kind::list);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, tag, YamlValue::Kind::map);
  }
  void OnMapEnd() override { open_.pop_back(); }

  [[nodiscard]] YamlValue tree() && { return std::move(root_); }

 private:
  struct Open {
    YamlValue* value;  // stays where it is: what holds it grows only after it is closed
    bool has_key = false;
  };

  [[noreturn]] static void refuse(const YAML::Mark& mark, const std::string& why) {
    throw YAML::ParserException(mark, why);
  }
  static void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "has a tag (" + tag + "); plain values are expected");
  }
  [[nodiscard]] bool is_key() const {
    return !open_.empty() && open_.back().value->kind == YamlValue::Kind::map && !open_.back().has_key;
  }
  void begin_member(const YAML::Mark& mark, const std::string& key) {
    count(mark);
    if (key == "<<") refuse(mark, "has a merge key (<<); write the values themselves");
    open_.back().value->members.push_back({key, mark.line + 1, {}});
    open_.back().has_key = true;
  }
  void count(const YAML::Mark& mark) {
    if (++values_ > kMostValues) refuse(mark, "has more than 100000 values");
  }
  YamlValue* put(const YAML::Mark& mark, YamlValue::Kind kind, const std::string& text) {
    count(mark);
    if (is_key()) refuse(mark, "has a key that is not text");
    YamlValue* place = &root_;
    if (!open_.empty()) {
      YamlValue& holder = *open_.back().value;
      if (holder.kind == YamlValue::Kind::map) {
        place = &holder.members.back().value;
        open_.back().has_key = false;
      } else {
        place = &holder.items.emplace_back();
      }
    }
    place->kind = kind;
    place->line = mark.line + 1;
    place->text = text;
    return place;
  }
  void open(const YAML::Mark& mark, const std::string& tag, YamlValue::Kind kind) {
    check_tag(mark, tag);
    if (open_.size() == kDeepest) refuse(mark, "is nested deeper than 8 levels");
    open_.push_back({put(mark, kind, {}), false});
  }

  YamlValue root_;
  std::vector<Open> open_;
  std::size_t values_ = 0;
};

// Sees whether anything follows.
class Unmoved final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

tl::unexpected<Error> not_yaml(const std::string& origin, const std::string& why) {
  return fail(ErrorKind::malformed, origin + ": " + why);
}

}  // namespace

Result<YamlValue> parse_yaml(std::string_view text, const std::string& origin) {
  if (text.size() > kLargestYaml) return not_yaml(origin, "is larger than 1 MiB");
  if (text.find('\0') != std::string_view::npos) return not_yaml(origin, "is not text");
  TreeBuilder builder;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Unmoved unmoved;
    // Document by document: yaml-cpp 0.7 finds them without end in a text that begins with a comma.
    const bool is_something = parser.HandleNextDocument(builder);
    if (is_something && parser.HandleNextDocument(unmoved))
      return not_yaml(origin, "holds more than one YAML document");
  } catch (const YAML::Exception& exception) {
    const std::string line = exception.mark.is_null() ? "" : std::to_string(exception.mark.line + 1) + ":";
    return not_yaml(origin + (line.empty() ? "" : ":" + line.substr(0, line.size() - 1)), exception.msg);
  }
  return std::move(builder).tree();
}

}  // namespace valion::gateway
