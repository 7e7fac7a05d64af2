// SPDX-License-Identifier: BSD-3-Clause
// Which hosts are worth a close look. For each internal host sixteen bytes, and 324 more once an attempt of it has
// failed: how many attempts failed and were answered lately, on the services where most failed.
//
// Failed attempts are counted, not targets, so what is counted is never less than the distinct targets that failed:
// nobody who could be called a scanner is missed, and who retries much is only looked at in vain. Of those that are
// answered, targets are told apart as far as 64 bits can, so that calling a few friends over and over excuses nobody
// (docs/scan-detection.md, evasion). The services
// are kept by the Space-Saving algorithm (Metwally, Agrawal and El Abbadi, "Efficient Computation of Frequent and
// Top-k Elements in Data Streams", 2005), which never counts a failure of the slow window too few. Counts are halved after half of
// a window (and half of the slow window), so within a window at least a quarter of what was counted is left. Owned
// by the ScanDetector.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/prefetch.hpp"
#include "detect/contact.hpp"
#include "detect/scan_options.hpp"

namespace flowlock {

class Suspect;

class HostWatch {
public:
    explicit HostWatch(const ScanOptions& options) : options_(options) {}

    // All that is remembered of a host while it is no suspect; null where it is one.
    Suspect* suspect(HostId host) const noexcept {
        return host < hosts_.size() ? hosts_[host].suspect : nullptr;
    }
    // What was counted of it so far is forgotten; null: it is none any more.
    void set_suspect(HostId host, Suspect* suspect);
    // Its newest attempt.
    FlowId newest(HostId host) const noexcept { return host < hosts_.size() ? hosts_[host].newest : no_flow; }
    void set_newest(HostId host, FlowId id) { of(host).newest = id; }
    void forget(HostId host);
    void clear();

    // What count() will look at first.
    [[gnu::always_inline]] void prefetch(HostId host) const noexcept {
        if (host >= hosts_.size() || hosts_[host].block == no_block) return;
        const auto* block = reinterpret_cast<const std::byte*>(&blocks_[hosts_[host].block]);
        prefetch_to_write(block);
        prefetch_to_write(block + 64);
    }
    // An attempt of a host that is no suspect has been decided. Odd ones count as failures do. True: the host has
    // become suspicious.
    bool count(HostId host, const ContactTarget& target, bool is_odd, std::int64_t now_s);
    // An attempt at an address that nobody has. True: there are as many as a scan has targets, since it was last
    // true, and it has not been said in this slow window.
    bool count_bogon(HostId host, std::int64_t now_s);
    void bogons_have_been_said(HostId host, std::int64_t now_s);

private:
    static constexpr std::uint32_t no_block = ~std::uint32_t{0};

    // How often an attempt failed and was answered, in the window and in the slow one.
    struct Counts {
        std::uint32_t failed = 0;
        std::uint32_t answered = 0;

        void halve(unsigned times) noexcept {
            failed = times < 32 ? failed >> times : 0;
            answered = times < 32 ? answered >> times : 0;
        }
    };
    struct Service {
        std::uint16_t port = 0;
        ProtocolClass protocol = ProtocolClass::any;
        bool used = false;
        std::uint64_t answered_seen = 0;  // bits of the targets that answered since the last turn
        Counts lately;
        Counts slowly;
    };
    struct Block {
        std::int64_t turned_s = std::numeric_limits<std::int64_t>::min();  // when it was last looked at
        std::int64_t turn = 0;  // half windows, and half slow windows, since 1970
        std::int64_t slow_turn = 0;
        std::uint32_t bogons = 0;
        bool bogons_said = false;
        std::array<Service, 8> services{};
    };
    struct Host {
        FlowId newest = no_flow;
        std::uint32_t block = no_block;
        Suspect* suspect = nullptr;
    };

    Host& of(HostId host);
    Block& block_of(HostId host, std::int64_t now_s);
    void free_block(Host& host);
    void turn(Block& block, std::int64_t now_s) const;
    static bool is_new(Service& service, const ContactTarget& target) noexcept;
    static Service& service_of(Block& block, const ContactTarget& target);
    bool is_suspicious(const Service& service) const noexcept;

    const ScanOptions& options_;
    std::vector<Host> hosts_;
    std::vector<Block> blocks_;
    std::vector<std::uint32_t> free_blocks_;
};

}  // namespace flowlock
