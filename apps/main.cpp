#include "apps/cli.hpp"
#include "md/support/memory.hpp"

int main(int argc, char** argv) {
  glasscape::keep_memory();
  return glasscape::cli(argc, argv, glasscape::builtin_plugins());
}
