#include "landscape/hdf5.hpp"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>

#include "landscape/seal.hpp"
#include "md/support/error.hpp"

namespace glasscape {

static_assert(std::is_same_v<hid_t, std::int64_t> && std::is_same_v<herr_t, int>, "Hdf5Id");
static_assert(std::is_same_v<hsize_t, Hdf5Shape::value_type>, "Hdf5Shape");

namespace {

constexpr unsigned long long deflated_above = 1024;  // bytes
constexpr unsigned long long chunk_bytes = 1ull << 20;
constexpr unsigned long long compact_bytes = 60'000;  // object headers, where compact values lie, hold 64 kB
constexpr double deflate_at_best = 1032.0;            // zlib's largest ratio of plain to deflated bytes

struct Reason {
  std::string sentence = "HDF5 gives no reason";
  bool memory = false;  // there was not enough
};

/// The innermost entry of HDF5's error stack.
Reason reason() {
  Reason reason;
  const auto keep_first = [](unsigned n, const H5E_error2_t* entry, void* kept) -> herr_t {
    auto& innermost = *static_cast<Reason*>(kept);
    if (n == 0 && entry->desc != nullptr) innermost.sentence = entry->desc;
    if (n == 0) innermost.memory = entry->min_num == H5E_CANTALLOC || (entry->maj_num == H5E_RESOURCE && entry->min_num == H5E_NOSPACE);
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &reason);
  H5Eclear2(H5E_DEFAULT);
  return reason;
}

/// Turns what HDF5 says about one object into errors that name it.
struct Checked {
  const Hdf5Source& source;
  std::string where;

