#include "services/reporting_service/text/texts.hpp"

#pragma GCC diagnostic error "-Wmissing-field-initializers"  // a gap in the table does not compile

namespace valion::reporting {

// clang-format off
const Texts kEnglish{
    // the document
    .document_kind = "Valuation report",
    .page_of = "page {0} of {1}",
    .report_short = "report {0}",
    .not_stated = "not stated",
    .none = "none",
    // title page
    .estimated_value_at = "Estimated value at {0}",
    .value = "value",
    .interval80 = "80 % interval",
    .interval95 = "95 % interval",
    .comparables_adjusted_key = "adjusted prices of the comparables",
    .reference_date = "Reference date",
    .client = "Client",
    .purpose = "Purpose",
    .prepared_by = "Prepared by",
    .method = "Method",
    .market_evidence = "Market evidence",
    .market_evidence_text = "{0} sales of «{1}»",
    .valued_on = "Valued on",
    .kind_of_value = "Kind of value",
    .kind_of_value_text = "median estimate of the sale price",
    .status_sentence =
        "This is a desk valuation made by a statistical model from recorded sales. Nobody inspected the "
        "property; its characteristics are as they were stated. Section 8 says what this report does not "
        "claim.",
    .at_a_glance = "Measured on {0} sales from {1} on, unseen by the model",
    .tile_mdape = "median absolute error",
    .tile_ppe10 = "of values within 10 % of the price",
    .tile_ppe20 = "of values within 20 % of the price",
    .tile_coverage = "of prices inside the 80 % interval",
    .warnings_title = "Warnings about this property",
    .more_warnings = "{0} more in section 8",
    .identities_title = "Identities (SHA-256)",
    .hash_report = "Report",
    .hash_valuation = "Valuation",
    .hash_model = "Model",
    .hash_version = "Data set version",
    // the property, the explanation
    .section_property = "The property",
    .property_intro = "As stated when the value was asked for, by the names of the data set. Nothing here was verified on site.",
    .section_explanation = "How the value comes about",
    .explanation_intro =
        "The model starts from {0}, what it expects of an average sale among those it learnt from, and every "
        "characteristic of the property multiplies that by a factor until {1} is reached. The factors are "
        "exact Shapley values (SHAP) of the model; their product is the value, with nothing left over.",
    .explanation_note =
        "Amounts are read from top to bottom and depend on that order; factors do not. Natural logarithm of "
        "the value: {0}; largest additivity error of the explanation: {1}. A factor tells what the model "
        "uses, not what causes the price.",
    .characteristic = "Characteristic",
    .factor = "Factor",
    .effect = "Effect",
    .waterfall_base = "Average sale (base value)",
    .waterfall_value = "Value of the property",
    .waterfall_others = "{0} smaller effects together",
    // comparables
    .section_comparables = "Comparable sales",
    .no_comparables = "No comparable sales were asked for, or none could serve.",
    .comparables_intro =
        "The recorded sales most like the property by place, time and characteristics. The price is first "
        "moved to the reference date by the model’s market trend, then adjusted to the property’s "
        "characteristics by the model. They let a reader check the value; they did not enter it separately, "
        "and those the model learnt from scatter less after adjustment than new sales would.",
    .number_sign = "#",
    .identifier = "Identifier",
    .row_of_file = "row {0}",
    .sale_date = "Sale date",
    .price_paid = "Price paid",
    .price_at_date = "At the reference date",
    .adjusted_price = "Adjusted to the property",
    .distance = "Distance",
    .similarity = "Similarity (0–1)",
    .comparables_summary =
        "Adjusted prices run from {0} to {1}, median {2}; {3} of {4} lie inside the 80 % interval of the "
        "value.",
    .comparables_characteristics = "The characteristics that moved the value most",
    .subject = "property",
    .map_title = "Where they are",
    .map_note =
        "Plain map: longitude and latitude (WGS 84) to scale about the property (diamond); rings show the "
        "distance from it. Markers that would cover each other are moved aside and tied to their place.",
    .no_place = "No map: the place of the property is not known.",
    .north_letter = "N",
    // data
    .section_data = "The data and how they were cleaned",
    .data_set = "Data set",
    .target_column = "Price column",
    .source_file = "Source file",
    .source_size = "Size and form",
    .rows_imported = "Rows imported",
    .rows_used = "Rows in the version used",
    .history_title = "From the file to the version used",
    .step = "Step",
    .rows = "Rows",
    .columns = "Columns",
    .made_on = "Made on",
    .identity = "Identity",
    .cleaning_title = "Cleaning rules, as logged",
    .no_cleaning = "No cleaning rule was applied.",
    .rule = "Rule",
    .description = "What and why",
    .example = "First change",
    .rows_touched = "Rows touched",
    .rows_left = "Rows left",
    .cleaning_note =
        "Descriptions are those of the cleaning log, in the words in which they were recorded. The workbook "
        "lists the rows touched (at most the first thousand of each rule).",
    .logged_rows = "Rows (first thousand)",
    .before = "Before (first ten)",
    .after = "After (first ten)",
    // model
    .section_model = "The model",
    .model_intro =
        "Several models were trained on the same sales; the one with the least cross-validated median error "
        "values the property. Sales are split by date: nothing of the test period reached a feature, a "
        "parameter or the choice.",
    .champion = "Model used",
    .training_sales = "Training sales",
    .calibrated_on = "Intervals calibrated on",
    .from_to = "{0} to {1}",
    .trained_to = "Sales learnt from, up to",
    .tested_from = "Test sales",
    .tested_from_text = "from {0} on, {1} sales, none left out",
    .least_training_price = "Least price to train on",
    .market_trend = "Market trend",
    .per_year = "{0} a year",
    .neighbourhoods = "Price level around",
    .neighbourhoods_text = "of the {0} nearest training sales",
    .features_used = "{0} characteristics enter the model: {1}.",
    .candidates_title = "Candidates",
    .model = "Model",
    .cv_mdape = "Median error, cross-val.",
    .cv_cod = "COD, cross-val.",
    .test_mdape = "Median error, test",
    .test_ppe10 = "Within 10 %, test",
    .test_cod = "COD, test",
    .test_prd = "PRD, test",
    .test_r2 = "R², test",
    .seconds = "Seconds",
    .candidates_note =
        "Cross-validation: {0} folds of the training sales, every preparation of the data repeated inside "
        "each fold. In bold: the model used.",
    .importance_title = "What the model relies on",
    .importance_note = "Mean size of each characteristic’s effect on the estimates, as a change of the value.",
    .more_in_workbook = "{0} more in the workbook.",
    .coefficients_title = "Coefficients of the model used",
    .term = "Term",
    .estimate = "Estimate",
    .standard_error = "Standard error",
    // accuracy
    .section_accuracy = "Accuracy on sales it had not seen",
    .accuracy_intro =
        "The model valued all {0} sales from {1} on as if it did not know their prices; no sale was left out "
        "as an outlier.",
    .measure = "Measure",
    .test_untrimmed = "This model, all test sales",
    .test_trimmed = "This model, sales of at least {0}",
    .benchmark_raw = "as published",
    .benchmark_rescaled = "rescaled",
    .sales = "Sales",
    .mdape = "Median absolute error",
    .mape = "Mean absolute error",
    .ppe10 = "Within 10 % of the price",
    .ppe20 = "Within 20 % of the price",
    .median_ratio = "Median ratio",
    .cod = "COD",
    .prd = "PRD",
    .prb = "PRB",
    .r2 = "R² (in currency)",
    .coverage80 = "Prices inside 80 % interval",
    .coverage95 = "Prices inside 95 % interval",
    .accuracy_note = "Ratio: estimate divided by price. COD in percent. Errors are relative to the price paid.",
    .benchmark_note =
        "«{0}» holds somebody else’s values for the same sales: compared here, never a characteristic. "
        "Rescaled: divided by its median ratio of the calibration period, so that a mere difference of level "
        "is not held against it.",
    .no_benchmark = "The data set holds nobody else’s values, so there is nothing to compare with.",
    .scatter_title = "Observed prices and estimates",
    .scatter_note =
        "Left: each dot is a test sale; both axes are logarithmic. On the solid line the estimate equals the price; the "
        "dashed lines are 20 % above it and as far below.",
    .thinned = "Every {0}th sale is drawn.",
    .axis_price = "price paid",
    .axis_estimate = "estimate",
    .axis_ratio = "ratio (estimate / price)",
    .axis_share = "share of the test sales",
    // ratio study
    .section_ratio = "Ratio study",
    .ratio_intro =
        "Ratio = estimate / price, on all test sales, with the measures of the IAAO Standard on Ratio "
        "Studies (2013). The ranges are the standard’s for single-family homes; other kinds of property have "
        "other ranges. They are a reference, not a grade.",
    .no_test_sales = "There are no test sales, so there is no ratio study.",
    .what_it_tells = "What it tells",
    .this_model = "this model",
    .iaao_range = "IAAO range",
    .reading = "Reading",
    .median_meaning = "Level: 1 when estimates are neither too high nor too low",
    .cod_meaning = "Scatter: mean distance from the median ratio, in percent of it",
    .prd_meaning = "Above 1: dear homes are estimated lower than cheap ones",
    .prb_meaning = "Change of the ratio when the value doubles (95 % confidence)",
    .inside = "inside",
    .below = "below",
    .above = "above",
    .by_value_title = "By value band",
    .value_band = "Value band",
    .median_price = "Median price",
    .by_value_note =
        "Bands of equal numbers of sales by half the price and half the level-corrected estimate: bands by "
        "price alone would show a bias against dear homes even where there is none.",
    .by_quarter_title = "By quarter",
    .quarter = "Quarter",
    .quarter_name = "{0} Q{1}",
    .estimates_title = "Estimates against prices, and the distribution of their ratios",
    .histogram_note =
        "Right: green is the IAAO range of the median ratio, the orange line this model’s median. Not shown: {0} ratios "
        "below {1}, {2} above {3}.",
    .histogram_note_benchmark =
        "Right: bars are this model, the brown outline the benchmark as published; green is the IAAO range of the median "
        "ratio, the orange line this model’s median. Of this model not shown: {0} ratios below {1}, {2} above {3}.",
    .ratio_plot_title = "Ratios along the price",
    .ratio_plot_note =
        "Both axes are logarithmic; ratios beyond 0.4 and 2.5 lie on the edge. Orange: medians of the value "
        "bands. Dots fall to the right by construction (a high price makes a low ratio), which is why the "
        "bands above are used to judge.",
    // limits of use, provenance
    .section_limits = "Limits of use",
    .no_warnings = "None: every characteristic is known and lies within what the model has seen.",
    .not_claimed_title = "What this report does not claim",
    .limit_desk =
        "No inspection: nobody visited the property. Its state of repair, its occupation, what stands on the "
        "ground and what is in it are as stated, not as seen.",
    .limit_title = "Title, encumbrances, tenancies, planning, environmental and structural matters were not examined.",
    .limit_professional =
        "A model’s answer alone is not an appraisal under NBR 14653, USPAP, the RICS Red Book, EVS or IVS: "
        "these require a professional’s judgement, which is for the professional to add and to sign.",
    .limit_nbr_trees =
        "No NBR 14653-2 grade: its table 1 rests on the t and F tests of a linear regression, which {0} does "
        "not have. No grade is claimed.",
    .limit_nbr_ols =
        "No NBR 14653-2 grade: the points of its tables 1 and 5 were not assessed in this report. No grade "
        "is claimed.",
    .limit_value =
        "The value is the median of what the model expects: a price above it is as likely as one below it. "
        "It is not a mean, a cost, an insurance value or a forced-sale value.",
    .limit_intervals =
        "The intervals were calibrated on earlier sales. On the test sales the 80 % interval held {0} of the "
        "prices and the 95 % interval {1}. That is an average over the market, not a promise for this "
        "property.",
    .limit_after_training =
        "The reference date lies {0} days after the last training sales; between them the market trend is "
        "carried forward, not observed.",
    .limit_retrospective =
        "The reference date lies within the period of the training sales: the valuation looks back and knows "
        "sales made after it.",
    .limit_ratio = "Outside its reference range on the test sales: {0}.",
    .limit_data =
        "Prices and characteristics are those of the source file. They were checked for form and cleaned by "
        "the rules of section 4, not verified against deeds.",
    .limit_causes =
        "Factors and importances describe the model. They are associations; changing a characteristic of the "
        "house need not change its price by as much.",
    .section_provenance = "Provenance",
    .provenance_intro =
        "Everything this report stands on is kept unchanged under these identities; a single changed byte "
        "would give another identity.",
    .version_line = "Data: {0}",
    .what = "What",
    .model_trained_on = "Model trained on",
    .engine = "Engine",
    .seed = "Random seed",
    // models by the names of the service
    .name_ols = "Ordinary least squares",
    .name_elastic_net = "Elastic net",
    .name_xgboost = "Gradient-boosted trees (XGBoost)",
    // alternative texts of figures
    .alt_interval = "Line with the value {0}, its 80 % interval {1} and its 95 % interval {2}",
    .alt_waterfall = "Waterfall chart from the base value {0} to the value {1}, one bar for each characteristic",
    .alt_map = "Map of the property and {0} comparable sales with rings of distance",
    .alt_importance = "Bars of the importance of each characteristic; the most important is {0}",
    .alt_scatter = "Scatter plot of price paid and estimate of {0} test sales",
    .alt_gauges =
        "Median ratio, COD, PRD and PRB of the model, and of the benchmark where there is one, on scales "
        "with the IAAO ranges",
    .alt_histogram = "Histogram of the ratios of the test sales",
    .alt_ratio_plot = "Ratio against price of the test sales, with the medians of the value bands",
    // workbook
    .sheet_summary = "Summary",
    .sheet_subject = "Subject",
    .sheet_contributions = "Contributions",
    .sheet_comparables = "Comparables",
    .sheet_metrics = "Metrics",
    .sheet_ratio = "Ratio study",
    .sheet_sales = "Test sales",
    .sheet_cleaning = "Cleaning",
    .sheet_provenance = "Provenance",
    .sheet_coefficients = "Coefficients",
    .item = "Item",
    .content = "Content",
    .title = "Title",
    .property = "Property",
    .estimated_value = "Estimated value",
    .lower80 = "80 % interval, lower",
    .upper80 = "80 % interval, upper",
    .lower95 = "95 % interval, lower",
    .upper95 = "95 % interval, upper",
    .currency = "Currency",
    .unit = "Unit",
    .contribution_log = "Contribution (log)",
    .value_after = "Value after it",
    .longitude = "Longitude",
    .latitude = "Latitude",
    .file_row = "Row of the file",
    .benchmark = "Benchmark",
    .ratio = "Ratio",
    .benchmark_ratio = "Benchmark ratio",
    .inside80 = "Inside 80 %",
    .cross_validation = "{0}, cross-validation",
    .test_of = "{0}, test",
    .band_from = "Band from",
    .band_to = "Band to",
    .importance = "Mean |contribution| (log)",
    .yes = "yes",
    .no = "no",
    .not_known = "not known",
};
// clang-format on

}  // namespace valion::reporting
