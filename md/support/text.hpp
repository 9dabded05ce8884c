// Small text functions that several readers share: words, exact numbers, nearest names.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glasscape {

/// The blank-separated words of a line.
std::vector<std::string_view> words(std::string_view line);

/// The parts of a text between separators; empty parts are kept.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Without blanks at both ends.
std::string_view trimmed(std::string_view text);

/// The whole word as a finite-or-not double; a Fortran exponent (1.0D-3) and a leading '+' are understood.
std::optional<double> to_real(std::string_view word);

/// The whole word as an integer.
std::optional<long long> to_integer(std::string_view word);

/// The shortest decimal text that reads back to the same double.
std::string shortest(double value);

/// The known name nearest to a misspelt one by edit distance, or "" when nothing is near.
std::string nearest(std::string_view word, std::span<const std::string> known);

/// "1 barrier", "2 barriers"; `plural` where an s does not do.
std::string counted(std::size_t count, std::string_view noun, std::string_view plural = {});

/// "; did you mean 'x'?" or "; known: a, b, c", to end a message about an unknown name.
std::string suggestion(std::string_view word, std::span<const std::string> known);

/// What an open file has left to read; more than `most` bytes only where it has more, for the caller to say what was expected instead, and
/// then not all. `name` is for messages. By the system's own calls: streams of C++ take what cannot be read for the end. Throws NotFound when it cannot be read.
std::string rest_of(int file, std::string_view name, std::size_t most = std::string::npos);

/// Bytes that are read at most: of a file (a structure of 10^7 atoms has about 10^9), of what people write by hand (TOML takes some 80 times its bytes), and of what has
/// no size to look at before (pipes, standard input, devices).
constexpr std::size_t most_of_file = std::size_t{16} << 30, most_by_hand = std::size_t{16} << 20, most_of_stream = std::size_t{256} << 20;

/// The whole file as text; `what` names the file's role in the message. A pipe without a writer is waited for. Throws NotFound with the
/// reason, for a folder and for more than `most` bytes too, which a file that has a size is refused for before any of it is read.
std::string read_text_file(const std::string& path, std::string_view what, std::size_t most = most_of_file);

/// Replaces the file in one step: temporary name beside it, sync, rename. Throws WriteError; the old file survives.
void write_text_file(const std::string& path, std::string_view content);

}  // namespace glasscape
