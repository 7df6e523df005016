#include "services/reporting_service/render/canvas.hpp"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <cmath>
#include <numbers>
#include <utility>

namespace valion::reporting {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
using FontMap = std::unique_ptr<PangoFontMap, Unref>;
using Context = std::unique_ptr<PangoContext, Unref>;
using Layout = std::unique_ptr<PangoLayout, Unref>;

cairo_status_t append(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

// Control characters would be drawn as boxes, and a newline would break a row: they become spaces.
std::string printable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char c : text) clean += (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) ? ' ' : c;
  return clean;
}

PangoAlignment pango_align(Align align) {
  if (align == Align::centre) return PANGO_ALIGN_CENTER;
  return align == Align::right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
}

Context make_context(PangoFontMap* map) {
  Context context(pango_font_map_create_context(map));
  pango_cairo_context_set_resolution(context.get(), 72);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context.get(), options);
  cairo_font_options_destroy(options);
  return context;
}

Layout make_layout(PangoContext* context, std::string_view text, const TextStyle& style) {
  Layout layout(pango_layout_new(context));
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family(font, style.mono ? "DejaVu Sans Mono" : "DejaVu Sans");
  pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_size(font, static_cast<int>(std::lround(style.size * PANGO_SCALE)));
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  PangoAttrList* attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_font_features_new("liga=0, clig=0, dlig=0"));
  pango_layout_set_attributes(layout.get(), attributes);
  pango_attr_list_unref(attributes);
  if (style.line_spacing != 1.0) pango_layout_set_line_spacing(layout.get(), static_cast<float>(style.line_spacing));
  const std::string clean = printable(text);
  pango_layout_set_text(layout.get(), clean.data(), static_cast<int>(clean.size()));
  return layout;
}

Size size_of(PangoLayout* layout) {
  int width = 0, height = 0;
  pango_layout_get_size(layout, &width, &height);
  return {width / static_cast<double>(PANGO_SCALE), height / static_cast<double>(PANGO_SCALE)};
}

void wrap_at(PangoLayout* layout, double width) {
  if (width <= 0) return;
  pango_layout_set_width(layout, static_cast<int>(std::ceil(width * PANGO_SCALE)));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
}

void set_info(cairo_surface_t* surface, const DocumentInfo& info) {
  const auto set = [&](cairo_pdf_metadata_t key, const std::string& value) {
    if (!value.empty()) cairo_pdf_surface_set_metadata(surface, key, value.c_str());
  };
  set(CAIRO_PDF_METADATA_TITLE, printable(info.title));
  set(CAIRO_PDF_METADATA_SUBJECT, printable(info.subject));
  set(CAIRO_PDF_METADATA_AUTHOR, printable(info.author));
  set(CAIRO_PDF_METADATA_CREATOR, info.creator);
  const std::string created = info.created_at.substr(0, 19) + "Z";  // Cairo takes no fraction of a second
  set(CAIRO_PDF_METADATA_CREATE_DATE, created);
  set(CAIRO_PDF_METADATA_MOD_DATE, created);
}

}  // namespace

struct Canvas::State {
  std::string bytes;
  cairo_surface_t* surface = nullptr;
  cairo_t* cairo = nullptr;
  FontMap fonts;
  Context context;
  int page = 1;
  std::vector<std::string> alternatives;

