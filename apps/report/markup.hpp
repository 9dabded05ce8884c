// Text for the report: made safe for HTML and SVG, with raised and lowered parts, measured and broken into
// lines. Rich text is UTF-8 in which _{...} lowers and ^{...} raises: "k_{B}T", "10^{-3}". Unicode
// superscripts and subscripts are drawn the same way, so that all of them look alike in every font. Numbers
// carry a true minus sign (U+2212).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glasscape {

/// A part of a rich text: level 0 on the line, 1 raised, -1 lowered. Not escaped.
struct TextRun {
  int level = 0;
  std::string text;
};

/// Safe as text and inside a quoted attribute, in HTML and XML. Broken UTF-8 and characters that XML forbids
/// become U+FFFD.
std::string escaped(std::string_view text);

/// The parts of a rich text, neighbours of one level joined.
std::vector<TextRun> text_runs(std::string_view rich);

/// Rich text without its braces, for places that cannot raise: "k_{B}T" is "kBT". Not escaped.
std::string plain_text(std::string_view rich);

/// Rich text as HTML with <sub> and <sup>, escaped.
std::string html_text(std::string_view rich);

/// Rich text as the content of an SVG <text> of this font size (pixels), escaped.
std::string svg_text(std::string_view rich, double font_size);

/// Width in pixels in a sans-serif font: Helvetica's metrics (Adobe Core 14 AFM) and a tenth for wider fonts.
double text_width(std::string_view rich, double font_size);

/// The text broken between words, or within a word that is too wide, into lines no wider than `width` pixels.
std::vector<std::string> lines_within(std::string_view rich, double font_size, double width);

/// A number for readers: "0.42", "\u22123.1\u00d710^{-5}" as rich text; "\u2013" for one that is not finite.
std::string readable(double value, int significant = 4);

/// A pixel coordinate to a hundredth, as short as can be. The value must be finite.
std::string pixels(double value);

}  // namespace glasscape
