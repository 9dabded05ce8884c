// What pages are made of: paragraphs, lists of doubts, tables, figures, and the page around them, which a content-security
// policy lets run no script but those that it carries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/report/svg.hpp"

namespace glasscape {

// Texts are rich text (markup.hpp) and escaped here.
std::string paragraph(const std::string& text);
std::string doubts_list(const std::vector<std::string>& doubts);
std::string html_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows);
/// Each as a still picture, and as what a script makes a plot of; both have one place and one size.
std::string figure_grid(const std::vector<Figure>& figures);
/// Of the packages that a page carries.
std::string licences_section();

/// The whole page. `body` is HTML, `title` plain text; the scripts run at its end, in their order.
std::string html_page(const std::string& title, const std::string& body, const std::vector<std::string_view>& scripts);

}  // namespace glasscape
