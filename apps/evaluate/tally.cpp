// SPDX-License-Identifier: BSD-3-Clause
#include "tally.hpp"

#include <algorithm>

namespace flowlock::evaluate {

void Verdicts::add(const Verdicts& other) {
    locked += other.locked;
    exonerated += other.exonerated;
    seconds.insert(seconds.end(), other.seconds.begin(), other.seconds.end());
    probes.insert(probes.end(), other.probes.begin(), other.probes.end());
}

void ClassTally::add(const ClassTally& other) {
    expected = other.expected;
    hosts += other.hosts;
    packets += other.packets;
    probes += other.probes;
    verdicts.resize(std::max(verdicts.size(), other.verdicts.size()));
    for (std::size_t i = 0; i < other.verdicts.size(); ++i) verdicts[i].add(other.verdicts[i]);
}

void Tally::add(const SceneKind& kind, const std::vector<SceneHost>& hosts,
                const std::vector<const Judge*>& judges) {
    for (std::size_t number = 0; number < hosts.size(); ++number) {
        const SceneHost& host = hosts[number];
        ClassTally& tally =
            classes_[{kind.one_way, host.type->name, host.pace != nullptr ? host.pace->name : ""}];
        tally.expected = host.type->expected;
        ++tally.hosts;
        tally.packets += host.packets;
        tally.probes += host.probes;
        tally.verdicts.resize(judges.size());
        for (std::size_t i = 0; i < judges.size(); ++i) {
            const Judgement& judgement = judges[i]->judgements()[number];
            Verdicts& verdicts = tally.verdicts[i];
            if (judgement.locked_ns == never) {
                verdicts.exonerated += judgement.exonerated;
                continue;
            }
            ++verdicts.locked;
            if (host.pace == nullptr || host.first_probe_ns < 0) continue;
            verdicts.seconds.push_back(static_cast<double>(judgement.locked_ns - host.first_probe_ns) * 1e-9);
            // The end of an epoch is the begin of the next second.
            const auto second = static_cast<std::size_t>(
                std::max<std::int64_t>(0, (judgement.locked_ns + ns_per_second - 1) / ns_per_second - 1));
            verdicts.probes.push_back(host.probes_until[std::min(second, host.probes_until.size() - 1)]);
        }
    }
}

void Tally::add(const Tally& other) {
    for (const auto& [key, tally] : other.classes_) classes_[key].add(tally);
}

const ClassTally* Tally::find(const ClassKey& key) const {
    const auto at = classes_.find(key);
    return at == classes_.end() ? nullptr : &at->second;
}

std::uint64_t Tally::missed(std::size_t judge) const {
    std::uint64_t sum = 0;
    for (const auto& [key, tally] : classes_) {
        const Verdicts& verdicts = tally.verdicts[judge];
        if (tally.expected == Expected::lock && !key.one_way) sum += tally.hosts - verdicts.locked;
    }
    return sum;
}

std::uint64_t Tally::false_locks(std::size_t judge) const {
    std::uint64_t sum = 0;
    for (const auto& [key, tally] : classes_)
        if (tally.expected == Expected::innocent) sum += tally.verdicts[judge].locked;
    return sum;
}

std::uint64_t Tally::hosts(bool innocent) const {
    std::uint64_t sum = 0;
    for (const auto& [key, tally] : classes_)
        if ((tally.expected == Expected::innocent) == innocent) sum += tally.hosts;
    return sum;
}

}  // namespace flowlock::evaluate
