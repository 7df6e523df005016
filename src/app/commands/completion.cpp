#include "app/commands/completion.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <vector>

#include "app/commands/words.hpp"

namespace valion::app {
namespace {

struct Word {
  std::string text;
  std::string meaning;
  bool takes_value = false;
};

// One command: where it stands (`data import`; empty for the program itself) and what may follow.
struct Node {
  std::string path;
  std::vector<Word> commands;
  std::vector<Word> options;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

void collect(const CLI::App& app, const std::string& path, std::vector<Node>& nodes) {
  Node node{path, {}, {}};
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    node.commands.push_back({command->get_name(), first_line(command->get_description())});
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      node.options.push_back(
          {"--" + name, first_line(option->get_description()), option->get_items_expected_max() > 0});
    }
  }
  nodes.push_back(std::move(node));
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    collect(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), nodes);
  }
}

std::string joined(const std::vector<Word>& words, bool (*wanted)(const Word&)) {
  std::string text;
  for (const Word& word : words) {
    if (wanted(word)) text += (text.empty() ? "" : " ") + word.text;
  }
  return text;
}

bool any(const Word&) { return true; }
bool with_value(const Word& word) { return word.takes_value; }

// In single quotes for a shell.
std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4) text.replace(at, 1, "'\\''");
  return "'" + text + "'";
}

// Each shell finds the command that is being written by walking the words, then offers what may follow it. After an option
// that takes a value, files are offered.
std::string bash_script(const std::vector<Node>& nodes) {
  std::string commands, options, values;
  for (const Node& node : nodes) {
    commands += fmt::format("    {}) echo {} ;;\n", quoted(node.path), quoted(joined(node.commands, any)));
    options += fmt::format("    {}) echo {} ;;\n", quoted(node.path), quoted(joined(node.options, any)));
    values += fmt::format("    {}) echo {} ;;\n", quoted(node.path), quoted(joined(node.options, with_value)));
  }
  return fmt::format(R"sh(# bash completion of valion; load it with: source <(valion completion bash)
_valion_commands() {{ case "$1" in
{}  esac; }}
_valion_options() {{ case "$1" in
{}  esac; }}
_valion_values() {{ case "$1" in
{}  esac; }}
_valion() {{
  local path="" word index current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
  for ((index = 1; index < COMP_CWORD; ++index)); do
    word="${{COMP_WORDS[index]}}"
    if [[ " $(_valion_commands "$path") " == *" $word "* ]]; then path="${{path:+$path }}$word"; fi
  done
  COMPREPLY=()
  if [[ " $(_valion_values "$path") " == *" $previous "* ]]; then
    compopt -o default 2>/dev/null
  elif [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$(_valion_options "$path")" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$(_valion_commands "$path")" -- "$current"))
    if [[ ${{#COMPREPLY[@]}} -eq 0 ]]; then compopt -o default 2>/dev/null; fi
  fi
}}
complete -F _valion valion
)sh",
                     commands, options, values);
}

std::string zsh_words(const std::vector<Word>& words) {
  std::string text;
  for (const Word& word : words) {
    std::string name = word.text;
    for (std::size_t at = 0; (at = name.find(':', at)) != std::string::npos; at += 2) name.replace(at, 1, "\\:");
    text += " " + quoted(name + ":" + word.meaning);
  }
  return text;
}

std::string zsh_script(const std::vector<Node>& nodes) {
  std::string commands, options, values;
  for (const Node& node : nodes) {
    commands += fmt::format("    {}) reply=({}) ;;\n", quoted(node.path), zsh_words(node.commands));
    options += fmt::format("    {}) reply=({}) ;;\n", quoted(node.path), zsh_words(node.options));
    values += fmt::format("    {}) reply=({}) ;;\n", quoted(node.path), joined(node.options, with_value));
  }
  return fmt::format(R"sh(#compdef valion
# zsh completion of valion; put it on your fpath as _valion: valion completion zsh > ~/.zfunc/_valion
_valion_commands() {{ case "$1" in
{}  esac }}
_valion_options() {{ case "$1" in
{}  esac }}
_valion_values() {{ case "$1" in
{}  esac }}
_valion() {{
  local -a reply
  local place="" word index
  for ((index = 2; index < CURRENT; ++index)); do
    word="${{words[index]}}"
    _valion_commands "$place"
    if (( ${{reply[(I)$word:*]}} )); then place="${{place:+$place }}$word"; fi
  done
  _valion_values "$place"
  if (( ${{reply[(Ie)${{words[CURRENT-1]}}]}} )); then _files; return; fi
  if [[ "${{words[CURRENT]}}" == -* ]]; then
    _valion_options "$place"
    _describe option reply -o
  else
    _valion_commands "$place"
    if (( ${{#reply}} )); then _describe command reply; else _files; fi
  fi
}}
if [[ "${{funcstack[1]}}" == _valion ]]; then _valion "$@"; else compdef _valion valion; fi
)sh",
                     commands, options, values);
}

std::string fish_condition(const Node& node) { return fmt::format("test \"$(_valion_place)\" = \"{}\"", node.path); }

std::string fish_script(const std::vector<Node>& nodes) {
  std::string places, lines;
  for (const Node& node : nodes) {
    if (!node.path.empty()) places += " " + quoted(node.path);
    for (const Word& word : node.commands) {
      lines += fmt::format("complete -c valion -f -n {} -a {} -d {}\n", quoted(fish_condition(node)), word.text,
                           quoted(word.meaning));
    }
    for (const Word& word : node.options) {
      lines += fmt::format("complete -c valion -n {} -l {}{} -d {}\n", quoted(fish_condition(node)),
                           word.text.substr(2), word.takes_value ? " -r" : "", quoted(word.meaning));
    }
  }
  return fmt::format(
      R"sh(# fish completion of valion; put it where fish looks: valion completion fish > ~/.config/fish/completions/valion.fish
set -g _valion_places{}
function _valion_place
  set -l place ""
  for word in (commandline -opc)[2..]
    set -l longer (string trim "$place $word")
    if contains -- "$longer" $_valion_places
      set place $longer
    end
  end
  echo $place
end
{})sh",
      places, lines);
}

}  // namespace

Result<std::string> completion_script(const CLI::App& app, std::string_view shell) {
  std::vector<Node> nodes;
  collect(app, "", nodes);
  if (shell == "bash") return bash_script(nodes);
  if (shell == "zsh") return zsh_script(nodes);
  if (shell == "fish") return fish_script(nodes);
  return fail(ErrorKind::invalid, fmt::format("there is completion for bash, zsh and fish, not for {}", shell));
}

void add_completion_words(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("completion", "Completion of these commands for your shell");
  command->group("Watching");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  teach(*command, {{"source <(valion completion bash)", "now; in ~/.bashrc: always"},
                   {"valion completion zsh > ~/.zfunc/_valion", "a folder on your fpath"},
                   {"valion completion fish > ~/.config/fish/completions/valion.fish", "where fish looks"}});
  command->callback([&app, &words, shell] {
    words.needs_settings = false;
    words.run = [&app, shell](const Settings&) {
      const auto script = completion_script(app, *shell);
      if (!script) return complain(script.error());
      fmt::print("{}", *script);
      return 0;
    };
  });
}

}  // namespace valion::app
