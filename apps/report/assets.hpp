// Files that the program carries for its page: npm packages and the page's own scripts (apps/report/web), embedded when
// it is built (cmake/web.cmake). They hold no "</script", so they can stand in a script element as they are.
#pragma once

#include <string_view>

namespace glasscape::assets {

// packages
std::string_view plotly();     // plotly.js, cartesian bundle
std::string_view molecules();  // 3Dmol.js
std::string_view licences();   // of both and of what they bundle

// the page's own, in the order in which they run
std::string_view style();
std::string_view start();    // what the others share: data, colours, the chosen event
std::string_view canvas();   // figures with too many points for plotly.js
std::string_view figures();  // pictures become plots
std::string_view view();     // an event in three dimensions
std::string_view events();   // the table of events

}  // namespace glasscape::assets
