// The `quorate` command.
#include "client/cli/app.h"

int main(int argc, char** argv) { return quorate::cli::run_program(argc, argv); }
