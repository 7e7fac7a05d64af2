// SPDX-License-Identifier: BSD-3-Clause
// What the witness keeps for each thread. Written by that thread only, also in its signal handler, so its
// place must be known without a call: it belongs to the program, not to a library.
#pragma once

#include "witness.hpp"

namespace flowlock::test {

struct WitnessThread {
    bool watched = false;
    Witnessed seen{};
};

extern constinit thread_local WitnessThread witness_thread;

}  // namespace flowlock::test