  void set(Colour colour) const { cairo_set_source_rgba(cairo, colour.red, colour.green, colour.blue, colour.alpha); }
  void stroke(const Stroke& stroke) const {
    set(stroke.colour);
    cairo_set_line_width(cairo, stroke.width);
    cairo_set_dash(cairo, &stroke.dash, stroke.dash > 0 ? 1 : 0, 0);
    cairo_stroke(cairo);
  }
  void path(const Box& box, double radius) const {
    cairo_new_path(cairo);
    if (radius <= 0) return cairo_rectangle(cairo, box.x, box.y, box.width, box.height);
    constexpr double kQuarter = std::numbers::pi / 2;
    cairo_new_sub_path(cairo);
    cairo_arc(cairo, box.right() - radius, box.y + radius, radius, -kQuarter, 0);
    cairo_arc(cairo, box.right() - radius, box.bottom() - radius, radius, 0, kQuarter);
    cairo_arc(cairo, box.x + radius, box.bottom() - radius, radius, kQuarter, 2 * kQuarter);
    cairo_arc(cairo, box.x + radius, box.y + radius, radius, 2 * kQuarter, 3 * kQuarter);
    cairo_close_path(cairo);
  }
  // Line by line, each as text of its own: Pango hides the space at which it breaks behind an empty marked-content sequence,
  // at which readers of the structure (poppler) stop.
  void show_lines(PangoLayout* layout, Point at, const TextStyle& style, double width, Align align) const {
    const std::string_view all = pango_layout_get_text(layout);
    PangoLayoutIter* line = pango_layout_get_iter(layout);
    do {
      const PangoLayoutLine* place = pango_layout_iter_get_line_readonly(line);
      const std::string_view piece =
          all.substr(static_cast<std::size_t>(place->start_index), static_cast<std::size_t>(place->length));
      const Layout single = make_layout(context.get(), piece, style);
      const double baseline = pango_layout_iter_get_baseline(line) - pango_layout_get_baseline(single.get());
      double x = at.x;
      if (align != Align::left) {
        const std::string_view trimmed = piece.substr(0, piece.find_last_not_of(' ') + 1);
        const double rest = width - size_of(make_layout(context.get(), trimmed, style).get()).width;
        x += align == Align::right ? rest : rest / 2;
      }
      show(single.get(), {x, at.y + baseline / PANGO_SCALE}, style.colour);
    } while (pango_layout_iter_next_line(line) != 0);
    pango_layout_iter_free(line);
  }
  void show(PangoLayout* layout, Point at, Colour colour) const {
    set(colour);
    cairo_move_to(cairo, at.x, at.y);
    pango_cairo_show_layout(cairo, layout);
  }
};

Canvas::Canvas(const DocumentInfo& info) : state_(std::make_unique<State>()) {
  state_->surface = cairo_pdf_surface_create_for_stream(append, &state_->bytes, theme::kPageWidth, theme::kPageHeight);
  cairo_pdf_surface_restrict_to_version(state_->surface, CAIRO_PDF_VERSION_1_5);
  set_info(state_->surface, info);
  state_->cairo = cairo_create(state_->surface);
  state_->fonts.reset(pango_cairo_font_map_new());  // of its own: the default one is shared within a thread only
  state_->context = make_context(state_->fonts.get());
}

Canvas::~Canvas() {
  if (state_->cairo != nullptr) cairo_destroy(state_->cairo);
  if (state_->surface != nullptr) cairo_surface_destroy(state_->surface);
}

void Canvas::end_page() {
  cairo_show_page(state_->cairo);
  ++state_->page;
}

Size Canvas::measure(std::string_view text, const TextStyle& style, double width) const {
  const Layout layout = make_layout(state_->context.get(), text, style);
  wrap_at(layout.get(), width);
  return size_of(layout.get());
}

Size Canvas::text(Point at, std::string_view text, const TextStyle& style, double width, Align align) {
  const Layout layout = make_layout(state_->context.get(), text, style);
  wrap_at(layout.get(), width);
  const Size size = size_of(layout.get());
  if (pango_layout_get_line_count(layout.get()) > 1) {
    state_->show_lines(layout.get(), at, style, width, align);
    return size;
  }
  pango_layout_set_alignment(layout.get(), pango_align(align));
  if (width <= 0 && align == Align::right) at.x -= size.width;
  if (width <= 0 && align == Align::centre) at.x -= size.width / 2;
  state_->show(layout.get(), at, style.colour);
  return size;
}

