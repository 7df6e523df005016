#include "platform/config/settings_file.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace valion {
namespace {

constexpr std::size_t kSizeLimit = 1 << 20;  // a settings file has a few dozen lines
constexpr int kDeepestLevel = 2;             // `log.level`
constexpr const char* kRoutes = "routes";    // not a setting: the gateway's table

// Reads the bytes by ourselves: yaml-cpp takes a folder for an empty file, or dies of it.
Result<std::string> text_of(const std::filesystem::path& file) {
  const std::string name = file.string();
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return fail(ErrorKind::malformed, "cannot read the settings file " + name + ": it is a folder");
  }
  std::ifstream input(file, std::ios::binary);
  if (!input) return fail(ErrorKind::malformed, "cannot read the settings file " + name + ": it cannot be opened");
  std::string text(kSizeLimit + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (input.bad()) return fail(ErrorKind::malformed, "cannot read the settings file " + name + ": reading failed");
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > kSizeLimit) {
    return fail(ErrorKind::malformed, name + " is not a settings file: it is larger than 1 MiB");
  }
  return text;
}

// Sees a document go by.
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

// Not by LoadAll(): yaml-cpp 0.7 finds document after document, without end, in a text that begins with a comma.
bool has_several_documents(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Unmoved unmoved;
  return parser.HandleNextDocument(unmoved) && parser.HandleNextDocument(unmoved);
}

class Flattening {
 public:
  Flattening(std::string file, Error& error) : file_(std::move(file)), error_(error) {}

  void map(const YAML::Node& node, const std::string& prefix, int level) {
    for (const auto& member : node) {
      const std::string origin = file_ + ":" + std::to_string(member.first.Mark().line + 1);
      if (!member.first.IsScalar()) {
        refuse(error_, {prefix, "", origin}, "has a key that is not text");
        continue;
      }
      if (prefix.empty() && member.first.Scalar() == kRoutes) {
        has_routes_ = true;
        continue;
      }
      value(member.second, {prefix + member.first.Scalar(), "", origin}, level);
    }
  }

  [[nodiscard]] SettingsText text() && { return {std::move(values_), has_routes_}; }

 private:
  void value(const YAML::Node& node, Given given, int level) {
    if (node.IsSequence()) return refuse(error_, given, "wants one value, not a list");
    if (node.IsMap() && level == kDeepestLevel) return refuse(error_, given, "wants one value, not a map");
    if (node.IsMap() && node.size() > 0) return map(node, given.key + ".", level + 1);
    const auto same = [&](const Given& earlier) { return earlier.key == given.key; };
    const auto earlier = std::find_if(values_.begin(), values_.end(), same);
    if (earlier != values_.end()) return refuse(error_, given, "stands twice, first at " + earlier->origin);
    given.has_no_value = !node.IsScalar();
    if (node.IsScalar()) given.text = node.Scalar();
    values_.push_back(std::move(given));
  }

  std::string file_;
  Error& error_;
  std::vector<Given> values_;
  bool has_routes_ = false;
};

}  // namespace

void refuse(Error& error, const Given& given, const std::string& message) {
  Violation violation;
  violation.pointer = given.key;
  violation.message = message + " (" + given.origin + ")";
  violation.value = given.text;
  error.add(std::move(violation));
}

Result<SettingsText> read_settings_file(const std::filesystem::path& file, Error& error) {
  VALION_TRY_ASSIGN(const std::string text, text_of(file));
  Flattening flattening(file.string(), error);
  try {
    if (has_several_documents(text)) {
      return fail(ErrorKind::malformed,
                  file.string() + " is not a settings file: it holds more than one YAML document");
    }
    const YAML::Node root = YAML::Load(text);
    if (root.IsDefined() && !root.IsNull() && !root.IsMap()) {
      return fail(ErrorKind::malformed, file.string() + " is not a settings file: a YAML map is expected");
    }
    flattening.map(root, "", 1);
  } catch (const YAML::Exception& exception) {
    return fail(ErrorKind::malformed, "cannot read the settings file " + file.string() + ": " + exception.what());
  }
  return std::move(flattening).text();
}

std::string yaml_scalar(const std::string& text) { return YAML::Dump(YAML::Node(text)); }

}  // namespace valion
