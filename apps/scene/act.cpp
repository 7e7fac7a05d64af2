// SPDX-License-Identifier: BSD-3-Clause
#include "act.hpp"

#include <algorithm>
#include <utility>

namespace flowlock::scene {

Attack& Stage::add_attack(std::string_view kind, std::string_view vector, std::string_view direction,
                          const IpAddress& host) {
    auto& attack = attacks_.emplace_back();
    attack.kind = kind;
    attack.vector = vector;
    attack.direction = direction;
    attack.host = host;
    return attack;
}

void Stage::finish() {
    flush(Time::max());
    for (auto& attack : attacks_)
        if (attack.volume.packets != 0) recorder_.truth().add_attack(std::move(attack));
}

void play(Stage& stage, const std::vector<std::unique_ptr<Act>>& acts) {
    const auto is_earlier = [](const auto& a, const auto& b) { return a->next() < b->next(); };
    while (true) {
        const auto& act = acts.size() == 1 ? acts.front() : *std::ranges::min_element(acts, is_earlier);
        if (act->next() == Time::max()) break;
        act->play(stage);
    }
    stage.finish();
}

}  // namespace flowlock::scene
