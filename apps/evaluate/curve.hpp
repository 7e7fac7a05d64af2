// SPDX-License-Identifier: BSD-3-Clause
// The detector with other settings than it ships with, one of them varied at a time: whether the shipped one lies on a
// plateau.
#pragma once

#include <string>
#include <vector>

#include "experiment.hpp"

namespace flowlock::evaluate {

struct Curve {
    std::string title;
    std::vector<Contender> contenders;
};

std::vector<Curve> curves();

}  // namespace flowlock::evaluate
