// The sheets of the workbook in the order in which they stand.
#pragma once

#include "services/reporting_service/xlsx/workbook.hpp"

namespace valion::reporting {

void summary_sheet(Workbook& book, const report::ReportContent& content);  // sheets_value.cpp
void subject_sheet(Workbook& book, const report::ReportContent& content);
void contributions_sheet(Workbook& book, const report::ReportContent& content);
void comparables_sheet(Workbook& book, const report::ReportContent& content);
void metrics_sheet(Workbook& book, const report::ReportContent& content);       // sheets_model.cpp
void coefficients_sheet(Workbook& book, const report::ReportContent& content);  // none without linear candidates
void ratio_sheet(Workbook& book, const report::ReportContent& content);
void sales_sheet(Workbook& book, const report::ReportContent& content);
void cleaning_sheet(Workbook& book, const report::ReportContent& content);  // sheets_data.cpp
void provenance_sheet(Workbook& book, const report::ReportContent& content);

}  // namespace valion::reporting
