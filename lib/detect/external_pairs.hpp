// SPDX-License-Identifier: BSD-3-Clause
// Which external addresses are new to a host: those with which no flow of it is remembered. So an address is new
// again when all its flows have been silent for a minute and longer than any window. One entry of about 64 bytes
// for each pair of a host and an address that has a flow; none while no limit asks for it. Owned by the control core.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "flow/merge.hpp"

namespace flowlock {

class ExternalPairs {
public:
    enum class New : std::uint8_t { no, out, in };  // and which side began

    ExternalPairs(const FlowStore& flows, const HashKey& secret)
        : flows_(flows), secret_(secret), flows_of_(0, HashOf{secret}) {}

    // Whether anybody asks. When it begins, what has a flow now is known.
    void enable(bool enabled);
    bool enabled() const noexcept { return enabled_; }
    // By delta: whether its flow is the first of its pair. Valid until the next call.
    const std::vector<New>& look_at(const MergedEpoch& epoch);
    // Before its record is gone.
    void forget(FlowId flow);
    // The flows' hosts have changed.
    void count_anew();

private:
    struct Pair {
        HostId host;
        IpAddress external;
        friend bool operator==(const Pair&, const Pair&) = default;
    };
    // Keyed, so that nobody can choose addresses that collide.
    struct HashOf {
        HashKey secret;
        std::size_t operator()(const Pair& pair) const noexcept {
            const std::uint64_t external =
                fold_multiply(pair.external.high ^ secret.a, pair.external.low ^ secret.b);
            return fold_multiply(external ^ secret.c, pair.host ^ secret.a);
        }
    };
    template <class Value>
    using ByPair = std::unordered_map<Pair, Value, HashOf>;

    Pair pair_of(const FlowRecord& flow) const noexcept { return {flow.host, flow.external_address()}; }

    const FlowStore& flows_;
    HashKey secret_;
    bool enabled_ = false;
    ByPair<std::uint32_t> flows_of_;
    std::vector<New> new_;
};

}  // namespace flowlock
