// SPDX-License-Identifier: BSD-3-Clause
// Which epoch a queue's packets belong to. A source with packet time (replay) sets it while it fills a burst,
// in the worker's own thread: all packets of a burst belong to the epoch it names. Plain data, one per queue.
#pragma once

#include "flow/epoch.hpp"

namespace flowlock {

struct PacketClock {
    EpochName epoch;     // sequence 0: no packet has come yet
    bool ended = false;  // no more packets will come
};

}  // namespace flowlock
