// The precompiled header of all targets that use CAF. Sources include what they use themselves.
#pragma once

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