  [[noreturn]] void refuse(std::string_view what) const {
    if (source.writing) throw WriteError("{}: {}", where, what);
    throw FormatError("{}: {}", where, what);
  }
  /// Little memory is the fault of no file.
  [[noreturn]] void fail(std::string_view verb) const {
    const Reason why = reason();
    if (why.memory) throw std::bad_alloc();
    refuse(fmt::format("cannot {}: {}", verb, why.sentence));
  }
  template <typename Result>
  Result operator()(Result result, std::string_view verb) const {
    if (result < 0) fail(verb);
    return result;
  }
  Hdf5Id own(hid_t id, Hdf5Id::Close close, std::string_view verb) const {
    return {(*this)(id, verb), close};
  }
};

struct Types {
  hid_t file, memory;
};

template <typename Number>
Types types_of() {
  if constexpr (std::is_same_v<Number, double>)
    return {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE};
  else if constexpr (std::is_same_v<Number, std::int32_t>)
    return {H5T_STD_I32LE, H5T_NATIVE_INT32};
  else if constexpr (std::is_same_v<Number, std::int64_t>)
    return {H5T_STD_I64LE, H5T_NATIVE_INT64};
  else if constexpr (std::is_same_v<Number, std::uint64_t>)
    return {H5T_STD_U64LE, H5T_NATIVE_UINT64};
}

Hdf5Id text_type(const Checked& checked, std::size_t bytes) {
  Hdf5Id type = checked.own(H5Tcopy(H5T_C_S1), H5Tclose, "make a text type");
  checked(H5Tset_size(type.get(), bytes), "make a text type");
  checked(H5Tset_cset(type.get(), H5T_CSET_UTF8), "make a text type");
  return type;
}

unsigned long long count_of(const Hdf5Shape& shape) {
  unsigned long long count = 1;
  for (const auto length : shape) count *= length;
  return count;
}

/// Where and how the values lie: in the object header, or in chunks of whole rows under Fletcher32.
Hdf5Id layout(const Checked& checked, const Hdf5Shape& shape, std::size_t value_bytes) {
  Hdf5Id list = checked.own(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "lay out");
  checked(H5Pset_obj_track_times(list.get(), false), "lay out");  // equal facts make equal files
  const unsigned long long bytes = count_of(shape) * value_bytes;
  if (shape.empty() && bytes <= compact_bytes) checked(H5Pset_layout(list.get(), H5D_COMPACT), "lay out");
  if (shape.empty() || bytes == 0) return list;
  Hdf5Shape chunk = shape;
  chunk[0] = std::clamp(chunk_bytes * shape[0] / bytes, 1ull, shape[0]);
  checked(H5Pset_chunk(list.get(), static_cast<int>(chunk.size()), chunk.data()), "lay out");
  if (bytes > deflated_above) {
    checked(H5Pset_shuffle(list.get()), "shuffle");
    checked(H5Pset_deflate(list.get(), 4), "deflate");
  }
  checked(H5Pset_fletcher32(list.get()), "add a checksum");
  return list;
}

Hdf5Id write_dataset(const Checked& checked, hid_t group, const std::string& name, Types types,
                     const Hdf5Shape& shape, const void* values) {
  const Hdf5Id list = layout(checked, shape, H5Tget_size(types.file));
  const hid_t extent = shape.empty()
                           ? H5Screate(H5S_SCALAR)
                           : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const Hdf5Id space = checked.own(extent, H5Sclose, "shape");
  const hid_t created =
      H5Dcreate2(group, name.c_str(), types.file, space.get(), H5P_DEFAULT, list.get(), H5P_DEFAULT);
  Hdf5Id set = checked.own(created, H5Dclose, "create");
  if (count_of(shape) > 0)
    checked(H5Dwrite(set.get(), types.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "write");
  return set;
}

void write_attribute(const Checked& checked, hid_t object, const std::string& name, Types types,
                     const void* value) {
  const Hdf5Id space = checked.own(H5Screate(H5S_SCALAR), H5Sclose, "shape");
  const hid_t created = H5Acreate2(object, name.c_str(), types.file, space.get(), H5P_DEFAULT, H5P_DEFAULT);
  const Hdf5Id attribute = checked.own(created, H5Aclose, "create");
  checked(H5Awrite(attribute.get(), types.memory, value), "write");
}

void write_text_attribute(const Checked& checked, hid_t object, const std::string& name,
                          const std::string& text) {
  const Hdf5Id type = text_type(checked, text.size() + 1);
  write_attribute(checked, object, name, {type.get(), type.get()}, text.c_str());
}

void check_fixed_text(const Checked& checked, hid_t type) {
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0)
    checked.refuse("is not a text of fixed length");
}

std::string read_text_attribute(const Checked& checked, hid_t object, const std::string& name) {
  const Hdf5Id attribute =
      checked.own(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, "open the attribute");
  const Hdf5Id type = checked.own(H5Aget_type(attribute.get()), H5Tclose, "read the type");
  check_fixed_text(checked, type.get());
  const hsize_t size = H5Aget_storage_size(attribute.get());
  if (size != H5Tget_size(type.get()) || size > checked.source.bytes) checked.refuse("is not a single text");
  std::string text(size, '\0');
  checked(H5Aread(attribute.get(), type.get(), text.data()), "read");
  return text.c_str();
}

/// A dataset whose shape fits the bytes it occupies.
struct Dataset {
  Hdf5Id set, type;
  Hdf5Shape shape;
  std::size_t value_bytes;
};

void check_storage(const Checked& checked, const Dataset& dataset) {
  const hsize_t stored = H5Dget_storage_size(dataset.set.get());
  double bytes = static_cast<double>(dataset.value_bytes);
  for (const auto length : dataset.shape) bytes *= static_cast<double>(length);
  if (stored > checked.source.bytes || bytes > deflate_at_best * static_cast<double>(stored))
    checked.refuse(fmt::format("claims {} bytes of values where {} are stored", bytes, stored));
  if (dataset.shape.empty() || bytes == 0) return;
  const Hdf5Id list = checked.own(H5Dget_create_plist(dataset.set.get()), H5Pclose, "read the layout");
  unsigned flags = 0;
  std::size_t values = 0;
  const herr_t fletcher =
      H5Pget_filter_by_id2(list.get(), H5Z_FILTER_FLETCHER32, &flags, &values, nullptr, 0, nullptr, nullptr);
  if (H5Pget_layout(list.get()) != H5D_CHUNKED || fletcher < 0)
    checked.refuse("is an array without checksum");
}

Dataset open_dataset(const Checked& checked, hid_t group, const std::string& name) {
  Hdf5Id set = checked.own(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose, "open");
  Hdf5Id type = checked.own(H5Dget_type(set.get()), H5Tclose, "read the type");
  const Hdf5Id space = checked.own(H5Dget_space(set.get()), H5Sclose, "read the shape");
  Hdf5Shape shape(
      static_cast<std::size_t>(checked(H5Sget_simple_extent_ndims(space.get()), "read the shape")));
  checked(H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr), "read the shape");
  const std::size_t value_bytes = H5Tget_size(type.get());
  Dataset dataset{std::move(set), std::move(type), std::move(shape), value_bytes};
  check_storage(checked, dataset);
  return dataset;
}

std::vector<std::string> texts_of(const Checked& checked, const Dataset& dataset) {
  check_fixed_text(checked, dataset.type.get());
  std::string all(count_of(dataset.shape) * dataset.value_bytes, '\0');
  if (!all.empty())
    checked(H5Dread(dataset.set.get(), dataset.type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()),
            "read");
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < all.size(); at += dataset.value_bytes)
    texts.emplace_back(all.data() + at, ::strnlen(all.data() + at, dataset.value_bytes));
  return texts;
}

}  // namespace

