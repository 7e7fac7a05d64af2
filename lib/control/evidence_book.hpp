// SPDX-License-Identifier: BSD-3-Clause
// The packets of each open case: from the archive when it opens, then of each epoch while it is new. Of a case that has
// more than it may keep, those stay that are spread most evenly over seconds, directions and protocols. Owned by the
// control core.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/fault_frames.hpp"
#include "control/packet_archive.hpp"
#include "control/packet_counts.hpp"
#include "flow/host_table.hpp"
#include "report/evidence.hpp"
#include "report/evidence_options.hpp"

namespace flowlock {

class EvidenceBook {
public:
    // Cases that keep packets at a time; later ones have none, which their reports say. At most
    // 2 * EvidenceOptions::packets_max packets each, of mostly less than 150 bytes: 120 MB.
    static constexpr std::size_t cases_max = 2'000;

    // The table outlives the book.
    EvidenceBook(const EvidenceOptions& options, const HostTable& hosts, bool live)
        : options_(options), hosts_(hosts), archive_(live) {}

    // What a port is called, by DPDK's number.
    void name_port(std::uint16_t number, std::string name);
    void change_options(const EvidenceOptions& options) { options_ = options; }

    // A worker's part of the epoch that is open.
    void add(const HeadSample& part, std::uint32_t worker) { archive_.add(part, worker); }
    // The epoch is complete; the log says how many packets its hosts had. Then follow() for each case that is open, in
    // any order.
    void close_epoch(const EpochLog& log);
    void follow(const Finding& opened_as);
    // The case has all the packets that it will get, and no report has shown them yet.
    bool has_news(const Finding& finding) const;
    // The host is watched, so that the next epochs keep more of its packets.
    void list_watched(std::vector<IpAddress>& hosts) const;

    // For a report: chosen for what the finding says; nothing, if none were kept.
    Evidence evidence_for(const Finding& finding);
    // The case has been reported for the last time.
    void let_go(const Finding& finding) { cases_.erase(key_of(finding)); }

private:
    using Key = std::pair<Reason, std::uint64_t>;

    // Whose packets a case is about.
    struct Subject {
        Scope scope = Scope::host;
        IpAddress host;  // scope outside: ::
        PrefixSet networks;
        // Wrong configuration: also frames that are no internal host's, such as ARP and what has a forged source.
        std::optional<FaultFrames> foreign{};

        static Subject of(const Finding& finding);
        bool holds(const IpAddress& address) const {
            return scope == Scope::host || scope == Scope::outside ? address == host
                                                                   : networks.contains(address);
        }
    };
    struct Kept {
        EvidencePacket packet;  // its interface is still DPDK's number
        std::int64_t epoch_s = 0;
        std::uint64_t serial = 0;
        std::uint32_t lot = 0;
        std::uint8_t protocol = 0;
        bool matched = false;  // its payload is what the case is about
    };
    struct Case {
        Subject subject;
        bool shows_matches = false;  // packets that matched a signature come before others …
        bool shows_payload = false;  // … with what proves it
        std::int64_t begin_s = 0;    // epochs from here …
        std::int64_t end_s = 0;      // … until before here
        std::int64_t ends_s = 0;     // when it will have all
        std::uint64_t packets_out = 0;
        std::uint64_t packets_in = 0;
        bool told = false;  // a report has shown all
        std::vector<Kept> kept;
    };
    static Key key_of(const Finding& finding) { return {finding.reason, finding.case_number}; }

    void begin(const Finding& opened_as);
    void take(Case& open, const ArchivedEpoch& epoch) const;
    void take_foreign(Case& open, const ArchivedEpoch& epoch) const;
    void keep(Case& open, const ArchivedEpoch& epoch, const HostPacket& reference) const;
    void count(Case& open, const PacketCounts::Epoch& epoch) const;
    void thin_out(Case& open) const;
    template <class GroupOf>
    static void keep_matches_first(std::vector<Kept>& kept, std::size_t count, GroupOf group_of);
    void name_interfaces(Evidence& evidence) const;

    EvidenceOptions options_;
    const HostTable& hosts_;
    PacketArchive archive_;
    PacketCounts counts_;
    std::int64_t now_s_ = 0;  // start of the newest epoch
    bool started_ = false;
    std::map<Key, Case> cases_;
    std::map<std::uint16_t, std::string> ports_;
};

}  // namespace flowlock
