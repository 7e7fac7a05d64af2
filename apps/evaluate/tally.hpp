// SPDX-License-Identifier: BSD-3-Clause
// What judges said of the hosts of many scenes, summed up by class. Owned by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "judge.hpp"
#include "scene.hpp"

namespace flowlock::evaluate {

// What one judge said of the hosts of one class.
struct Verdicts {
    std::uint64_t locked = 0;
    std::uint64_t exonerated = 0;         // and not locked
    std::vector<double> seconds{};        // from the first probe to the lock
    std::vector<std::uint32_t> probes{};  // sent until the lock

    void add(const Verdicts& other);
};

struct ClassTally {
    Expected expected = Expected::innocent;
    std::uint64_t hosts = 0;
    std::uint64_t packets = 0;  // sent by them
    std::uint64_t probes = 0;
    std::vector<Verdicts> verdicts{};  // by judge

    void add(const ClassTally& other);
};

struct ClassKey {
    bool one_way = false;
    std::string name;
    std::string pace;  // empty: an innocent

    friend auto operator<=>(const ClassKey&, const ClassKey&) = default;
};

class Tally {
public:
    explicit Tally(std::vector<std::string> judges) : judges_(std::move(judges)) {}

    // judgements[i]: judge i's.
    void add(const SceneKind& kind, const std::vector<SceneHost>& hosts,
             const std::vector<const Judge*>& judges);
    void add(const Tally& other);

    const std::vector<std::string>& judges() const noexcept { return judges_; }
    const std::map<ClassKey, ClassTally>& classes() const noexcept { return classes_; }
    // nullptr: there was none.
    const ClassTally* find(const ClassKey& key) const;
    // Mistakes of a judge: scanners that were missed where the tap sees both directions, innocents that were locked.
    std::uint64_t missed(std::size_t judge) const;
    std::uint64_t false_locks(std::size_t judge) const;
    std::uint64_t hosts(bool innocent) const;

private:
    std::vector<std::string> judges_;
    std::map<ClassKey, ClassTally> classes_;
};

}  // namespace flowlock::evaluate
