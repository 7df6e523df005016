// The parts of the PDF report in the order in which they stand.
#pragma once

#include "services/reporting_service/render/charts.hpp"
#include "services/reporting_service/render/flow.hpp"

namespace valion::reporting {

void title_page(Flow& flow, const report::ReportContent& content, const Voice& voice);        // section_title.cpp
void property_section(Flow& flow, const report::ReportContent& content, const Voice& voice);  // section_value.cpp
void explanation_section(Flow& flow, const report::ReportContent& content, const Voice& voice);
void comparables_section(Flow& flow, const report::ReportContent& content,
                         const Voice& voice);                                                 // section_comparables.cpp
void data_section(Flow& flow, const report::ReportContent& content, const Voice& voice);      // section_data.cpp
void model_section(Flow& flow, const report::ReportContent& content, const Voice& voice);     // section_model.cpp
void accuracy_section(Flow& flow, const report::ReportContent& content, const Voice& voice);  // section_accuracy.cpp
void ratio_section(Flow& flow, const report::ReportContent& content, const Voice& voice);
void limits_section(Flow& flow, const report::ReportContent& content, const Voice& voice);  // section_limits.cpp
void provenance_section(Flow& flow, const report::ReportContent& content, const Voice& voice);

}  // namespace valion::reporting
