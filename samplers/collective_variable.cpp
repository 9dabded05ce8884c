#include "samplers/collective_variable.hpp"

#include "md/support/error.hpp"
#include "md/support/text.hpp"

namespace glasscape {

void VariableDefinition::check_group(std::size_t atoms, bool has_event) const {
  if (atoms == 0) throw InputError("the group has no atoms");
  if (atoms < fewest_atoms()) throw InputError("the variable wants a group of {} or more, this one has {}", counted(fewest_atoms(), "atom"), atoms);
  if (wants_event() && !has_event) throw InputError("the variable wants an event: give 'events' and let the stage start from one that searches");
}

std::unique_ptr<const CollectiveVariable> VariableDefinition::bind(const VariableSetting& setting) const {
  check_group(setting.group.size(), setting.displacement != nullptr);
  return make(setting);
}

}  // namespace glasscape
