// A figure as what plotly.js draws (plotly.com/javascript/reference): traces and a layout, the same marks over the same
// axes as in the static picture. Colours are "@K" or "@K/ALPHA", K an index into the palette of svg.hpp, and are put in
// by the page, which knows whether it is light or dark. A trace's `meta.events` are the events of its points.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "apps/report/svg.hpp"

namespace glasscape {

/// {"data": [...], "layout": {...}}. Every text is made safe for plotly's own markup. Numbers have nine digits; what an
/// axis cannot show is null. Throws as to_svg.
nlohmann::ordered_json to_plotly(const Figure& figure);

}  // namespace glasscape
