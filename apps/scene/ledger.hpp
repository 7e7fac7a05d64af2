// SPDX-License-Identifier: BSD-3-Clause
// Who sent and got how much in which second: for each internal IPv4 address and direction the packets, bytes
// and new flows of each whole second of packet time, and the same for each external address, so that a test can
// compute any window's sum. A flow is new where its first packet in that direction is. Owned by one thread.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <vector>

#include "packet_spec.hpp"
#include "volume.hpp"

namespace flowlock::scene {

// The external addresses of one host and direction. While they are few, also by second.
class ExternalBook {
public:
    void count(const IpAddress& address, std::uint32_t second, std::uint32_t bytes, bool new_flow);
    void write(std::ostream& out) const;

private:
    struct Slot {
        std::uint32_t address = 0;
        std::uint32_t index_plus_1 = 0;  // 0: free
    };
    struct Second {
        std::uint32_t second = 0;
        Volume volume;
    };
    struct External {
        std::uint32_t address = 0;
        Volume volume;
        std::vector<Second> by_second;
    };

    std::uint32_t index_of(std::uint32_t address);
    Slot& slot_of(std::uint32_t address);
    void grow();

    std::vector<Slot> slots_;
    std::uint32_t total_ = 0;
    std::vector<External> externals_;  // empty when there have been too many
};

class Ledger {
public:
    void count(const PacketSpec& spec, std::uint32_t ip_bytes, bool new_flow);
    void write(std::ostream& out) const;

private:
    // One host's traffic in one direction.
    struct Account {
        Volume total;
        std::vector<Volume> by_second;
        ExternalBook externals;

        void count(const IpAddress& external, std::uint32_t second, std::uint32_t bytes, bool new_flow);
    };

    void write_account(std::ostream& out, const Account& account) const;

    std::int64_t first_second_ = 0;
    std::uint32_t seconds_ = 0;
    std::unique_ptr<Account> accounts_[256][2];  // last byte of the address; out, in
    std::unique_ptr<Account> transit_;           // between external addresses, by source
};

}  // namespace flowlock::scene
