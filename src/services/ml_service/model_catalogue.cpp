#include "services/ml_service/model_catalogue.hpp"

#include <optional>
#include <utility>

#include "contracts/ml.hpp"
#include "platform/json/stored_document.hpp"
#include "platform/sql/text_column.hpp"

namespace valion::ml {
namespace {

const std::vector<sql::Migration>& migrations() {
  static const std::vector<sql::Migration> steps{{"models", R"(create table ml_models (
          tenant text not null,
          model text not null,
          created_at text not null,
          record text not null,
          primary key (tenant, model)))"},
                                                 {"valuations", R"(create table ml_valuations (
          tenant text not null,
          valuation text not null,
          created_at text not null,
          body text not null,
          primary key (tenant, valuation)))"}};
  return steps;
}

// The two tables differ only in their names.
struct Store {
  const char* insert;
  const char* select;
  const char* what;
  std::int64_t format;
};
constexpr Store kModels{
    "insert into ml_models (tenant, model, created_at, record) values (:tenant, :hash, :created_at, :body) on conflict "
    "do nothing",
    "select record from ml_models where tenant = :tenant and model = :hash", "model", contracts::ModelRecord::kFormat};
constexpr Store kValuations{
    "insert into ml_valuations (tenant, valuation, created_at, body) values (:tenant, :hash, :created_at, :body) on "
    "conflict do nothing",
    "select body from ml_valuations where tenant = :tenant and valuation = :hash", "valuation",
    contracts::Valuation::kFormat};

Result<std::string> read(soci::session& session, const Store& store, const std::string& tenant,
                         const std::string& hash) {
  std::string body;
  session << store.select, soci::use(tenant), soci::use(hash), soci::into(body);
  if (!session.got_data()) return fail(ErrorKind::not_found, std::string("there is no ") + store.what + " " + hash);
  VALION_TRY(json::check_stored_format(std::string("the stored ") + store.what + " " + hash, body, store.format));
  return body;
}

Result<std::string> add(soci::session& session, const Store& store, const std::string& tenant, const std::string& hash,
                        const std::string& created_at, const std::string& body) {
  session << store.insert, soci::use(tenant), soci::use(hash), soci::use(created_at), soci::use(body);
  return read(session, store, tenant, hash);
}

}  // namespace

ModelCatalogue::ModelCatalogue(sql::Database& database) : database_(database) { database_.migrate("ml", migrations()); }

Result<std::string> ModelCatalogue::add_model_blocking(const std::string& tenant, const Hash& model,
                                                       const std::string& created_at, const std::string& record,
                                                       const trace::Parent& span) {
  Result<std::string> kept = fail(ErrorKind::internal, "the transaction did not run");
  const auto work = [&](soci::session& session) {
    kept = add(session, kModels, tenant, model.text(), created_at, record);
    return kept.has_value();
  };
  VALION_TRY(database_.transact(work, sql::Access::write, span));
  return kept;
}

Async<Result<std::string>> ModelCatalogue::find_model(const std::string& tenant, const Hash& model,
                                                      trace::Parent span) {
  const auto work = [tenant, hash = model.text()](soci::session& session) {
    return read(session, kModels, tenant, hash);
  };
  co_return co_await database_.run(work, span);
}

Async<Result<std::vector<std::string>>> ModelCatalogue::list_models(const std::string& tenant, int limit,
                                                                    trace::Parent span) {
  const auto work = [tenant, limit](soci::session& session) -> Result<std::vector<std::string>> {
    const soci::rowset<std::string> rows =
        (session.prepare
             << "select record from ml_models where tenant = :tenant order by created_at desc, model limit :most",
         soci::use(tenant), soci::use(limit));
    return std::vector<std::string>(rows.begin(), rows.end());
  };
  co_return co_await database_.run(work, span);
}

Async<Result<std::vector<std::string>>> ModelCatalogue::latest_models(int limit) {
  const auto work = [limit](soci::session& session) -> Result<std::vector<std::string>> {
    const soci::rowset<std::string> rows =
        (session.prepare << "select record from ml_models order by created_at desc, model limit :most",
         soci::use(limit));
    return std::vector<std::string>(rows.begin(), rows.end());
  };
  co_return co_await database_.read(work);
}

Async<Result<std::string>> ModelCatalogue::add_valuation(const std::string& tenant, const Hash& valuation,
                                                         const std::string& created_at, const std::string& body,
                                                         trace::Parent span) {
  const auto work = [tenant, hash = valuation.text(), created_at, body](soci::session& session) {
    return add(session, kValuations, tenant, hash, created_at, body);
  };
  co_return co_await database_.run(work, span);
}

Async<Result<std::string>> ModelCatalogue::find_valuation(const std::string& tenant, const Hash& valuation,
                                                          trace::Parent span) {
  const auto work = [tenant, hash = valuation.text()](soci::session& session) {
    return read(session, kValuations, tenant, hash);
  };
  co_return co_await database_.run(work, span);
}

Result<std::vector<std::string>> ModelCatalogue::all_models_blocking() {
  return sql::read_texts(database_, "select distinct model from ml_models");
}

}  // namespace valion::ml
