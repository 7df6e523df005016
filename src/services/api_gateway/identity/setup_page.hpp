// The page behind a one-time link, rendered here: plain HTML, no script, nothing fetched from anywhere, in English or Portuguese.
#pragma once

#include <string>
#include <string_view>

namespace valion::gateway {

enum class Language { en, pt };

// By the first language of the field that we speak (RFC 9110 section 12.5.4, with its q values); en when there is none.
[[nodiscard]] Language language_of(std::string_view accept_language);

struct SetupPage {
  enum class State { form, done, void_link };
  enum class Problem { none, too_short, too_long, not_equal };
  State state = State::form;
  Problem problem = Problem::none;
  Language language = Language::en;
  std::string user;   // of form and done
  std::string token;  // of form
};

// Every text that is not ours is escaped.
[[nodiscard]] std::string render(const SetupPage& page);
// For Content-Security-Policy: only our own style (by its hash) and a form to ourselves.
[[nodiscard]] const std::string& setup_policy();

}  // namespace valion::gateway
