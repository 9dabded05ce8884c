#include "apps/report/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/locale/utf.hpp>
#include <cmath>

namespace glasscape {
namespace {

using Utf8 = boost::locale::utf::utf_traits<char>;

constexpr char32_t replacement = U'\uFFFD';
constexpr double script_size = 0.72;  // of the font size
constexpr double raised_by = 0.36, lowered_by = 0.20;

constexpr std::u32string_view superscripts = U"⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ";
constexpr std::u32string_view subscripts = U"₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼ";
constexpr std::u32string_view raised_characters = U"0123456789+−=()ni";
constexpr std::u32string_view lowered_characters = U"0123456789+−=()aeoxhklmnpstij";
static_assert(superscripts.size() == raised_characters.size() &&
              subscripts.size() == lowered_characters.size());

// Helvetica, Adobe Core 14 AFM: thousandths of the font size for the characters 32 to 126
constexpr std::array<int, 95> helvetica = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584};

bool allowed_in_xml(char32_t c) {  // XML 1.0, production 2
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c != 0xFFFE && c != 0xFFFF;
}

std::u32string decoded(std::string_view text) {
  std::u32string result;
  result.reserve(text.size());
  for (const char *at = text.data(), *end = at + text.size(); at != end;) {
    const char* const begin = at;
    const char32_t c = Utf8::decode(at, end);
    const bool broken = c == boost::locale::utf::illegal || c == boost::locale::utf::incomplete;
    if (broken) at = begin + 1;  // so that one wrong byte costs one character
    result += broken || !allowed_in_xml(c) ? replacement : c;
  }
  return result;
}

void append(std::string& text, char32_t c) { Utf8::encode(c, std::back_inserter(text)); }

std::string encoded(std::u32string_view characters) {
  std::string text;
  for (const char32_t c : characters) append(text, c);
  return text;
}

/// Where the group "_{...}" or "^{...}" at `at` ends (its closing brace), or npos when there is none.
std::size_t group_end(std::u32string_view text, std::size_t at) {
  if ((text[at] != '_' && text[at] != '^') || at + 1 >= text.size() || text[at + 1] != '{') return text.npos;
  return text.find(U'}', at + 2);
}

/// What stands between the braces; a hyphen in front of it is a minus sign.
std::u32string group_text(std::u32string_view text, std::size_t at, std::size_t end) {
  std::u32string inner(text.substr(at + 2, end - at - 2));
  if (!inner.empty() && inner.front() == '-') inner.front() = U'−';
  return inner;
}

double character_width(char32_t c) {
  constexpr double wider_fonts = 1.1e-3;
  if (c >= 32 && c < 127) return wider_fonts * helvetica[c - 32];
  if (c >= 0x2E80 && c < 0xFB00) return 1.0;  // ideographs fill a square
  return 0.62;
}

/// A word too wide for a line, in pieces that fit.
std::vector<std::string> pieces(const std::string& word, double font_size, double width) {
  std::vector<std::string> result{""};
  for (const char32_t c : decoded(word)) {
    std::string longer = result.back();
    append(longer, c);
    if (!result.back().empty() && text_width(longer, font_size) > width)
      result.push_back(encoded({&c, 1}));
    else
      result.back() = std::move(longer);
  }
  return result;
}

/// The parts between blanks; a blank inside a group does not part.
std::vector<std::string> rich_words(std::string_view rich) {
  const std::u32string text = decoded(rich);
  std::vector<std::string> result;
  bool in_word = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r') {
      in_word = false;
      continue;
    }
    if (!in_word) result.emplace_back();
    in_word = true;
    const std::size_t end = group_end(text, at);
    const std::size_t length = end == text.npos ? 1 : end + 1 - at;
    result.back() += encoded(std::u32string_view(text).substr(at, length));
    at += length - 1;
  }
  return result;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char32_t c : decoded(text)) switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        append(result, c);
    }
  return result;
}

