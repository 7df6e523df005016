#include "domain/geo/projection.hpp"

#include <proj.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace valion::geo {
namespace {

constexpr std::size_t kLongestDefinition = 16384;  // a WKT is some thousand characters
constexpr double kBeyondArea = 5;                  // degrees

struct DeleteContext {
  void operator()(PJ_CONTEXT* context) const { proj_context_destroy(context); }
};
struct DeleteObject {
  void operator()(PJ* object) const { proj_destroy(object); }
};
using Context = std::unique_ptr<PJ_CONTEXT, DeleteContext>;
using Object = std::unique_ptr<PJ, DeleteObject>;

void keep_message(void* message, int /*level*/, const char* text) { *static_cast<std::string*>(message) = text; }

// `+proj=…`, as opposed to a code, WKT (which has brackets) or PROJJSON (braces).
bool is_parameter_text(const std::string& definition) {
  return definition.find("proj=") != std::string::npos && definition.find_first_of("{[") == std::string::npos;
}

Result<void> check_text(const std::string& definition) {
  if (definition.empty())
    return fail(ErrorKind::invalid, "the coordinate reference system is empty; write e.g. EPSG:4326");
  if (definition.size() > kLongestDefinition || definition.find('\0') != std::string::npos) {
    return fail(ErrorKind::invalid, "the coordinate reference system is too long, or no text");
  }
  if (definition.find("init=") != std::string::npos) {
    return fail(ErrorKind::invalid, "`+init=` is obsolete in a coordinate reference system; write e.g. EPSG:2834");
  }
  if (definition.find("proj=pipeline") != std::string::npos) {
    return fail(ErrorKind::invalid, "a PROJ pipeline is a transformation, not a coordinate reference system");
  }
  if (is_parameter_text(definition) && definition.find('/') != std::string::npos) {
    return fail(ErrorKind::invalid, "paths to files are not allowed in a coordinate reference system");
  }
  return {};
}

bool is_horizontal(const PJ* crs) {
  switch (proj_get_type(crs)) {
    case PJ_TYPE_GEOGRAPHIC_2D_CRS:
    case PJ_TYPE_GEOGRAPHIC_3D_CRS:
    case PJ_TYPE_PROJECTED_CRS:
    case PJ_TYPE_COMPOUND_CRS:
    case PJ_TYPE_BOUND_CRS: return true;
    default: return false;
  }
}

// Far outside its domain a projection may still answer something; then the way back does not lead to the same point.
bool leads_back(PJ* transformation, PJ_COORD degrees, double x, double y) {
  const PJ_COORD back = proj_trans(transformation, PJ_INV, degrees);
  const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-6 * std::max(1.0, std::abs(b)); };
  return proj_errno(transformation) == 0 && near(back.xy.x, x) && near(back.xy.y, y);
}

struct Box {
  double west = 0, south = 0, east = 0, north = 0;

  [[nodiscard]] bool holds(LonLat place) const {
    if (place.latitude < south - kBeyondArea || place.latitude > north + kBeyondArea) return false;
    const double width = std::fmod(east - west + 360, 360) + 2 * kBeyondArea;  // areas may cross the antimeridian
    return width >= 360 || std::fmod(place.longitude - (west - kBeyondArea) + 720, 360) <= width;
  }
};

std::optional<Box> area_of_use(PJ_CONTEXT* context, const PJ* crs) {
  Box box;
  const char* name = nullptr;
  const bool known = proj_get_area_of_use(context, crs, &box.west, &box.south, &box.east, &box.north, &name) != 0;
  const bool whole_earth = box.west <= -180 && box.east >= 180;
  if (!known || box.west < -999 || whole_earth) return std::nullopt;  // -1000: PROJ does not know
  return box;
}

}  // namespace

struct Projection::State {
  std::string message;  // the last that PROJ had to say; before the context, which writes here
  Context context;
  Object transformation;
  std::optional<Box> area;
  std::string name;
};

Projection::Projection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Projection::~Projection() = default;
Projection::Projection(Projection&&) noexcept = default;
Projection& Projection::operator=(Projection&&) noexcept = default;

const std::string& Projection::name() const noexcept { return state_->name; }

Result<Projection> Projection::from_definition(const std::string& definition) {
  VALION_TRY(check_text(definition));
  auto state = std::make_unique<State>();
  state->context.reset(proj_context_create());
  PJ_CONTEXT* context = state->context.get();
  if (context == nullptr) return fail(ErrorKind::internal, "PROJ could not make a context");
  proj_context_set_enable_network(context, 0);
  proj_log_func(context, &state->message, keep_message);

  const auto refuse = [&](const std::string& what) {
    return fail(ErrorKind::invalid, "`" + definition.substr(0, 200) + "` " + what +
                                        (state->message.empty() ? std::string() : ": " + state->message));
  };
  const bool untyped = is_parameter_text(definition) && definition.find("type=crs") == std::string::npos;
  const std::string text = untyped ? definition + " +type=crs" : definition;
  const Object crs(proj_create(context, text.c_str()));
  if (!crs) return refuse("is no coordinate reference system that PROJ knows");
  if (proj_is_crs(crs.get()) == 0 || !is_horizontal(crs.get())) {
    state->message.clear();
    return refuse("is no projected or geographic coordinate reference system");
  }
  const Object degrees(proj_create(context, "EPSG:4326"));
  if (!degrees) return fail(ErrorKind::internal, "PROJ does not find its data base: " + state->message);
  const Object plain(proj_create_crs_to_crs_from_pj(context, crs.get(), degrees.get(), nullptr, nullptr));
  if (!plain) return refuse("cannot be turned into longitude and latitude");
  state->transformation.reset(proj_normalize_for_visualization(context, plain.get()));
  if (!state->transformation) return refuse("has axes that are not east and north");
  state->area = area_of_use(context, crs.get());
  const char* name = proj_get_name(crs.get());
  state->name = name == nullptr ? "unknown" : name;
  return Projection(std::move(state));
}

std::optional<LonLat> Projection::to_lon_lat(double x, double y) {
  if (!std::isfinite(x) || !std::isfinite(y)) return std::nullopt;
  PJ* transformation = state_->transformation.get();
  proj_errno_reset(transformation);
  const PJ_COORD degrees = proj_trans(transformation, PJ_FWD, proj_coord(x, y, 0, HUGE_VAL));
  const LonLat place{degrees.lp.lam, degrees.lp.phi};
  if (proj_errno(transformation) != 0 || !is_finite(place)) return std::nullopt;
  if (std::abs(place.latitude) > 90 || std::abs(place.longitude) > 180) return std::nullopt;
  if (!leads_back(transformation, degrees, x, y)) return std::nullopt;
  if (state_->area && !state_->area->holds(place)) return std::nullopt;
  return place;
}

}  // namespace valion::geo
