// What the store needs of HDF5: groups, attributes, and datasets of numbers and text. Only hdf5.cpp includes
// hdf5.h. Writing builds the file in memory and hands out its bytes, so that a full disk never meets HDF5,
// which cannot recover from a failed close. Reading opens read-only and without file locks: finished files
// never change.
// Metadata and single values stand under the checksums of file format 1.10, arrays under Fletcher32.
// HDF5's own printing is off for the thread while an image or a file is open; each is used by that thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glasscape {

/// Lengths of an array, slowest index first; empty for a single value.
using Hdf5Shape = std::vector<unsigned long long>;

/// Numbers or texts as they stand in a file, row-major.
template <typename Value>
struct Hdf5Array {
  Hdf5Shape shape;
  std::vector<Value> values;
};

/// Owns one HDF5 identifier.
class Hdf5Id {
 public:
  using Close = int (*)(std::int64_t);
  Hdf5Id(std::int64_t id, Close close_with) : id_(id), close_(close_with) {}
  Hdf5Id(Hdf5Id&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Hdf5Id& operator=(Hdf5Id&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Hdf5Id() { close(); }

  std::int64_t get() const { return id_; }
  /// Closes now; false when HDF5 could not.
  bool close() { return id_ < 0 || close_(std::exchange(id_, -1)) >= 0; }

 private:
  std::int64_t id_;
  Close close_;
};

/// What a group belongs to: for messages, and to tell WriteError from FormatError.
struct Hdf5Source {
  std::string path;
  bool writing;
  std::uint64_t bytes;  // size of the file that is read
};

/// A group of an image, to write, or of a file, to read. Throws WriteError or FormatError "path: object:
/// reason". A Number is double, std::int32_t, std::int64_t or std::uint64_t.
class Hdf5Group {
 public:
  Hdf5Group create_group(const std::string& name);
  void set_attribute(const std::string& name, const std::string& text);
  void set_attribute(const std::string& name, std::int64_t value);
  /// Arrays above 1 kB are shuffled and deflated (level 4). A unit becomes an attribute.
  template <typename Number>
  void write(const std::string& name, std::span<const Number> values, const Hdf5Shape& shape,
             const std::string& unit = {});
  /// UTF-8 of fixed length; a NUL ends it. One text is a single value of any length.
  void write(const std::string& name, const std::string& text);
  void write(const std::string& name, std::span<const std::string> texts, const Hdf5Shape& shape);

  Hdf5Group group(const std::string& name) const;
  /// How many groups and datasets it holds.
  std::uint64_t members() const;
  bool has_attribute(const std::string& name) const;
  std::string text_attribute(const std::string& name) const;
  std::int64_t integer_attribute(const std::string& name) const;
  /// Refuses another type or unit, an array without checksum, and a shape that the bytes of the file cannot
  /// fill.
  template <typename Number>
  Hdf5Array<Number> read(const std::string& name, const std::string& unit = {}) const;
  std::string read_text(const std::string& name) const;
  Hdf5Array<std::string> read_texts(const std::string& name) const;
  /// Size of the file that is read.
  std::uint64_t file_bytes() const { return source_->bytes; }

  /// "path: /group/name", to begin a message.
  std::string where(const std::string& name = {}) const;

 private:
  friend class Hdf5Image;
  friend class Hdf5File;
  Hdf5Group(Hdf5Id id, const Hdf5Source* source) : id_(std::move(id)), source_(source) {}

  Hdf5Id id_;
  const Hdf5Source* source_;
};

/// Turns HDF5's own printing off for this thread.
class Hdf5Quiet {
 public:
  Hdf5Quiet();
  ~Hdf5Quiet();
  Hdf5Quiet(const Hdf5Quiet&) = delete;
  Hdf5Quiet& operator=(const Hdf5Quiet&) = delete;

 private:
  struct Printing;
  std::unique_ptr<Printing> printing_;
};

/// A file that is being built in memory.
class Hdf5Image {
 public:
  /// `path` is where the bytes will go: it names the image in messages and must differ between images alive.
  explicit Hdf5Image(const std::string& path);
  ~Hdf5Image();
  Hdf5Group& root() { return root_; }
  /// The finished file under its seal (seal.hpp). Groups made from the root must be gone; the root is of no
  /// use afterwards.
  std::string bytes();

 private:
  struct Memory;
  Hdf5Quiet quiet_;
  Hdf5Source source_;
  std::unique_ptr<Memory> memory_;
  Hdf5Id file_;
  Hdf5Group root_;
};

/// The content of a finished file that was read before: what HDF5 refuses is damaged then, and not on a disk that
/// fails. Throws FormatError when it is no whole HDF5 file.
class Hdf5File {
 public:
  Hdf5File(const std::string& path, std::string content);
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;
  const Hdf5Group& root() const { return root_; }

 private:
  Hdf5Quiet quiet_;
  std::string content_;  // lent to HDF5
  Hdf5Source source_;
  Hdf5Id file_;
  Hdf5Group root_;
};

}  // namespace glasscape
