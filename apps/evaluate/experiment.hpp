// SPDX-License-Identifier: BSD-3-Clause
// Runs scenes, several at once, and sums up what the judges say.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "flowlock_judge.hpp"
#include "tally.hpp"

namespace flowlock::evaluate {

struct Contender {
    std::string name;
    FlowlockJudge::Settings settings;
};

struct Experiment {
    std::uint64_t first_seed = 1;
    std::uint32_t seeds = 20;
    std::set<std::string> classes{};  // only these; none: all
    std::set<std::string> kinds{};    // only these scenes; none: those that the seed is for
    std::vector<Contender> contenders{};
    bool peers = true;
    unsigned jobs = 1;
};

// mixed: all classes in one network for 90 s, scanners fast and by hand; with every tenth seed for 400 s, longer than the
//   detector's window.
// slow: two hours, two scanners of each class at one probe in one to ten seconds, innocents at a fiftieth of their size.
// alone: each class in a network of its own.
// one-way: as mixed, but no packet that comes in crosses the tap.
// innocents: all of them in one network for a minute: for many seeds.
// Each seed is for mixed, every tenth, beginning with the first, for the others, too, but for innocents, which must be
// asked for.
const std::vector<SceneKind>& scene_kinds();

// Says on stderr how far it is.
Tally run(const Experiment& experiment);

}  // namespace flowlock::evaluate
