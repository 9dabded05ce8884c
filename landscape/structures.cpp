#include "landscape/structures.hpp"

namespace glasscape {

StructureId Structures::add(const Positions& x) {
  const auto bytes = std::as_bytes(std::span(x.data(), static_cast<std::size_t>(x.size())));
  if (bytes.size() <= memory_) {
    memory_ -= bytes.size();
    places_.push_back({held_.size(), x.cols(), true});
    held_.push_back(x);
  } else {
    if (file_ == nullptr) file_ = std::make_shared<ScratchFile>();
    places_.push_back({file_->append(bytes), x.cols(), false});
  }
  return StructureId{places_.size() - 1};
}

Positions Structures::operator[](StructureId id) const {
  const Place& place = places_[static_cast<std::size_t>(id)];
  if (place.is_held) return held_[place.at];
  Positions x(3, place.atoms);
  file_->read(place.at, std::as_writable_bytes(std::span(x.data(), static_cast<std::size_t>(x.size()))));
  return x;
}

}  // namespace glasscape
