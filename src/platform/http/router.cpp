#include "platform/http/router.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <vector>

namespace valion::http {
namespace {

enum class Shape { literal, any, integer, hash, rest };

struct Segment {
  Shape shape = Shape::literal;
  std::string text;  // the literal, or the parameter's name
};

[[noreturn]] void bad_template(std::string_view path_template, const char* why) {
  throw std::invalid_argument("route template " + std::string(path_template) + " " + why);
}

Segment parse_segment(std::string_view text, std::string_view path_template) {
  if (text.empty() || text.front() != '{') return {Shape::literal, std::string(text)};
  if (text.back() != '}' || text.size() < 3) bad_template(path_template, "has an unclosed parameter");
  text = text.substr(1, text.size() - 2);
  const auto colon = text.find(':');
  const std::string name(text.substr(0, colon));
  const std::string_view type = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (type.empty()) return {Shape::any, name};
  if (type == "int") return {Shape::integer, name};
  if (type == "hash") return {Shape::hash, name};
  if (type == "rest") return {Shape::rest, name};
  bad_template(path_template, "has an unknown parameter type");
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(path.empty() ? 0 : 1);
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    segments.push_back(segment);
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
  }
  return segments;
}

bool fits(Shape shape, std::string_view text) {
  const auto all = [&](auto accept) { return !text.empty() && std::all_of(text.begin(), text.end(), accept); };
  switch (shape) {
    case Shape::literal: return false;
    case Shape::integer: return text.size() <= 18 && all([](char c) { return c >= '0' && c <= '9'; });
    case Shape::hash:
      return text.size() == 64 && all([](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    case Shape::any:
    case Shape::rest: return !text.empty();
  }
  return false;
}

}  // namespace

struct Router::Node {
  struct Endpoint {
    std::string path_template;
    Handler handler;
    RouteOptions options;
  };
  struct Child {
    Segment segment;
    std::unique_ptr<Node> node;
  };
  std::vector<Child> children;  // literals first, then parameters from narrow to wide
  std::map<Method, Endpoint> endpoints;

  Node& child(const Segment& segment) {
    for (Child& child : children) {
      if (child.segment.shape == segment.shape && child.segment.text == segment.text) return *child.node;
    }
    children.push_back({segment, std::make_unique<Node>()});
    Node& added = *children.back().node;
    const auto narrowness = [](const Child& one) {
      constexpr int kOrder[] = {0, 3, 1, 2, 4};  // literal, any, integer, hash, rest
      return kOrder[static_cast<int>(one.segment.shape)];
    };
    std::stable_sort(children.begin(), children.end(),
                     [&](const Child& a, const Child& b) { return narrowness(a) < narrowness(b); });
    return added;
  }

  [[nodiscard]] std::string allowed_methods() const {
    std::string allowed;
    for (const auto& [method, one] : endpoints) {
      allowed.append(allowed.empty() ? "" : ", ").append(name_of(method));
      if (method == Method::get && endpoints.count(Method::head) == 0) allowed += ", HEAD";
    }
    return allowed;
  }

  void collect(std::vector<Listed>& found) const {
    for (const auto& [method, one] : endpoints) found.push_back({method, one.path_template, one.options});
    for (const Child& one : children) one.node->collect(found);
  }

  // The node for the segments from `at` on; fills `parameters` on success. Depth-first, narrow before wide.
  const Node* find(const std::vector<std::string_view>& segments, std::size_t at, std::string_view path,
                   PathParameters& parameters) const {
    if (at == segments.size()) return endpoints.empty() ? nullptr : this;
    for (const Child& one : children) {
      const bool literal = one.segment.shape == Shape::literal;
      if (literal ? one.segment.text != segments[at] : !fits(one.segment.shape, segments[at])) continue;
      const bool rest = one.segment.shape == Shape::rest;
      const Node* found = one.node->find(segments, rest ? segments.size() : at + 1, path, parameters);
      if (found == nullptr) continue;
      const auto offset = static_cast<std::size_t>(segments[at].data() - path.data());
      if (!literal) parameters.add(one.segment.text, std::string(rest ? path.substr(offset) : segments[at]));
      return found;
    }
    return nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view path_template, Handler handler, RouteOptions options) {
  if (path_template.empty() || path_template.front() != '/') bad_template(path_template, "does not start with `/`");
  Node* node = root_.get();
  for (const std::string_view segment : split(path_template))
    node = &node->child(parse_segment(segment, path_template));
  const bool added =
      node->endpoints.try_emplace(method, Node::Endpoint{std::string(path_template), std::move(handler), options})
          .second;
  if (!added) bad_template(path_template, "stands twice for one method");
}

Result<Router::Match> Router::match(Request& request) const {
  const std::vector<std::string_view> segments = split(request.path);
  PathParameters parameters;
  const Node* node = root_->find(segments, 0, request.path, parameters);
  if (node == nullptr) return fail(ErrorKind::not_found, "there is nothing at " + request.path);
  auto endpoint = node->endpoints.find(request.method);
  if (endpoint == node->endpoints.end() && request.method == Method::head) endpoint = node->endpoints.find(Method::get);
  if (endpoint == node->endpoints.end()) {
    request.allowed_methods = node->allowed_methods();
    return fail(ErrorKind::method_not_allowed, "use " + request.allowed_methods + " at " + request.path);
  }
  request.route = endpoint->second.path_template;
  request.parameters = std::move(parameters);
  return Match{&endpoint->second.handler, endpoint->second.options};
}

std::vector<Router::Listed> Router::list() const {
  std::vector<Listed> found;
  root_->collect(found);
  std::sort(found.begin(), found.end(), [](const Listed& a, const Listed& b) {
    return std::tie(a.path_template, a.method) < std::tie(b.path_template, b.method);
  });
  return found;
}

}  // namespace valion::http
