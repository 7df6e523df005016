// reporting_service: documents that stand on stored artefacts only.
//
//   POST /reports                       ReportRequest    > 202, a job whose result is ReportRecord
//   GET  /reports/{report}                               > ReportRecord
//   GET  /reports/{report}/pdf | xlsx                    > the file
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "platform/json/member.hpp"

namespace valion::contracts {

struct ReportRequest {
  Hash valuation;
  std::string title;
  std::optional<std::string> client, purpose, prepared_by;  // printed as «not stated» when absent: never inferred
  std::string language = "en";                              // en, pt-BR
  std::vector<std::string> formats{"pdf", "xlsx"};
  static constexpr std::array kDefaulted{"language", "formats"};
  static constexpr std::array kMembers{
      json::member("title").characters(1, 200).not_blank(),
      json::member("client").characters(0, 300).says("printed as not stated when absent",
                                                     "impresso como não informado quando ausente"),
      json::member("purpose").characters(0, 300),
      json::member("prepared_by").characters(0, 300),
      json::member("language").one_of("en pt-BR"),
      json::member("formats").elements(1, 2).one_of("pdf xlsx").distinct()};
};
BOOST_DESCRIBE_STRUCT(ReportRequest, (), (valuation, title, client, purpose, prepared_by, language, formats))

struct Artifact {
  std::string format;
  Hash sha256;
  std::int64_t bytes = 0;
  std::string path;  // on the gateway: `/api/v1/reports/{report}/pdf`
  static constexpr std::array kMembers{json::member("format").one_of("pdf xlsx"),
                                       json::member("path").says("where to get it", "onde obtê-lo")};
};
BOOST_DESCRIBE_STRUCT(Artifact, (), (format, sha256, bytes, path))

struct ReportRecord {
  Hash report;  // SHA-256 of the request and of the artefacts it stands on
  ReportRequest request;
  std::vector<Artifact> artifacts;
  std::string created_at;
  std::int64_t format = kFormat;
  static constexpr std::int64_t kFormat = 1;  // of the stored document
  static constexpr std::array kDefaulted{"format"};
  static constexpr std::array kMembers{
      json::member("report").says("the SHA-256 of the request and of what it stands on",
                                  "o SHA-256 do pedido e daquilo em que se apoia"),
      json::member("created_at").form("date-time")};
};
BOOST_DESCRIBE_STRUCT(ReportRecord, (), (report, request, artifacts, created_at, format))

}  // namespace valion::contracts