// ---- groups ----

std::string Hdf5Group::where(const std::string& name) const {
  std::array<char, 256> group{};
  H5Iget_name(id_.get(), group.data(), group.size());
  const std::string_view path = group.data();
  if (name.empty()) return fmt::format("{}: {}", source_->path, path);
  return fmt::format("{}: {}{}{}", source_->path, path, path == "/" ? "" : "/", name);
}

Hdf5Group Hdf5Group::create_group(const std::string& name) {
  const Checked checked{*source_, where(name)};
  const Hdf5Id list = checked.own(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "lay out");
  checked(H5Pset_obj_track_times(list.get(), false), "lay out");
  // all fields of an event in one small header
  checked(H5Pset_link_phase_change(list.get(), 32, 16), "lay out");
  const hid_t group = H5Gcreate2(id_.get(), name.c_str(), H5P_DEFAULT, list.get(), H5P_DEFAULT);
  return {checked.own(group, H5Gclose, "create"), source_};
}

void Hdf5Group::set_attribute(const std::string& name, const std::string& text) {
  write_text_attribute({*source_, where(name)}, id_.get(), name, text);
}

void Hdf5Group::set_attribute(const std::string& name, std::int64_t value) {
  write_attribute({*source_, where(name)}, id_.get(), name, types_of<std::int64_t>(), &value);
}

template <typename Number>
void Hdf5Group::write(const std::string& name, std::span<const Number> values, const Hdf5Shape& shape,
                      const std::string& unit) {
  const Checked checked{*source_, where(name)};
  if (count_of(shape) != values.size())
    checked.refuse(fmt::format("{} values do not fill the shape", values.size()));
  const Hdf5Id set = write_dataset(checked, id_.get(), name, types_of<Number>(), shape, values.data());
  if (!unit.empty()) write_text_attribute(checked, set.get(), "unit", unit);
}

void Hdf5Group::write(const std::string& name, const std::string& text) {
  const Checked checked{*source_, where(name)};
  const Hdf5Id type = text_type(checked, text.size() + 1);
  write_dataset(checked, id_.get(), name, {type.get(), type.get()}, {}, text.c_str());
}

void Hdf5Group::write(const std::string& name, std::span<const std::string> texts, const Hdf5Shape& shape) {
  const Checked checked{*source_, where(name)};
  if (count_of(shape) != texts.size()) checked.refuse(fmt::format("{} texts do not fill the shape", texts.size()));
  std::size_t width = 1;
  for (const std::string& text : texts) width = std::max(width, text.size() + 1);
  std::string all(texts.size() * width, '\0');
  for (std::size_t k = 0; k < texts.size(); ++k) texts[k].copy(all.data() + k * width, width - 1);
  const Hdf5Id type = text_type(checked, width);
  write_dataset(checked, id_.get(), name, {type.get(), type.get()}, shape, all.data());
}

Hdf5Group Hdf5Group::group(const std::string& name) const {
  const Checked checked{*source_, where(name)};
  return {checked.own(H5Gopen2(id_.get(), name.c_str(), H5P_DEFAULT), H5Gclose, "open"), source_};
}

std::uint64_t Hdf5Group::members() const {
  H5G_info_t info{};
  Checked{*source_, where()}(H5Gget_info(id_.get(), &info), "count members");
  return info.nlinks;
}

bool Hdf5Group::has_attribute(const std::string& name) const {
  return Checked{*source_, where(name)}(H5Aexists(id_.get(), name.c_str()), "look for the attribute") > 0;
}

std::string Hdf5Group::text_attribute(const std::string& name) const {
  return read_text_attribute({*source_, where(name)}, id_.get(), name);
}

