#include "md/formats/key_values.hpp"

#include <algorithm>

#include "md/formats/formats.hpp"

namespace glasscape::formats {
namespace {

class KeyValueReader {
 public:
  KeyValueReader(const Lines& lines, std::string_view text) : lines_(lines), text_(text) {}

  std::map<std::string, std::string> read() {
    std::map<std::string, std::string> values;
    for (skip_blanks(); at_ < text_.size(); skip_blanks()) {
      const std::string key = token(" \t=");
      if (key.empty()) lines_.fail("a key is missing before '=' at column {}", at_ + 1);
      skip_blanks();
      std::string value = "T";
      if (at_ < text_.size() && text_[at_] == '=') {
        ++at_;
        skip_blanks();
        if (at_ >= text_.size()) lines_.fail("key {} has no value after '='", quoted(key));
        value = token(" \t");
      }
      if (!values.emplace(key, value).second) lines_.fail("key {} is there twice", quoted(key));
    }
    return values;
  }

 private:
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }

  std::string token(std::string_view ends_bare) {
    if (text_[at_] == '"') return in_quotes();
    if (text_[at_] == '[' || text_[at_] == '{') return in_brackets();
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(ends_bare, at_), text_.size());
    const std::string_view bare = text_.substr(begin, at_ - begin);
    if (bare.find('"') != std::string_view::npos)
      lines_.fail("{} has a '\"' inside, expected quotes around the whole value", quoted(bare));
    return std::string(bare);
  }

  std::string in_quotes() {
    const std::size_t begin = at_;
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      const bool escaped = text_[at_] == '\\' && at_ + 1 < text_.size();
      if (escaped) ++at_;
      value += escaped && text_[at_] == 'n' ? '\n' : text_[at_];
    }
    if (at_ >= text_.size()) lines_.fail("the '\"' at column {} is not closed", begin + 1);
    ++at_;
    return value;
  }

  /// An array with its brackets, [[1, 2], [3, 4]] or {1 2}.
  std::string in_brackets() {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    do {
      if (at_ >= text_.size()) lines_.fail("the bracket at column {} is not closed", begin + 1);
      if (text_[at_] == '"') {
        in_quotes();
        continue;
      }
      if (text_[at_] == '[' || text_[at_] == '{') ++depth;
      if (text_[at_] == ']' || text_[at_] == '}') --depth;
      ++at_;
    } while (depth > 0);
    return std::string(text_.substr(begin, at_ - begin));
  }

  const Lines& lines_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::map<std::string, std::string> read_key_values(const Lines& lines, std::string_view comment) {
  return KeyValueReader(lines, comment).read();
}

std::string quoted_if_needed(std::string_view text) {
  if (!text.empty() && text.find_first_of(" \t\n\r=\"',[]{}\\") == std::string_view::npos)
    return std::string(text);
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '\n') result += '\\';
    result += c == '\n' ? 'n' : c;
  }
  return result + '"';
}

}  // namespace glasscape::formats
