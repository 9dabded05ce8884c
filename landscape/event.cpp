#include "landscape/event.hpp"

namespace glasscape {

std::string_view kind_of(const Event& event) {
  return std::visit([](const auto& fact) { return fact.kind; }, event);
}

}  // namespace glasscape
