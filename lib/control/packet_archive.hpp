// SPDX-License-Identifier: BSD-3-Clause
// What the workers have kept of the last seconds' packets, by the hosts they are about: where a case's packets come
// from. An epoch has at most HeadSample::room packets, whatever the number of workers: 2.2 MB. Owned by the control
// core.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "base/prefix.hpp"
#include "detect/finding.hpp"
#include "flow/head_sample.hpp"

namespace flowlock {

// A packet as one of its hosts sees it. A packet between two addresses that are not internal is that of the address ::,
// as in HostTable, and so is a frame that is no IP.
struct HostPacket {
    IpAddress host;
    std::uint32_t head = 0;  // index into ArchivedEpoch::heads
    Direction direction = Direction::out;
};

struct ArchivedEpoch {
    std::int64_t start_s = 0;
    std::vector<PacketHead> heads;
    std::vector<HostPacket> by_host;  // sorted by host
};

class PacketArchive {
public:
    // In a replay all workers watch the same hosts in an epoch; live, their lists may differ.
    explicit PacketArchive(bool live) : live_(live) {}

    // A worker's part of the epoch that is open; `source` is the worker's number.
    void add(const HeadSample& part, std::uint32_t source);
    // The epoch is complete. Epochs that began before `oldest_s` are forgotten.
    void close(std::int64_t start_s, std::int64_t oldest_s, const PrefixSet& internal);
    // The packet clock was set back: what came before is not of the same time.
    void clear() noexcept { epochs_.clear(); }

    // Oldest first.
    const std::deque<ArchivedEpoch>& epochs() const noexcept { return epochs_; }

private:
    // One stratum of all workers. Live, whichever place its host had in a worker's list.
    struct Stratum {
        std::uint32_t number = 0;
        IpAddress host;

        friend auto operator<=>(const Stratum&, const Stratum&) = default;
    };

    Stratum stratum_of(const PacketHead& head) const;
    std::vector<std::uint32_t> cut_to_quotas() const;
    void list_by_host(ArchivedEpoch& epoch, const PrefixSet& internal) const;

    bool live_;
    std::vector<PacketHead> open_;
    std::map<Stratum, std::uint32_t> open_bounds_;  // the lowest of any part
    std::uint32_t open_watched_ = 0;                // the most of any part
    std::deque<ArchivedEpoch> epochs_;
    ArchivedEpoch spare_;  // the last one that went: its memory is there already
};

}  // namespace flowlock
