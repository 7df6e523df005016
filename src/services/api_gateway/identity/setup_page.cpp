#include "services/api_gateway/identity/setup_page.hpp"

#include <openssl/evp.h>

#include <array>
#include <cctype>
#include <charconv>

#include "platform/http/html_text.hpp"

namespace valion::gateway {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1a2530;--soft:#57646f;--paper:#f4f6f8;--card:#fff;--line:#c9d2da;--main:#0b5cad;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#a7b3be;--paper:#12181e;--card:#1b232b;--line:#3a4753;--main:#6db3f8;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{width:100%;max-width:26rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
.mark{margin:0 0 1.25rem;font-weight:600;letter-spacing:.02em;color:var(--main)}
h1{margin:0 0 .5rem;font-size:1.375rem;line-height:1.25}
p{margin:0 0 1.25rem;color:var(--soft)}
label{display:block;margin:0 0 .25rem;font-weight:600}
input{width:100%;margin:0 0 1rem;padding:.625rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.5rem}
input[readonly]{color:var(--soft)}
input:focus-visible,button:focus-visible{outline:3px solid var(--main);outline-offset:2px}
button{width:100%;padding:.75rem;font:inherit;font-weight:600;color:var(--card);background:var(--main);border:0;border-radius:.5rem;cursor:pointer}
.bad{padding:.625rem .75rem;color:var(--bad);border:1px solid var(--bad);border-radius:.5rem}
code{overflow-wrap:anywhere}
)";

struct Words {
  std::string_view tag, title, lead, user, password, again, button, done_title, done_lead, void_title, void_lead;
  std::string_view too_short, too_long, not_equal;
};

constexpr Words kEnglish{
    "en",
    "Choose your password",
    "At least 12 characters. A few unrelated words are easy to remember and hard to guess. This link works once.",
    "User",
    "Password",
    "The same again",
    "Set password",
    "Your password is set",
    "You can close this page. Sign in with your name and the new password; older sessions have ended.",
    "This link no longer works",
    "It was used already, is older than an hour, or was not copied whole. An administrator makes a new one with:",
    "The password must have at least 12 characters.",
    "The password must have at most 1024 bytes.",
    "The two passwords are not the same."};

constexpr Words kPortuguese{
    "pt-BR",
    "Escolha sua senha",
    "Pelo menos 12 caracteres. Algumas palavras sem relação entre si são fáceis de lembrar e difíceis de adivinhar. "
    "Este "
    "link funciona uma única vez.",
    "Usuário",
    "Senha",
    "A mesma, outra vez",
    "Definir senha",
    "Sua senha está definida",
    "Você já pode fechar esta página. Entre com seu nome e a nova senha; as sessões anteriores foram encerradas.",
    "Este link não funciona mais",
    "Ele já foi usado, tem mais de uma hora ou não foi copiado por inteiro. Um administrador gera outro com:",
    "A senha deve ter pelo menos 12 caracteres.",
    "A senha deve ter no máximo 1024 bytes.",
    "As duas senhas não são iguais."};

const Words& words_of(Language language) { return language == Language::pt ? kPortuguese : kEnglish; }

std::string_view problem_text(const Words& words, SetupPage::Problem problem) {
  switch (problem) {
    case SetupPage::Problem::too_short: return words.too_short;
    case SetupPage::Problem::too_long: return words.too_long;
    case SetupPage::Problem::not_equal: return words.not_equal;
    case SetupPage::Problem::none: break;
  }
  return {};
}

std::string heading(std::string_view title, std::string_view lead) {
  return "<h1>" + std::string(title) + "</h1>\n<p>" + std::string(lead) + "</p>\n";
}

std::string password_field(std::string_view id, std::string_view label, bool first) {
  std::string field = "<label for=\"" + std::string(id) + "\">" + std::string(label) + "</label>\n<input id=\"" +
                      std::string(id) + "\" name=\"" + std::string(id) +
                      "\" type=\"password\" autocomplete=\"new-password\" minlength=\"12\" maxlength=\"1024\" required";
  return field + (first ? " autofocus>\n" : ">\n");
}

std::string form(const Words& words, const SetupPage& page) {
  std::string body = heading(words.title, words.lead);
  const std::string_view problem = problem_text(words, page.problem);
  if (!problem.empty()) body += "<p class=\"bad\" role=\"alert\">" + std::string(problem) + "</p>\n";
  body += "<form method=\"post\" action=\"/setup\">\n<input type=\"hidden\" name=\"token\" value=\"" +
          http::html_escaped(page.token) + "\">\n<label for=\"user\">" + std::string(words.user) +
          "</label>\n<input id=\"user\" name=\"user\" autocomplete=\"username\" readonly value=\"" +
          http::html_escaped(page.user) + "\">\n";
  body += password_field("password", words.password, true) + password_field("again", words.again, false);
  return body + "<button type=\"submit\">" + std::string(words.button) + "</button>\n</form>\n";
}

std::string body_of(const Words& words, const SetupPage& page) {
  switch (page.state) {
    case SetupPage::State::form: return form(words, page);
    case SetupPage::State::done: return heading(words.done_title, words.done_lead);
    case SetupPage::State::void_link: break;
  }
  return heading(words.void_title, words.void_lead) + "<p><code>valion user setup-link NAME</code></p>\n";
}

// `pt-BR;q=0.8`: its language when we speak it, and how much it is wanted.
double wanted_as(std::string_view range, Language& language) {
  const auto blank = range.find_first_not_of(" \t");
  range.remove_prefix(std::min(blank, range.size()));
  std::string tag(range.substr(0, range.find_first_of("-; \t")));
  for (char& c : tag) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (tag != "pt" && tag != "en" && tag != "*") return -1;
  language = tag == "pt" ? Language::pt : Language::en;
  const auto q = range.find("q=");
  if (q == std::string_view::npos) return 1;
  double weight = 0;
  const std::string_view text = range.substr(q + 2);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), weight);
  return read.ec == std::errc{} && weight > 0 ? weight : -1;
}

}  // namespace

Language language_of(std::string_view accept_language) {
  Language best = Language::en;
  double most = 0;
  while (!accept_language.empty()) {
    const std::size_t comma = std::min(accept_language.find(','), accept_language.size());
    Language language = Language::en;
    const double weight = wanted_as(accept_language.substr(0, comma), language);
    if (weight > most) {
      most = weight;
      best = language;
    }
    accept_language.remove_prefix(std::min(comma + 1, accept_language.size()));
  }
  return best;
}

std::string render(const SetupPage& page) {
  const Words& words = words_of(page.language);
  const std::string_view title = page.state == SetupPage::State::form   ? words.title
                                 : page.state == SetupPage::State::done ? words.done_title
                                                                        : words.void_title;
  return "<!doctype html>\n<html lang=\"" + std::string(words.tag) +
         "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
         "initial-scale=1\">\n<title>" +
         std::string(title) + " · Valion</title>\n<style>" + std::string(kStyle) +
         "</style>\n</head>\n<body>\n<main>\n" + "<p class=\"mark\">Valion</p>\n" + body_of(words, page) +
         "</main>\n</body>\n</html>\n";
}

const std::string& setup_policy() {
  static const std::string policy = [] {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_Digest(kStyle.data(), kStyle.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::array<unsigned char, 64> text{};
    const int written = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(length));
    std::string hash;
    for (int i = 0; i < written; ++i) hash += static_cast<char>(text[static_cast<std::size_t>(i)]);
    return "default-src 'none'; style-src 'sha256-" + hash +
           "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
  }();
  return policy;
}

}  // namespace valion::gateway
