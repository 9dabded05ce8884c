// Comma-separated values (RFC 4180, read by libcsv): a header names the columns, lines that begin with # are comments.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glasscape {

/// The columns asked for, row by row.
class CsvTable {
 public:
  /// Columns are found by their names in the header, others are ignored. `what` is the role of the file in messages. Throws
  /// NotFound, and FormatError "file:line: ..." for a column that is missing or named twice, a row of another length than the
  /// header, quotes that do not match, or a table without rows.
  static CsvTable read(const std::string& path, std::vector<std::string> columns, std::string_view what);
  /// The same of a text that was read; `path` is for messages.
  static CsvTable parse(std::string_view text, const std::string& path, std::vector<std::string> columns);

  std::size_t rows() const { return rows_.size(); }
  /// Without blanks at both ends.
  const std::string& text(std::size_t row, std::size_t column) const { return rows_[row].cells[column]; }
  /// Throws FormatError when the cell is no finite number.
  double real(std::size_t row, std::size_t column) const;
  /// Throws FormatError "file:line: column 'x' is 'y', expected ...".
  [[noreturn]] void refuse(std::size_t row, std::size_t column, std::string_view expected) const;

 private:
  struct Row {
    std::size_t line;
    std::vector<std::string> cells;
  };
  std::string path_;
  std::vector<std::string> columns_;
  std::vector<Row> rows_;
};

}  // namespace glasscape
