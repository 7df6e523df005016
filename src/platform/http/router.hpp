// From method and path to handler. Built once, then read-only: safe to share between threads.
//
//   router.add(Method::get, "/data/versions/{version:hash}/profile", handler);
//
// `{name}` matches one segment; `{name:int}` only a non-negative integer, `{name:hash}` only 64 hexadecimal digits;
// `{name:rest}`, last, matches what remains. A literal segment beats a parameter. Unknown path > not_found; known path,
// other method > method_not_allowed with an Allow field. HEAD is served by GET.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/message.hpp"

namespace valion::http {

struct RouteOptions {
  std::uint64_t body_limit =
      1 << 20;             // bytes; over it > too_large, by Content-Length before reading, else while reading
  bool anonymous = false;  // may be called without a token (health, metrics, login)
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // Throws std::invalid_argument for a template that does not parse or stands twice: that is our bug, found at start.
  void add(Method method, std::string_view path_template, Handler handler, RouteOptions options = {});

  struct Match {
    const Handler* handler = nullptr;
    RouteOptions options;
  };
  // Fills request.route and request.parameters, or request.allowed_methods.
  [[nodiscard]] Result<Match> match(Request& request) const;

  struct Listed {
    Method method = Method::get;
    std::string path_template;
    RouteOptions options;
  };
  // Everything that was added, by template and method.
  [[nodiscard]] std::vector<Listed> list() const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace valion::http
