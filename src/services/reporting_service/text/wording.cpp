#include "services/reporting_service/text/wording.hpp"

#include <array>
#include <regex>

namespace valion::reporting {
namespace {

struct Sentence {
  const char* english;  // a regular expression
  const char* portuguese;
};

// What ml_service says about a subject (domain/model/extrapolation.cpp), sentence by sentence.
constexpr std::array<Sentence, 8> kSentences{{
    {"(.+) is not known", "$1: não informado"},
    {"(.+): (.+) lies below every training sale \\((.+) to (.+)\\)",
     "$1: $2 está abaixo de todas as vendas de treino ($3 a $4)"},
    {"(.+): (.+) lies above every training sale \\((.+) to (.+)\\)",
     "$1: $2 está acima de todas as vendas de treino ($3 a $4)"},
    {"(.+): no training sale has «(.*)»", "$1: nenhuma venda de treino tem «$2»"},
    {"the place is not known: .*", "a localização não é conhecida: o valor não distingue um bairro de outro"},
    {"the nearest training sale is (.+) km away", "a venda de treino mais próxima está a $1 km"},
    {"the reference date is before the first training sale, (.+)",
     "a data de referência é anterior à primeira venda de treino, $1"},
    {"the reference date is more than a year after the last training sale, (.+): .*",
     "a data de referência é mais de um ano posterior à última venda de treino, $1: a tendência de mercado é "
     "extrapolada"},
}};

std::string outside_ranges(const report::ReportContent& content, const Voice& voice) {
  const report::Accuracy& test = content.facts.model.test;
  std::string names;
  const auto look = [&](std::string_view name, double value, const report::Range& range, int decimals) {
    if (report::stand_of(value, range) == report::Standing::inside) return;
    names += (names.empty() ? "" : ", ") + std::string(name) + " " + voice.format.number(value, decimals);
  };
  look(voice.texts.median_ratio, test.median_ratio, report::kMedianRatioRange, 3);
  look(voice.texts.cod, test.cod, report::kCodRange, 1);
  look(voice.texts.prd, test.prd, report::kPrdRange, 3);
  look(voice.texts.prb, test.prb, report::kPrbRange, 3);
  return names;
}

}  // namespace

std::string model_name(std::string_view model, const Texts& texts) {
  if (model == "ols") return std::string(texts.name_ols);
  if (model == "elastic_net") return std::string(texts.name_elastic_net);
  if (model == "xgboost") return std::string(texts.name_xgboost);
  return std::string(model);
}

std::string or_not_stated(const std::optional<std::string>& given, const Texts& texts) {
  return given && !given->empty() ? shortened(*given, 300) : std::string(texts.not_stated);
}

std::string standing_text(double value, const report::Range& range, const Texts& texts) {
  switch (report::stand_of(value, range)) {
    case report::Standing::below: return std::string(texts.below);
    case report::Standing::above: return std::string(texts.above);
    case report::Standing::inside: break;
  }
  return std::string(texts.inside);
}

std::string interval_text(const report::Span& span, const Format& format) {
  return format.money(span.lower) + " – " + format.money(span.upper);
}

std::string shortened(std::string_view text, std::size_t most) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (begins && ++characters > most) return std::string(text.substr(0, i)) + "…";
  }
  return std::string(text);
}

std::string warning_text(const std::string& warning, Language language) {
  if (language == Language::english || warning.size() > 1'000) return warning;  // std::regex recurses with the length
  for (const Sentence& sentence : kSentences) {
    const std::regex pattern(sentence.english);
    if (std::regex_match(warning, pattern)) return std::regex_replace(warning, pattern, sentence.portuguese);
  }
  return warning;
}

std::vector<std::string> limits_of(const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  const report::ModelFacts& model = content.facts.model;
  const auto shown = [&](const std::optional<double>& coverage) {
    return coverage ? voice.format.percent(*coverage, 1) : std::string(kDash);
  };
  std::vector<std::string> limits{std::string(t.limit_desk), std::string(t.limit_title),
                                  std::string(t.limit_professional)};
  limits.push_back(model.champion == "ols" ? std::string(t.limit_nbr_ols)
                                           : t.with(t.limit_nbr_trees, model_name(model.champion, t)));
  limits.emplace_back(t.limit_value);
  if (model.test.coverage80)
    limits.push_back(t.with(t.limit_intervals, shown(model.test.coverage80), shown(model.test.coverage95)));
  const std::int64_t days = content.facts.statement.reference_date.days() - model.train_to.days();
  limits.push_back(days > 0 ? t.with(t.limit_after_training, voice.format.count(days))
                            : std::string(t.limit_retrospective));
  const std::string outside = outside_ranges(content, voice);
  if (!outside.empty() && model.test.n > 0) limits.push_back(t.with(t.limit_ratio, outside));
  limits.emplace_back(t.limit_data);
  limits.emplace_back(t.limit_causes);
  return limits;
}

}  // namespace valion::reporting
