// A plug-in kind's list of plug-ins. A plug-in T is one file and one line: it has
//   static constexpr Plugin about{"name", "one line"};   its name in a study and what `glasscape list` says
//   static Options read(Input& in);                      its options, read, checked and documented in one place
//   explicit T(Options)                                  constructor
// and is entered with `registry.add<T>()`, in the tree's alphabetical list or in a user's own main.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "md/support/error.hpp"
#include "md/support/input.hpp"
#include "md/support/text.hpp"

namespace glasscape {

struct Plugin {
  std::string_view name;
  std::string_view summary;
  /// The key that a command-line text without '=' sets ("eam-fs:FILE"), or none.
  std::string_view positional = {};
  /// Options of a small example, "key=value,key=value", with which the contract tests build the plug-in.
  std::string_view example = {};
  /// Raised when the same options give other facts than before: those of an older version are not taken for them.
  int version = 1;
};

template <typename Base>
class Registry {
 public:
  struct Entry {
    Plugin about;
    std::function<std::unique_ptr<Base>(Input&)> make;
    std::function<void(Input&)> describe;
  };

  explicit Registry(std::string kind) : kind_(std::move(kind)) {}

  /// `context`: what `read` wants beside the input, copied; lists of other plug-ins.
  template <typename T, typename... Context>
  void add(const Context&... context) {
    entries_.push_back({T::about, [context...](Input& in) { return std::make_unique<T>(T::read(in, context...)); },
                        [context...](Input& in) { T::read(in, context...); }});
  }

  const std::vector<Entry>& entries() const { return entries_; }

  const Entry* find(std::string_view name) const {
    for (const Entry& entry : entries_)
      if (entry.about.name == name) return &entry;
    return nullptr;
  }

  /// Throws InputError that names the nearest known plug-in.
  const Entry& at(std::string_view name, const std::string& where) const {
    if (const Entry* entry = find(name)) return *entry;
    throw InputError("{}: '{}' is not a {}{}", where, name, kind_, suggestion(name, names()));
  }

  /// The plug-in named by `type`, built from the rest of the table.
  std::unique_ptr<Base> make(Input& in) const {
    const std::string type = in.text("type", required, "which " + kind_ + "; see `glasscape list`");
    auto made = at(type, in.where("type")).make(in);
    in.finish();
    return made;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Entry& entry : entries_) all.emplace_back(entry.about.name);
    return all;
  }

  const std::string& kind() const { return kind_; }

 private:
  std::string kind_;
  std::vector<Entry> entries_;
};

}  // namespace glasscape