std::int64_t Hdf5Group::integer_attribute(const std::string& name) const {
  const Checked checked{*source_, where(name)};
  const Hdf5Id attribute =
      checked.own(H5Aopen(id_.get(), name.c_str(), H5P_DEFAULT), H5Aclose, "open the attribute");
  const Hdf5Id type = checked.own(H5Aget_type(attribute.get()), H5Tclose, "read the type");
  if (H5Tequal(type.get(), H5T_STD_I64LE) <= 0 ||
      H5Aget_storage_size(attribute.get()) != sizeof(std::int64_t))
    checked.refuse("is not a single 64-bit integer");
  std::int64_t value = 0;
  checked(H5Aread(attribute.get(), H5T_NATIVE_INT64, &value), "read");
  return value;
}

template <typename Number>
Hdf5Array<Number> Hdf5Group::read(const std::string& name, const std::string& unit) const {
  const Checked checked{*source_, where(name)};
  const Dataset dataset = open_dataset(checked, id_.get(), name);
  if (H5Tequal(dataset.type.get(), types_of<Number>().file) <= 0) checked.refuse("has another number type");
  const bool has_unit = checked(H5Aexists(dataset.set.get(), "unit"), "look for the unit") > 0;
  const std::string found = has_unit ? read_text_attribute(checked, dataset.set.get(), "unit") : "";
  if (found != unit) checked.refuse(fmt::format("has the unit '{}', expected '{}'", found, unit));
  Hdf5Array<Number> array{dataset.shape, std::vector<Number>(count_of(dataset.shape))};
  if (array.values.empty()) return array;
  const hid_t type = types_of<Number>().memory;
  checked(H5Dread(dataset.set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()), "read");
  return array;
}

std::string Hdf5Group::read_text(const std::string& name) const {
  const Checked checked{*source_, where(name)};
  const Dataset dataset = open_dataset(checked, id_.get(), name);
  if (!dataset.shape.empty()) checked.refuse("is not a single text");
  return texts_of(checked, dataset).front();
}

Hdf5Array<std::string> Hdf5Group::read_texts(const std::string& name) const {
  const Checked checked{*source_, where(name)};
  const Dataset dataset = open_dataset(checked, id_.get(), name);
  return {dataset.shape, texts_of(checked, dataset)};
}

template void Hdf5Group::write(const std::string&, std::span<const double>, const Hdf5Shape&,
                               const std::string&);
template void Hdf5Group::write(const std::string&, std::span<const std::int32_t>, const Hdf5Shape&,
                               const std::string&);
template void Hdf5Group::write(const std::string&, std::span<const std::int64_t>, const Hdf5Shape&,
                               const std::string&);
template void Hdf5Group::write(const std::string&, std::span<const std::uint64_t>, const Hdf5Shape&,
                               const std::string&);
template Hdf5Array<double> Hdf5Group::read(const std::string&, const std::string&) const;
template Hdf5Array<std::int32_t> Hdf5Group::read(const std::string&, const std::string&) const;
template Hdf5Array<std::int64_t> Hdf5Group::read(const std::string&, const std::string&) const;
template Hdf5Array<std::uint64_t> Hdf5Group::read(const std::string&, const std::string&) const;

// ---- printing ----

struct Hdf5Quiet::Printing {
  H5E_auto2_t print = nullptr;
  void* to = nullptr;
};

