// SPDX-License-Identifier: BSD-3-Clause
// What the evaluation prints, from tallies. Pure functions.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "table.hpp"
#include "tally.hpp"

namespace flowlock::evaluate {

// The first judge is flowlock, the others are its peers.
std::vector<Table> scene_tables(const Tally& tally);
// One row per judge: the share of scanners it found at each pace, and innocents that it locked.
Table contender_table(const std::string& title, const Tally& tally);
nlohmann::json to_json(const Tally& tally);

}  // namespace flowlock::evaluate
