// demo, data, study, value, report.
#include <CLI/CLI.hpp>

#include <memory>

#include "app/commands/words.hpp"

namespace valion::app {
namespace {

void add_demo(CLI::App& app, Words& words) {
  CLI::App* command =
      app.add_subcommand("demo", "The whole job on 25,357 real sales: import, clean, locate, train, value, report");
  command->group("Valuing");
  add_gateway(*command, words);
  auto demo = std::make_shared<DemoCommand>();
  demo->study = "examples/lucas_county/study.json";
  command->add_option("--study", demo->study, "the study to run")->capture_default_str();
  command->add_option("--output", demo->folder, "folder for the report (default VALION_HOME/reports)");
  teach(*command, {{"valion demo", "with the orchestrator running in another terminal"},
                   {"valion demo --json | jq .metrics", "the figures of the test, for programs"}});
  command->callback(
      [&words, demo] { words.run = [&words, demo](const Settings& s) { return run_demo(s, words.gateway, *demo); }; });
}

void add_data(CLI::App& app, Words& words) {
  CLI::App* data = app.add_subcommand("data", "Market data")->require_subcommand(1);
  data->group("Valuing");
  CLI::App* command = data->add_subcommand("import", "Upload a CSV file as a new data set");
  add_gateway(*command, words);
  auto import = std::make_shared<ImportCommand>();
  command->add_option("file", import->file, "the file")->required()->check(CLI::ExistingFile);
  command->add_option("--target", import->target, "the price column")->required();
  command->add_option("--name", import->name, "name of the data set (default: the file's)");
  teach(*command, {{"valion data import sales.csv --target price", "prints the id of the data set's first version"}});
  command->callback([&words, import] {
    words.run = [&words, import](const Settings& s) { return import_data(s, words.gateway, *import); };
  });
}

void add_study(CLI::App& app, Words& words) {
  CLI::App* study = app.add_subcommand("study", "Studies: a market, a model, its honest test")->require_subcommand(1);
  study->group("Valuing");
  CLI::App* command = study->add_subcommand("run", "Import, clean, locate and train as a study file says");
  add_gateway(*command, words);
  auto file = std::make_shared<std::filesystem::path>();
  command->add_option("study", *file, "the study file")->required()->check(CLI::ExistingFile);
  teach(*command, {{"valion study run my_study.json", "ends with the model's id and how accurate it was"}});
  command->callback(
      [&words, file] { words.run = [&words, file](const Settings& s) { return study_run(s, words.gateway, *file); }; });
}

void add_value(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("value", "Value the property of a study file with a trained model");
  command->group("Valuing");
  add_gateway(*command, words);
  auto value = std::make_shared<ValueCommand>();
  command->add_option("--study", value->study, "the study file whose /valuation is valued")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--model", value->model, "the model's id")->required();
  teach(*command, {{"valion value --study my_study.json --model ID", "value, intervals, explanation, comparables"}});
  command->callback([&words, value] {
    words.run = [&words, value](const Settings& s) { return value_property(s, words.gateway, *value); };
  });
}

void add_report(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("report", "Write the PDF and XLSX report of a valuation");
  command->group("Valuing");
  add_gateway(*command, words);
  auto report = std::make_shared<ReportCommand>();
  command->add_option("--valuation", report->valuation, "the valuation's id")->required();
  command->add_option("--title", report->title, "title of the report")->capture_default_str();
  command->add_option("--language", report->language, "en or pt-BR")->capture_default_str();
  command->add_option("--output", report->folder, "folder to write to")->capture_default_str();
  teach(*command, {{"valion report --valuation ID", "here, in English"},
                   {"valion report --valuation ID --language pt-BR --output out", "in Portuguese, into out/"}});
  command->callback([&words, report] {
    words.run = [&words, report](const Settings& s) { return write_report(s, words.gateway, *report); };
  });
}

}  // namespace

void add_market_words(CLI::App& app, Words& words) {
  add_demo(app, words);
  add_data(app, words);
  add_study(app, words);
  add_value(app, words);
  add_report(app, words);
}

}  // namespace valion::app
