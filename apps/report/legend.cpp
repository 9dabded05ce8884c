#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "apps/report/drawing.hpp"
#include "apps/report/markup.hpp"

namespace glasscape {
namespace {

// Okabe and Ito: blue, vermillion, bluish green, reddish purple, orange, sky blue, and the text's colour for
// black
constexpr std::array<const char*, 7> palette = {"#0072B2", "#D55E00", "#009E73",     "#CC79A7",
                                                "#E69F00", "#56B4E9", "currentColor"};

constexpr Pixel sign_size{22.0, 12.0};
constexpr double sign_gap = 6.0, entry_gap = 18.0, row_height = 18.0;  // pixels

struct Entry {
  std::string name;
  std::string signs;  // at the origin
};

// The sign of a mark in a box of sign_size at the origin

std::string sign(const Bars&, int) { return rect_element({4, 1, 14, 10}, bar_style); }

std::string sign(const Line& line, int) { return path_element("M1 6h20", line_style(line)); }

std::string sign(const Points&, int color) { return path_element(marker_path(color, {11, 6}), marker_style); }

std::string sign(const Band&, int) { return rect_element({0, 0.5, 22, 11}, band_style); }

std::string sign(const Boxes&, int) {
  return rect_element({3, 1, 16, 10}, box_style) + path_element("M3 6h16", median_style);
}

void add_entry(std::vector<Entry>& entries, const std::string& name, const std::string& signs) {
  if (name.empty()) return;
  const auto same =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.name == name; });
  if (same == entries.end())
    entries.push_back({name, signs});
  else
    same->signs += signs;
}

std::vector<Entry> entries_of(const std::vector<Mark>& marks, const std::vector<int>& colors) {
  std::vector<Entry> entries;
  for (std::size_t k = 0; k < marks.size(); ++k)
    std::visit(
        [&](const auto& mark) {
          if constexpr (requires { mark.name; })
            add_entry(entries, mark.name, colored_group(colors[k]) + sign(mark, colors[k]) + "</g>");
        },
        marks[k]);
  return entries;
}

}  // namespace

std::vector<int> colors_of(const std::vector<Mark>& marks) {
  constexpr int count = palette.size();
  std::vector<int> colors;
  int next = 0;
  for (const Mark& mark : marks)
    colors.push_back(std::visit(
        [&](const auto& it) {
          if constexpr (requires { it.color; })
            return ((it.color ? *it.color : next++) % count + count) % count;
          else
            return -1;
        },
        mark));
  return colors;
}

std::string colored_group(int color) {
  if (color < 0) return "<g>";
  return fmt::format("<g class=\"ink-{}\" color=\"{}\">", color, palette[static_cast<std::size_t>(color)]);
}

Piece legend(const std::vector<Mark>& marks, const std::vector<int>& colors, Pixel left_top, double width) {
  Piece drawn;
  Pixel at = left_top;
  for (const Entry& entry : entries_of(marks, colors)) {
    const std::string name = elided(entry.name, label_font, width - sign_size.x - sign_gap);
    const double needed = sign_size.x + sign_gap + text_width(name, label_font);
    if (at.x > left_top.x && at.x + needed > left_top.x + width) at = {left_top.x, at.y + row_height};
    drawn.svg += fmt::format("<g transform=\"translate({} {})\">{}</g>", pixels(at.x), pixels(at.y + 2.0),
                             entry.signs);
    drawn.svg += text_element({at.x + sign_size.x + sign_gap, at.y + label_font}, name, label_font);
    drawn.height = at.y + row_height - left_top.y;
    at.x += needed + entry_gap;
  }
  return drawn;
}

}  // namespace glasscape
