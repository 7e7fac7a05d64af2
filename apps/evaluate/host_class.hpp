// SPDX-License-Identifier: BSD-3-Clause
// The kinds of hosts that the evaluation knows, and what must be said of each. Constant; any thread.
#pragma once

#include <string>
#include <vector>

#include "dialler.hpp"

namespace flowlock::evaluate {

enum class Expected : std::uint8_t {
    lock,      // a scanner
    finding,   // flows alone cannot tell it from an innocent: a lock or another finding is right
    innocent,  // must not be locked
};

struct HostClass {
    std::string name;
    Expected expected = Expected::innocent;
    // Of a scanner, contacts per second are multiples of its pace.
    std::vector<Dialler> diallers;
    bool ipv6 = false;
    double per_second_max = 1e6;  // of a scanner, whatever its pace
};

// How fast a scanner is: probes per second, and how many it sends at most.
struct Pace {
    const char* name;
    Range per_second;
    std::uint32_t contacts_max;
};
// A tool at full speed; by hand; and to stay unseen: one probe in one to ten seconds.
inline const std::vector<Pace>& paces() {
    static const std::vector<Pace> all{
        {"fast", {1'000, 4'000}, 2'000}, {"minutes", {2, 20}, 2'000}, {"slow", {0.1, 1}, ~std::uint32_t{0}}};
    return all;
}

const std::vector<HostClass>& scanner_classes();
const std::vector<HostClass>& innocent_classes();

}  // namespace flowlock::evaluate
