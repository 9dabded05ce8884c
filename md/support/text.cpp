#include "md/support/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "md/support/descriptor.hpp"
#include "md/support/error.hpp"
#include "md/support/temporary.hpp"

#include <fmt/ranges.h>

namespace glasscape {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  for (std::size_t begin = line.find_first_not_of(blanks); begin != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(blanks, begin), line.size());
    found.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(blanks, end);
  }
  return found;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::optional<double> to_real(std::string_view word) {
  if (word.starts_with('+') && !word.starts_with("+-")) word.remove_prefix(1);
  std::string copy;
  if (word.find_first_of("dD") != std::string_view::npos) {
    copy = word;
    std::replace_if(copy.begin(), copy.end(), [](char c) { return c == 'd' || c == 'D'; }, 'e');
    word = copy;
  }
  double value = 0.0;
  const auto [end, status] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (status != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::optional<long long> to_integer(std::string_view word) {
  if (word.starts_with('+') && !word.starts_with("+-")) word.remove_prefix(1);
  long long value = 0;
  const auto [end, status] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (status != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::string shortest(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

std::string nearest(std::string_view word, std::span<const std::string> known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string counted(std::size_t count, std::string_view noun, std::string_view plural) {
  if (count == 1) return fmt::format("1 {}", noun);
  return plural.empty() ? fmt::format("{} {}s", count, noun) : fmt::format("{} {}", count, plural);
}

std::string suggestion(std::string_view word, std::span<const std::string> known) {
  const std::string near = nearest(word, known);
  if (!near.empty()) return fmt::format("; did you mean '{}'?", near);
  return fmt::format("; known: {}", fmt::join(known, ", "));
}

std::string rest_of(int file, std::string_view name, std::size_t most) {
  std::string text;
  for (std::array<char, 1 << 16> piece;;) {
    const ssize_t count = uninterrupted([&] { return ::read(file, piece.data(), piece.size()); });
    if (count < 0) throw NotFound("cannot read {}: {}", name, std::strerror(errno));
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (count == 0 || text.size() > most) return text;
  }
}

std::string read_text_file(const std::string& path, std::string_view what, std::size_t most) {
  const Descriptor file(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY); }));
  if (!file.is_open()) throw NotFound("cannot open {} '{}': {}", what, path, std::strerror(errno));
  struct stat about{};
  if (::fstat(file.number(), &about) != 0) throw NotFound("cannot read {} '{}': {}", what, path, std::strerror(errno));
  if (S_ISDIR(about.st_mode)) throw NotFound("cannot read {} '{}': it is a folder, give a file", what, path);
  const bool has_size = S_ISREG(about.st_mode);
  if (has_size && static_cast<std::uintmax_t>(about.st_size) > most)
    throw NotFound("cannot read {} '{}': it has {} bytes, expected at most {}; look whether it is the right file, or give a part of it", what, path, about.st_size, most);
  if (!has_size) most = std::min(most, most_of_stream);
  std::string text = rest_of(file.number(), fmt::format("{} '{}'", what, path), most);
  if (text.size() > most)
    throw NotFound("cannot read {} '{}': it goes on after {} bytes, expected at most these; {}", what, path, most,
                   has_size ? "it grows while it is read" : "write what it gives into a file, and give that");
  static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // some editors begin UTF-8 with it
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  return text;
}

void write_text_file(const std::string& path, std::string_view content) {
  const std::string temporary = write_temporary(path, content);
  if (std::rename(temporary.c_str(), path.c_str()) == 0) return;
  const int reason = errno;
  std::remove(temporary.c_str());
  throw WriteError("cannot replace '{}': {}", path, std::strerror(reason));
}

}  // namespace glasscape