Hdf5Quiet::Hdf5Quiet() : printing_(std::make_unique<Printing>()) {
  H5Eget_auto2(H5E_DEFAULT, &printing_->print, &printing_->to);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Hdf5Quiet::~Hdf5Quiet() { H5Eset_auto2(H5E_DEFAULT, printing_->print, printing_->to); }

// ---- files ----

/// The bytes of an image. HDF5 lends them when it closes the image, with the last changes made;
/// H5Fget_file_image would hand them out before, with a superblock whose checksum is wrong (1.10.8, file
/// format 1.10).
struct Hdf5Image::Memory {
  char* bytes = nullptr;

  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() { std::free(bytes); }

  static void* grow(void* old, std::size_t size, H5FD_file_image_op_t, void*) {
    return std::realloc(old, size);
  }
  static herr_t keep(void* bytes, H5FD_file_image_op_t operation, void* memory) {
    if (operation == H5FD_FILE_IMAGE_OP_FILE_CLOSE)
      static_cast<Memory*>(memory)->bytes = static_cast<char*>(bytes);
    else
      std::free(bytes);
    return 0;
  }
  H5FD_file_image_callbacks_t callbacks() {
    return {.image_malloc = [](std::size_t size, H5FD_file_image_op_t, void*) { return std::malloc(size); },
            .image_memcpy = [](void* to, const void* from, std::size_t size, H5FD_file_image_op_t,
                               void*) { return std::memcpy(to, from, size); },
            .image_realloc = grow,
            .image_free = keep,
            .udata_copy = [](void* memory) { return memory; },
            .udata_free = [](void*) -> herr_t { return 0; },
            .udata = this};
  }
  /// Superblock version 3: the end-of-file address is the 8 bytes at 28 (HDF5 File Format Specification 3.0,
  /// II.A).
  std::string sealed() const {
    std::uint64_t size = 0;
    std::memcpy(&size, bytes + seal_bytes + 28, sizeof size);
    const std::string_view rest(bytes + seal_bytes, size - seal_bytes);
    return seal_of(rest).append(rest);
  }
};

namespace {

Hdf5Id create_image(const Hdf5Source& source, H5FD_file_image_callbacks_t callbacks) {
  const Checked checked{source, source.path};
  const Hdf5Id access = checked.own(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "prepare");
  checked(H5Pset_fapl_core(access.get(), 1u << 20, false), "prepare");
  checked(H5Pset_file_image_callbacks(access.get(), &callbacks), "prepare");
  checked(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_V110), "prepare");
  const Hdf5Id creation = checked.own(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "prepare");
  checked(H5Pset_obj_track_times(creation.get(), false), "prepare");
  checked(H5Pset_userblock(creation.get(), seal_bytes), "prepare");
  const std::string name = source.path + ".image";  // of no file: HDF5 would read it first
  return checked.own(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose,
                     "create");
}

/// The superblock that an image has, of version 3: the signature and that number (HDF5 File Format Specification 3.0, II.A). The oldest
/// can name a block of up to 4 GiB, for which HDF5 takes memory before it looks whether the file is that long.
void check_superblock(const Hdf5Source& source, std::string_view content) {
  static constexpr std::string_view begin = "\x89HDF\r\n\x1a\n\x03";
  if (content.size() < seal_bytes || !content.substr(seal_bytes).starts_with(begin))
    throw FormatError("{}: cannot open: no HDF5 file of format 1.10 follows its first {} bytes", source.path, seal_bytes);
}

/// Lends HDF5 the bytes: its functions that should copy and free them get these and leave them as they are.
Hdf5Id open_content(const Hdf5Source& source, char* bytes) {
  H5FD_file_image_callbacks_t lend{.image_malloc = [](std::size_t, H5FD_file_image_op_t, void* lent) { return lent; },
                                   .image_memcpy = [](void* to, const void*, std::size_t, H5FD_file_image_op_t, void*) { return to; },
                                   .image_realloc = [](void*, std::size_t, H5FD_file_image_op_t, void*) -> void* { return nullptr; },
                                   .image_free = [](void*, H5FD_file_image_op_t, void*) -> herr_t { return 0; },
                                   .udata_copy = [](void* lent) { return lent; },
                                   .udata_free = [](void*) -> herr_t { return 0; },
                                   .udata = bytes};
  const Checked checked{source, source.path};
  const Hdf5Id access = checked.own(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "prepare");
  checked(H5Pset_fapl_core(access.get(), 1u << 20, false), "prepare");
  checked(H5Pset_file_image_callbacks(access.get(), &lend), "prepare");
  checked(H5Pset_file_image(access.get(), bytes, source.bytes), "prepare");
  const std::string name = source.path + ".content";  // of no file: HDF5 would take that for the content
  return checked.own(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose, "open");
}

Hdf5Id open_root(const Hdf5Source& source, const Hdf5Id& file) {
  return Checked{source, source.path}.own(H5Gopen2(file.get(), "/", H5P_DEFAULT), H5Gclose, "open the root");
}

}  // namespace

Hdf5Image::Hdf5Image(const std::string& path)
    : source_{path, true, 0},
      memory_(std::make_unique<Memory>()),
      file_(create_image(source_, memory_->callbacks())),
      root_(open_root(source_, file_), &source_) {}

Hdf5Image::~Hdf5Image() = default;

std::string Hdf5Image::bytes() {
  const Checked checked{source_, source_.path};
  root_.id_.close();
  if (!file_.close() || memory_->bytes == nullptr)
    checked.fail("finish the image");
  return memory_->sealed();
}

Hdf5File::Hdf5File(const std::string& path, std::string content)
    : content_(std::move(content)),
      source_{path, false, content_.size()},
      file_((check_superblock(source_, content_), open_content(source_, content_.data()))),
      root_(open_root(source_, file_), &source_) {}

}  // namespace glasscape
