#include "apps/cli.hpp"

int main(int argc, char** argv) {
  return glasscape::cli(argc, argv, glasscape::builtin_plugins());
}
