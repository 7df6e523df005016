#include <algorithm>
#include <cmath>

#include "services/reporting_service/render/sections.hpp"
#include "services/reporting_service/render/table.hpp"

namespace valion::reporting {
namespace {

constexpr std::size_t kMostImportances = 10;
constexpr std::size_t kMostCoefficients = 40;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + shortened(name, 40);
  return text;
}

void set_up(Flow& flow, const report::ModelFacts& model, const Voice& voice) {
  const Texts& t = voice.texts;
  std::string neighbours;
  for (const auto k : model.neighbours) neighbours += (neighbours.empty() ? "" : ", ") + voice.format.count(k);
  draw_pairs(
      flow,
      {{std::string(t.champion), model_name(model.champion, t)},
       {std::string(t.training_sales), voice.format.count(model.n_train)},
       {std::string(t.calibrated_on),
        t.with(t.from_to, voice.format.date(model.calibration_from), voice.format.date(model.train_to))},
       {std::string(t.trained_to), voice.format.date(model.train_to)},
       {std::string(t.tested_from),
        t.with(t.tested_from_text, voice.format.date(model.test_from), voice.format.count(model.n_test))},
       {std::string(t.least_training_price),
        model.train_minimum_target ? voice.format.money(*model.train_minimum_target) : std::string(t.none)},
       {std::string(t.market_trend), t.with(t.per_year, voice.format.percent(std::exp(model.trend_per_year) - 1, 2))},
       {std::string(t.neighbourhoods),
        neighbours.empty() ? std::string(t.none) : t.with(t.neighbourhoods_text, neighbours)}});
  flow.note(t.with(t.features_used, voice.format.count(static_cast<std::int64_t>(model.features.size())),
                   shortened(joined(model.features), 900)));
}

void candidates(Flow& flow, const report::ModelFacts& model, const Voice& voice) {
  const Texts& t = voice.texts;
  flow.subtitle(t.candidates_title, 80);
  Table table;
  table.columns = {{std::string(t.model), Align::left, true}, {std::string(t.cv_mdape), Align::right},
                   {std::string(t.cv_cod), Align::right},     {std::string(t.test_mdape), Align::right},
                   {std::string(t.test_ppe10), Align::right}, {std::string(t.test_cod), Align::right},
                   {std::string(t.test_prd), Align::right},   {std::string(t.test_r2), Align::right},
                   {std::string(t.seconds), Align::right}};
  for (const auto& candidate : model.candidates) {
    TableRow row;
    row.bold = candidate.model == model.champion;
    row.cells = {model_name(candidate.model, t),
                 voice.format.percent(candidate.cross_validation.mdape, 1),
                 voice.format.number(candidate.cross_validation.cod, 1),
                 voice.format.percent(candidate.test.mdape, 1),
                 voice.format.percent(candidate.test.ppe10, 1),
                 voice.format.number(candidate.test.cod, 1),
                 voice.format.number(candidate.test.prd, 3),
                 voice.format.number(candidate.test.r2, 3),
                 voice.format.number(candidate.seconds, 1)};
    table.rows.push_back(std::move(row));
  }
  draw(flow, table);
  flow.note(t.with(t.candidates_note, voice.format.count(model.folds)));
  for (const auto& candidate : model.candidates) {
    if (!candidate.notes.empty()) flow.note(model_name(candidate.model, t) + ": " + shortened(candidate.notes, 300));
  }
}

void importance(Flow& flow, const report::ModelFacts& model, const Voice& voice) {
  const Texts& t = voice.texts;
  if (model.importance.empty()) return;
  std::vector<Bar> bars;
  for (const auto& one : model.importance) {
    if (bars.size() == kMostImportances) break;
    bars.push_back({one.feature, "±" + voice.format.percent(std::expm1(one.mean_absolute_contribution), 1),
                    one.mean_absolute_contribution});
  }
  const double height = bars_height(bars.size());
  flow.subtitle(t.importance_title, height + 20);
  flow.figure(height, t.with(t.alt_importance, bars.front().name),
              [&](Canvas& canvas, const Box& box) { draw_bars(canvas, box, bars); });
  const auto more = static_cast<std::int64_t>(model.importance.size() - bars.size());
  flow.note(std::string(t.importance_note) +
            (more > 0 ? " " + t.with(t.more_in_workbook, voice.format.count(more)) : ""));
}

void coefficients(Flow& flow, const report::ModelFacts& model, const Voice& voice) {
  const Texts& t = voice.texts;
  const auto champion =
      std::find_if(model.candidates.begin(), model.candidates.end(),
                   [&](const report::Candidate& candidate) { return candidate.model == model.champion; });
  if (champion == model.candidates.end() || champion->coefficients.empty()) return;
  flow.subtitle(t.coefficients_title, 80);
  Table table;
  table.columns = {{std::string(t.term), Align::left, true},
                   {std::string(t.estimate), Align::right},
                   {std::string(t.standard_error), Align::right},
                   {"t", Align::right},
                   {"p", Align::right}};
  const auto shown = [&](const std::optional<double>& value, int decimals) {
    return value ? voice.format.number(*value, decimals) : std::string(kDash);
  };
  for (const auto& one : champion->coefficients) {
    if (table.rows.size() == kMostCoefficients) break;
    TableRow row;
    row.cells = {shortened(one.term, 80), voice.format.general(one.estimate),
                 one.standard_error ? voice.format.general(*one.standard_error) : std::string(kDash), shown(one.t, 2),
                 shown(one.p, 4)};
    table.rows.push_back(std::move(row));
  }
  draw(flow, table);
  if (champion->coefficients.size() > table.rows.size()) {
    flow.note(t.with(t.more_in_workbook,
                     voice.format.count(static_cast<std::int64_t>(champion->coefficients.size() - table.rows.size()))));
  }
}

}  // namespace

void model_section(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  flow.section(voice.texts.section_model);
  flow.paragraph(voice.texts.model_intro);
  set_up(flow, content.facts.model, voice);
  candidates(flow, content.facts.model, voice);
  importance(flow, content.facts.model, voice);
  coefficients(flow, content.facts.model, voice);
}

}  // namespace valion::reporting
