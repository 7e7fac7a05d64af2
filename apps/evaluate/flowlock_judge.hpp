// SPDX-License-Identifier: BSD-3-Clause
// flowlock itself, from the flow table to its reports: packets are counted in epochs as a worker does, and a control
// core judges. No capture, no NIC. A host is locked at the end of the epoch in which a scan case of it opens, even if the
// case is withdrawn later: the report has been read by then. DPDK's environment must have been started. Owned by one
// thread.
#pragma once

#include <map>
#include <memory>

#include "control/control_core.hpp"
#include "judge.hpp"

namespace flowlock::evaluate {

class FlowlockJudge : public Judge {
public:
    struct Settings {
        ScanOptions scan{};
        bool live = true;
        std::uint32_t flows_per_epoch = 65'536;
    };
    // hosts[i] is the address of host number i.
    FlowlockJudge(const Settings& settings, const PrefixSet& internal, const std::vector<IpAddress>& hosts);
    ~FlowlockJudge() override;

    void see(std::int64_t second, const std::vector<Packet>& packets) override;
    void end() override;

private:
    void count(Epoch*& epoch, const Packet& packet, std::int64_t begin_ns);
    void hand_over(Epoch* epoch, std::uint64_t next_sequence);
    void merge();

    std::map<IpAddress, std::uint32_t> numbers_;
    std::unique_ptr<EpochChannel> channel_;
    std::unique_ptr<ControlCore> control_;
    std::uint64_t sequence_ = 0;
};

}  // namespace flowlock::evaluate
