#include "md/support/csv.hpp"

#include <csv.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {
namespace {

struct Line {
  std::size_t number;
  std::vector<std::string> cells;
};

/// All rows of a text, header included, each with the number of the line on which it ends.
std::vector<Line> lines_of(std::string_view text, const std::string& path);
std::vector<std::size_t> places_of(const std::vector<std::string>& columns, const Line& header, const std::string& path);

}  // namespace

CsvTable CsvTable::read(const std::string& path, std::vector<std::string> columns, std::string_view what) {
  return parse(read_text_file(path, what), path, std::move(columns));
}

CsvTable CsvTable::parse(std::string_view text, const std::string& path, std::vector<std::string> columns) {
  const std::vector<Line> lines = lines_of(text, path);
  if (lines.empty()) throw FormatError("{}: the file is empty, expected a header that names columns", path);
  const Line& header = lines.front();
  const std::vector<std::size_t> places = places_of(columns, header, path);
  CsvTable table;
  table.path_ = path;
  table.columns_ = std::move(columns);
  for (auto line = lines.begin() + 1; line != lines.end(); ++line) {
    if (line->cells.size() != header.cells.size())
      throw FormatError("{}:{}: {} values, expected {} as in the header", path, line->number, line->cells.size(), header.cells.size());
    Row row{line->number, {}};
    for (const std::size_t place : places) row.cells.push_back(line->cells[place]);
    table.rows_.push_back(std::move(row));
  }
  if (table.rows_.empty()) throw FormatError("{}: no row below the header", path);
  return table;
}

double CsvTable::real(std::size_t row, std::size_t column) const {
  const auto value = to_real(text(row, column));
  if (!value || !std::isfinite(*value)) refuse(row, column, "a number");
  return *value;
}

void CsvTable::refuse(std::size_t row, std::size_t column, std::string_view expected) const {
  throw FormatError("{}:{}: column '{}' is '{}', expected {}", path_, rows_[row].line, columns_[column], text(row, column), expected);
}

namespace {

/// What libcsv tells about goes here.
struct Reading {
  std::size_t number = 0;
  std::vector<std::string> cells;
  std::vector<Line> lines;
  bool between_rows = true;

  static void take_cell(void* cell, std::size_t length, void* reading) {
    static_cast<Reading*>(reading)->cells.emplace_back(trimmed({static_cast<const char*>(cell), length}));
  }
  static void take_end(int, void* reading) {
    auto& r = *static_cast<Reading*>(reading);
    r.lines.push_back({r.number, std::move(r.cells)});
    r.cells.clear();
    r.between_rows = true;
  }
};

std::vector<Line> lines_of(std::string_view text, const std::string& path) {
  csv_parser parser;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) throw Error("libcsv does not start");
  const std::unique_ptr<csv_parser, decltype(&csv_free)> freed(&parser, &csv_free);
  Reading reading;
  const auto check = [&](bool good) {
    if (!good) throw FormatError("{}:{}: {}, expected values separated by commas, texts with quotes in quotes", path, reading.number, csv_strerror(csv_error(&parser)));
  };
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    ++reading.number;
    if (!(reading.between_rows && text.front() == '#')) {
      reading.between_rows = false;
      check(csv_parse(&parser, text.data(), length, &Reading::take_cell, &Reading::take_end, &reading) == length);
      if (trimmed(text.substr(0, length)).empty() && reading.cells.empty()) reading.between_rows = true;  // libcsv skips it
    }
    text.remove_prefix(length);
  }
  check(csv_fini(&parser, &Reading::take_cell, &Reading::take_end, &reading) == 0);
  return std::move(reading.lines);
}

std::vector<std::size_t> places_of(const std::vector<std::string>& columns, const Line& header, const std::string& path) {
  std::vector<std::size_t> places;
  for (const std::string& column : columns) {
    const auto found = std::find(header.cells.begin(), header.cells.end(), column);
    if (found == header.cells.end())
      throw FormatError("{}:{}: no column is named '{}'{}", path, header.number, column, suggestion(column, header.cells));
    if (std::find(found + 1, header.cells.end(), column) != header.cells.end())
      throw FormatError("{}:{}: two columns are named '{}'", path, header.number, column);
    places.push_back(static_cast<std::size_t>(found - header.cells.begin()));
  }
  return places;
}

}  // namespace
}  // namespace glasscape