void Canvas::label(Point at, std::string_view text, const TextStyle& style, Align align, double width) {
  const Layout layout = make_layout(state_->context.get(), text, style);
  if (width > 0 && size_of(layout.get()).width > width) {
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_height(layout.get(), -1);
  }
  const Size size = size_of(layout.get());
  if (align == Align::right) at.x -= size.width;
  if (align == Align::centre) at.x -= size.width / 2;
  state_->show(layout.get(), {at.x, at.y - size.height / 2}, style.colour);
}

void Canvas::line(Point from, Point to, const Stroke& stroke) {
  cairo_move_to(state_->cairo, from.x, from.y);
  cairo_line_to(state_->cairo, to.x, to.y);
  state_->stroke(stroke);
}

void Canvas::polyline(const std::vector<Point>& points, const Stroke& stroke) {
  cairo_new_path(state_->cairo);  // text leaves a current point behind
  for (const Point& point : points) cairo_line_to(state_->cairo, point.x, point.y);
  state_->stroke(stroke);
}

void Canvas::fill(const Box& box, Colour colour, double radius) {
  state_->path(box, radius);
  state_->set(colour);
  cairo_fill(state_->cairo);
}

void Canvas::outline(const Box& box, const Stroke& stroke, double radius) {
  state_->path(box, radius);
  state_->stroke(stroke);
}

void Canvas::polygon(const std::vector<Point>& points, Colour colour) {
  cairo_new_path(state_->cairo);
  for (const Point& point : points) cairo_line_to(state_->cairo, point.x, point.y);
  cairo_close_path(state_->cairo);
  state_->set(colour);
  cairo_fill(state_->cairo);
}

// A line of no length with round ends: a fifth of the bytes of a circle, which counts with thousands of sales.
void Canvas::dot(Point centre, double radius, Colour colour) {
  cairo_save(state_->cairo);
  cairo_set_line_cap(state_->cairo, CAIRO_LINE_CAP_ROUND);
  cairo_move_to(state_->cairo, centre.x, centre.y);
  cairo_line_to(state_->cairo, centre.x, centre.y);
  state_->stroke({2 * radius, colour, 0});
  cairo_restore(state_->cairo);
}

void Canvas::circle(Point centre, double radius, const Stroke& stroke) {
  cairo_new_sub_path(state_->cairo);
  cairo_arc(state_->cairo, centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
  state_->stroke(stroke);
}

void Canvas::push_clip(const Box& box) {
  cairo_save(state_->cairo);
  state_->path(box, 0);
  cairo_clip(state_->cairo);
}

void Canvas::pop_clip() { cairo_restore(state_->cairo); }

void Canvas::begin_tag(const char* name) { cairo_tag_begin(state_->cairo, name, nullptr); }
void Canvas::end_tag(const char* name) { cairo_tag_end(state_->cairo, name); }

void Canvas::begin_figure(std::string alternative) {
  state_->alternatives.push_back(printable(alternative));
  begin_tag("Figure");
}

void Canvas::end_figure() { end_tag("Figure"); }

void Canvas::bookmark(std::string_view title, double y) {
  const std::string target =
      "page=" + std::to_string(state_->page) + " pos=[0 " + std::to_string(static_cast<int>(y)) + "]";
  cairo_pdf_surface_add_outline(state_->surface, CAIRO_PDF_OUTLINE_ROOT, printable(title).c_str(), target.c_str(),
                                static_cast<cairo_pdf_outline_flags_t>(0));
}

int Canvas::page() const { return state_->page; }
const std::vector<std::string>& Canvas::alternatives() const { return state_->alternatives; }

Result<std::string> Canvas::finish() {
  const cairo_status_t drawn = cairo_status(state_->cairo);
  cairo_destroy(std::exchange(state_->cairo, nullptr));
  cairo_surface_finish(state_->surface);
  const cairo_status_t written = cairo_surface_status(state_->surface);
  for (const cairo_status_t status : {drawn, written}) {
    if (status != CAIRO_STATUS_SUCCESS) {
      return fail(ErrorKind::internal, std::string("the report could not be drawn: ") + cairo_status_to_string(status));
    }
  }
  return std::move(state_->bytes);
}

}  // namespace valion::reporting