std::vector<TextRun> text_runs(std::string_view rich) {
  const std::u32string text = decoded(rich);
  std::vector<TextRun> runs;
  const auto add = [&](int level, std::u32string_view characters) {
    if (runs.empty() || runs.back().level != level) runs.push_back({level, ""});
    runs.back().text += encoded(characters);
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (const std::size_t end = group_end(text, at); end != text.npos) {
      add(text[at] == '^' ? 1 : -1, group_text(text, at, end));
      at = end;
    } else if (const std::size_t raised = superscripts.find(text[at]); raised != superscripts.npos) {
      add(1, raised_characters.substr(raised, 1));
    } else if (const std::size_t lowered = subscripts.find(text[at]); lowered != subscripts.npos) {
      add(-1, lowered_characters.substr(lowered, 1));
    } else {
      add(0, {&text[at], 1});
    }
  }
  return runs;
}

std::string plain_text(std::string_view rich) {
  const std::u32string text = decoded(rich);
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t end = group_end(text, at);
    if (end == text.npos) {
      append(result, text[at]);
      continue;
    }
    for (const char32_t c : group_text(text, at, end)) {
      const std::size_t raised = text[at] == '^' ? raised_characters.find(c) : text.npos;
      append(result, raised == text.npos ? c : superscripts[raised]);
    }
    at = end;
  }
  return result;
}

std::string html_text(std::string_view rich) {
  std::string result;
  for (const TextRun& run : text_runs(rich)) {
    const char* const tag = run.level > 0 ? "sup" : "sub";
    const std::string text = escaped(run.text);
    result += run.level == 0 ? text : fmt::format("<{0}>{1}</{0}>", tag, text);
  }
  return result;
}

std::string svg_text(std::string_view rich, double font_size) {
  std::string result;
  double risen = 0.0;
  for (const TextRun& run : text_runs(rich)) {
    // dy, for not every browser knows baseline-shift
    const double rise = font_size * (run.level > 0 ? raised_by : run.level < 0 ? -lowered_by : 0.0);
    const std::string size =
        run.level == 0 ? "" : fmt::format(" font-size=\"{}\"", pixels(script_size * font_size));
    const std::string text = escaped(run.text);
    result += size.empty() && rise == risen
                  ? text
                  : fmt::format("<tspan dy=\"{}\"{}>{}</tspan>", pixels(risen - rise), size, text);
    risen = rise;
  }
  return result;
}

double text_width(std::string_view rich, double font_size) {
  double width = 0.0;
  for (const TextRun& run : text_runs(rich)) {
    const double size = run.level == 0 ? font_size : script_size * font_size;
    for (const char32_t c : decoded(run.text)) width += size * character_width(c);
  }
  return width;
}

std::vector<std::string> lines_within(std::string_view rich, double font_size, double width) {
  std::vector<std::string> lines;
  for (const std::string& word : rich_words(rich)) {
    if (!lines.empty() && text_width(lines.back() + ' ' + word, font_size) <= width) {
      lines.back() += ' ' + word;
    } else if (text_width(word, font_size) <= width) {
      lines.push_back(word);
    } else {
      for (std::string& piece : pieces(word, font_size, width)) lines.push_back(std::move(piece));
    }
  }
  return lines;
}

std::string readable(double value, int significant) {
  if (!std::isfinite(value)) return "–";
  if (value == 0.0) return "0";
  const std::string scientific = fmt::format("{:.{}e}", std::abs(value), std::max(significant, 1) - 1);
  const std::size_t e = scientific.find('e');
  const int exponent = std::stoi(scientific.substr(e + 1));
  const bool as_power = exponent < -3 || exponent > 5;
  std::string digits = as_power
                           ? scientific.substr(0, e)
                           : fmt::format("{:.{}f}", std::abs(value), std::max(significant - 1 - exponent, 0));
  if (digits.find('.') != digits.npos) {
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
  }
  const std::string sign = value < 0 ? "−" : "";
  if (!as_power) return sign + digits;
  return fmt::format("{}{}×10^{{{}{}}}", sign, digits, exponent < 0 ? "−" : "", std::abs(exponent));
}

std::string pixels(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace glasscape
