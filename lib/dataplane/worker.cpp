// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/worker.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include <rte_ethdev.h>
#include <rte_pause.h>

#include "base/prefetch.hpp"
#include "dataplane/burst.hpp"
#include "packet/common_stack.hpp"
#include "packet/frame_print.hpp"
#include "packet/quoted_packet.hpp"

namespace flowlock {
namespace {

// A packet's bytes are asked for so many packets ahead: a NIC has put them no nearer than the L3.
constexpr std::uint16_t packets_ahead = 4;

// Of the packets of suspects by which nothing begins. Odd, so that bursts of 32 do not fall into step with it.
constexpr std::uint16_t looked_at_one_in = 7;

// More than the deepest receive queue there is.
constexpr std::uint64_t drain_bursts_max = 8192 / Worker::burst_size;

// Outcomes of the common stack in one burst, eight bits each in one register: adding to the tally itself would
// make every packet wait for the one before it.
class CommonTally {
public:
    void add(Outcome outcome) noexcept { counts_ += std::uint64_t{1} << 8 * static_cast<unsigned>(outcome); }
    void add_to(Tally& tally) const noexcept {
        for (const Outcome outcome :
             {Outcome::ipv4_tcp, Outcome::ipv4_udp, Outcome::ipv6_tcp, Outcome::ipv6_udp})
            tally[outcome] += {counts_ >> 8 * static_cast<unsigned>(outcome) & 0xff};
    }

private:
    static_assert(Worker::burst_size < 256 && static_cast<unsigned>(Outcome::ipv6_udp) < 8,
                  "counts of a burst fit eight bits each");
    std::uint64_t counts_ = 0;
};

// Whether something begins with the packet: of what is neither TCP nor UDP, any may be the first.
bool is_opening(const Decoded& packet) noexcept {
    switch (packet.outcome) {
        case Outcome::ipv4_tcp:
        case Outcome::ipv6_tcp:
            return tcp_flag::opens(packet.flags);
        case Outcome::ipv4_udp:
        case Outcome::ipv6_udp:
            return false;
        default:
            return true;
    }
}

}  // namespace

Worker::Worker(const std::vector<RxQueue>& queues, EpochChannel& channel)
    : gate_count_(queues.size()), channel_(channel), epoch_(channel.take_empty()) {
    assert(epoch_ != nullptr && !queues.empty() && queues.size() <= queues_max);
    for (std::size_t i = 0; i < queues.size(); ++i) gates_[i].queue = queues[i];
    begin_epoch({});
}

void Worker::run(LiveClock clock, const std::atomic<bool>& stop) noexcept {
    assert(epoch_->overflow.has_value());
    take_newest_order();
    begin_epoch(clock.epoch_at(clock.now_ns()));
    std::int64_t end_ns = clock.end_ns(epoch_->name);
    std::uint64_t packets = 0;
    std::size_t gate = 0;
    for (std::uint64_t round = 1; !stop.load(std::memory_order_relaxed); ++round) {
        const std::uint16_t received = receive(gates_[gate]);
        if (++gate == gate_count_) gate = 0;
        pulse_.rounds.store(round, std::memory_order_release);
        const std::int64_t now_ns = clock.now_ns();
        if (now_ns >= end_ns) {
            change_epoch_or_go_on(clock.epoch_at(now_ns));
            clock.take(epoch_->scale);
            end_ns = clock.end_ns(epoch_->name);
        }
        if (received == 0) {
            rte_pause();
            continue;
        }
        pulse_.packets.store(packets += received, std::memory_order_relaxed);
        take_live(received, now_ns);
    }
    for (std::size_t i = 0; i < gate_count_; ++i) packets += drain(gates_[i], clock);
    pulse_.packets.store(packets, std::memory_order_relaxed);
    finish();
}

void Worker::take_live(std::uint16_t received, std::int64_t now_ns) noexcept {
    times_.fill(epoch_->flows.time_of(now_ns));
    epoch_->first_ns = std::min(epoch_->first_ns, now_ns);
    epoch_->last_ns = std::max(epoch_->last_ns, now_ns);
    decode_burst(received, [](rte_mbuf*) { return LinkType::ethernet; });
    sample_burst(received);
    const auto stamp_of = [this, now_ns](std::uint16_t i) {
        return Stamp{now_ns, serial_ + i, LinkType::ethernet};
    };
    if (epoch_->heads) {
        // Most bursts have no packet whose lot is drawn, by which something begins, or of a watched host.
        const std::uint32_t all = ~std::uint32_t{0} >> (burst_size - received);
        const bool any_drawn = epoch_->heads->draw_any<burst_size>(serial_);
        keep_heads(any_drawn ? all : openings_ | uncommon_ | watched_ones(received), stamp_of);
    }
    count_burst<Pace::live>(received);
    const auto first_ones = static_cast<unsigned>(std::popcount(early_));
    if (early_ != 0 && inspection_.is_on() &&
        inspection_.begin_burst(first_ones, received == burst_size, epoch_->matches)) {
        look_into_early(stamp_of);
        inspection_.end_burst();
    }
    serial_ += received;
    free_burst(packets_.data(), received);
}

// A pass of its own over the hashes, mostly without a hit: in the loop that decodes it took registers, and more time
// than all it does.
void Worker::sample_burst(std::uint16_t received) noexcept {
    if (epoch_->sample->is_cut()) return;
    const PacketSample::Choice choice = epoch_->sample->choice();
    std::uint64_t signs = 0;
    for (std::uint16_t i = 0; i < received; ++i) signs |= choice.sign(hashes_[i]);
    if (!PacketSample::Choice::has_wanted(signs)) [[likely]]
        return;
    for (std::uint16_t i = 0; i < received; ++i) {
        // What was not decoded has the hash of a packet before it.
        if (!choice.wants(hashes_[i]) || !is_decoded(decoded_[i].outcome)) continue;
        const std::span head{rte_pktmbuf_mtod(packets_[i], const std::byte*),
                             rte_pktmbuf_data_len(packets_[i])};
        epoch_->sample->add(frame_print(head, HashKey{}));
    }
}

// A bit for each packet that may be a watched host's, of those that are looked at. Without a branch between the two
// addresses: which of them may be listed nobody can predict.
std::uint32_t Worker::watched_ones(std::uint16_t received) const noexcept {
    if (order_ == nullptr || order_->list.empty()) return 0;
    const WatchList& list = order_->list;
    const auto look_at = [&](std::uint16_t i) {
        const auto& address = decoded_[i].key.address;
        return (std::uint32_t{list.may_hold(address[0])} | std::uint32_t{list.may_hold(address[1])}) << i;
    };
    std::uint32_t ones = 0;
    if (order_->alarm) {
        for (std::uint16_t i = 0; i < received; ++i) ones |= look_at(i);
        return ones;
    }
    // Other ones in each burst.
    for (auto i = static_cast<std::uint16_t>(serial_ % looked_at_one_in); i < received; i += looked_at_one_in)
        ones |= look_at(i);
    return ones;
}

template <class StampOf>
void Worker::keep_heads(std::uint32_t chosen, StampOf stamp_of) noexcept {
    for (; chosen != 0; chosen &= chosen - 1) {
        const auto i = static_cast<std::uint16_t>(std::countr_zero(chosen));
        // Beside flows' packets, what may be a message of the link.
        if (is_decoded(decoded_[i].outcome) || decoded_[i].outcome == Outcome::not_ip)
            keep_head(i, stratum_of(i), stamp_of(i));
    }
}

std::uint32_t Worker::stratum_of(std::uint16_t i) const noexcept {
    const Decoded& packet = decoded_[i];
    if (!is_decoded(packet.outcome)) return HeadSample::openings;
    if (order_ != nullptr && !order_->list.empty())
        for (const unsigned endpoint : {0u, 1u}) {
            const std::uint32_t place = order_->list.find(packet.key.address[endpoint]);
            if (place != WatchList::nobody)
                return HeadSample::first_watched + 2 * place + (packet.sender == endpoint ? 0 : 1);
        }
    return (openings_ >> i & 1) != 0 ? HeadSample::openings : HeadSample::general;
}

void Worker::keep_head(std::uint16_t i, std::uint32_t stratum, const Stamp& stamp) noexcept {
    HeadSample& heads = *epoch_->heads;
    const std::uint32_t lot = HeadSample::lot_of(stamp.serial);
    if (!heads.draw(stratum, lot)) return;
    rte_mbuf* packet = packets_[i];
    PacketHead info;
    info.time_ns = stamp.time_ns;
    info.serial = stamp.serial;
    info.link = stamp.link;
    info.lot = lot;
    info.wire_bytes = rte_pktmbuf_pkt_len(packet);
    info.stratum = stratum;
    info.size = static_cast<std::uint16_t>(
        std::min<std::size_t>(rte_pktmbuf_data_len(packet), PacketHead::bytes_max));
    info.port = static_cast<std::uint8_t>(std::min<std::uint16_t>(packet->port, 255));
    heads.add(info, rte_pktmbuf_mtod(packet, const std::byte*));
}

// What stood in the queue when the worker was told to end. A port under load never runs dry, so a queue's depth
// is all that is taken.
std::uint64_t Worker::drain(const Gate& gate, const LiveClock& clock) noexcept {
    std::uint64_t packets = 0;
    for (std::uint64_t bursts = 0; bursts < drain_bursts_max; ++bursts) {
        const std::uint16_t received = receive(gate);
        if (received == 0) break;
        packets += received;
        take_live(received, clock.now_ns());
    }
    return packets;
}

void Worker::replay(const PacketClock& clock, const MbufFields& fields) noexcept {
    for (;;) {
        const std::uint16_t received = receive(gates_[0]);
        if (clock.epoch != epoch_->name) change_epoch(clock.epoch);
        if (received == 0) {
            if (clock.ended) break;
            continue;
        }
        // A burst may be all ICMP errors, all ARP, or all payloads with many matches.
        const bool has_room = epoch_->unreachables.room() >= received && epoch_->notices.room() >= received &&
                              epoch_->matches.room() >= received * PayloadInspection::found_max;
        if (!has_room) change_epoch(epoch_->name);
        ethernet_ = 0;
        for (std::uint16_t i = 0; i < received; ++i) {
            const std::int64_t time_ns = fields.time_ns(packets_[i]);
            times_[i] = epoch_->flows.time_of(time_ns);
            epoch_->first_ns = std::min(epoch_->first_ns, time_ns);
            epoch_->last_ns = std::max(epoch_->last_ns, time_ns);
            ethernet_ |= std::uint32_t{fields.link(packets_[i]) == LinkType::ethernet} << i;
        }
        decode_burst(received, [&](rte_mbuf* packet) { return fields.link(packet); });
        const auto stamp_of = [&](std::uint16_t i) {
            rte_mbuf* packet = packets_[i];
            return Stamp{fields.time_ns(packet), fields.serial(packet), fields.link(packet)};
        };
        if (epoch_->heads) keep_heads(~std::uint32_t{0} >> (burst_size - received), stamp_of);
        count_burst<Pace::replay>(received);
        if (inspection_.is_on()) look_into_early(stamp_of);
        free_burst(packets_.data(), received);
    }
    finish();
}

std::uint16_t Worker::receive(const Gate& gate) noexcept {
    if (!gate.open.load(std::memory_order_acquire)) [[unlikely]]
        return 0;
    return rte_eth_rx_burst(gate.queue.port, gate.queue.number, packets_.data(), burst_size);
}

void Worker::set_open(std::uint16_t port, bool open) noexcept {
    for (std::size_t i = 0; i < gate_count_; ++i)
        if (gates_[i].queue.port == port) gates_[i].open.store(open, std::memory_order_release);
}

void Worker::renumber(std::uint16_t port, std::uint16_t to) noexcept {
    for (std::size_t i = 0; i < gate_count_; ++i)
        if (gates_[i].queue.port == port) gates_[i].queue.port = to;
}

// Everything but the flow table, whose lines are on their way meanwhile.
template <class LinkOf>
void Worker::decode_burst(std::uint16_t received, LinkOf link_of) noexcept {
    const auto ask_for_bytes = [&](std::uint16_t i) __attribute__((always_inline)) {
        if (i < received) prefetch_to_read(rte_pktmbuf_mtod(packets_[i], const std::byte*));
    };
    for (std::uint16_t i = 0; i < packets_ahead; ++i) ask_for_bytes(i);
    std::uint64_t wire_bytes = 0;
    std::uint32_t openings = 0;
    uncommon_ = 0;
    CommonTally common;
    for (std::uint16_t i = 0; i < received; ++i) {
        ask_for_bytes(static_cast<std::uint16_t>(i + packets_ahead));
        rte_mbuf* packet = packets_[i];
        const std::span head{rte_pktmbuf_mtod(packet, const std::byte*), rte_pktmbuf_data_len(packet)};
        const std::uint32_t wire = rte_pktmbuf_pkt_len(packet);
        const LinkType link = link_of(packet);
        Decoded& decoded = decoded_[i];
        wire_bytes += wire;
        const auto opens = [&] { openings |= std::uint32_t{1} << i; };
        if (link == LinkType::ethernet && decode_common(head, wire, decoded, opens)) [[likely]] {
            common.add(decoded.outcome);
        } else {
            const bool is_counted = decode_uncommon(link, head, wire, decoded);
            uncommon_ |= std::uint32_t{may_hold_notice(decoded)} << i;
            if (!is_counted) continue;
            openings |= std::uint32_t{is_opening(decoded)} << i;
        }
        hashes_[i] = epoch_->flows.hash(decoded.key);
        epoch_->flows.prefetch(hashes_[i]);
    }
    openings_ = openings;
    epoch_->tally.wire_bytes += {wire_bytes};
    common.add_to(epoch_->tally);
}

// What is not of the common stack, ICMP among it. False: nor decoded.
[[gnu::noinline]] bool Worker::decode_uncommon(LinkType link, std::span<const std::byte> head,
                                               std::uint32_t wire, Decoded& decoded) noexcept {
    decoded = decode(link, head, wire);
    epoch_->tally[decoded.outcome] += {1};
    if (!is_decoded(decoded.outcome)) return false;
    epoch_->tally.fragments += {decoded.fragment ? 1u : 0u};
    if (QuotedPacket quoted; decode_quoted(head, decoded, quoted)) epoch_->unreachables.add(quoted);
    return true;
}

template <Worker::Pace pace>
void Worker::count_burst(std::uint16_t received) noexcept {
    early_ = 0;
    std::uint32_t early = 0;  // in a register
    for (std::uint16_t i = 0; i < received; ++i) {
        if (!is_decoded(decoded_[i].outcome)) [[unlikely]]
            continue;
        const FlowTable::Counted counted =
            epoch_->flows.count(decoded_[i], hashes_[i], times_[i], [&] { return origin_of(i); });
        early |= std::uint32_t{counted == FlowTable::Counted::early} << i;
        switch (counted) {
            case FlowTable::Counted::yes:
            case FlowTable::Counted::early:
                break;
            case FlowTable::Counted::displaced:
                epoch_->flows.prefetch_next(hashes_[i]);
                displaced_[displaced_count_++] = i;
                break;
            case FlowTable::Counted::no:
                count_beyond_table<pace>(i);
                break;
        }
    }
    early_ |= early;
    count_displaced<pace>();
    if constexpr (pace == Pace::live) count_overflow();
    note_link_messages();
}

// Those that are among the first of their flow that their sender has sent in this epoch, as far as they were counted.
template <class StampOf>
void Worker::look_into_early(StampOf stamp_of) noexcept {
    for (std::uint32_t early = early_; early != 0; early &= early - 1) {
        const auto i = static_cast<std::uint16_t>(std::countr_zero(early));
        const std::span head{rte_pktmbuf_mtod(packets_[i], const std::byte*),
                             rte_pktmbuf_data_len(packets_[i])};
        const Stamp stamp = stamp_of(i);
        if (inspection_.look_into(stamp.link, head, decoded_[i], stamp.time_ns, epoch_->matches) &&
            epoch_->heads)
            keep_head(i, HeadSample::matched, stamp);
    }
}

template <Worker::Pace pace>
void Worker::count_displaced() noexcept {
    const std::uint16_t count = displaced_count_;
    displaced_count_ = 0;
    const Epoch* displaced_in = epoch_;
    for (std::uint16_t k = 0; k < count; ++k) {
        const std::uint16_t i = displaced_[k];
        // A replay may have gone on to another table meanwhile, where these flows may be at home.
        const FlowTable::Counted counted =
            pace == Pace::live || epoch_ == displaced_in
                ? epoch_->flows.count_displaced(decoded_[i], hashes_[i], times_[i], origin_of(i))
                : count_anywhere(i);
        early_ |= std::uint32_t{counted == FlowTable::Counted::early} << i;
        if (!is_counted(counted)) count_beyond_table<pace>(i);
    }
}

FlowTable::Counted Worker::count_anywhere(std::uint16_t i) noexcept {
    const LinkOrigin origin = origin_of(i);
    const FlowTable::Counted counted =
        epoch_->flows.count(decoded_[i], hashes_[i], times_[i], [&] { return origin; });
    if (counted != FlowTable::Counted::displaced) return counted;
    return epoch_->flows.count_displaced(decoded_[i], hashes_[i], times_[i], origin);
}

// Live: put off to count_overflow(). Replay: the rest of the epoch goes into another table, and the control
// core joins the parts.
template <Worker::Pace pace>
void Worker::count_beyond_table(std::uint16_t i) noexcept {
    if constexpr (pace == Pace::live) {
        Overflow::Place& place = places_[overflowed_count_];
        place = epoch_->overflow->find_place(decoded_[i]);
        epoch_->overflow->prefetch(place);
        overflowed_[overflowed_count_++] = i;
    } else {
        count_displaced<pace>();  // what came before it
        FlowTable::Counted counted = count_anywhere(i);
        for (; !is_counted(counted); counted = count_anywhere(i))
            change_epoch(epoch_->name);  // an empty table has room
        early_ |= std::uint32_t{counted == FlowTable::Counted::early} << i;
    }
}

void Worker::count_overflow() noexcept {
    for (std::uint16_t k = 0; k < overflowed_count_; ++k) {
        const std::uint16_t i = overflowed_[k];
        epoch_->overflow->count(decoded_[i], places_[k], hashes_[i], times_[i]);
    }
    overflowed_count_ = 0;
}

LinkOrigin Worker::origin_of(std::uint16_t i) const noexcept {
    if ((ethernet_ >> i & 1) == 0) return {};
    const auto* frame = rte_pktmbuf_mtod(packets_[i], const std::byte*);
    return {HardwareAddress::from_wire(frame + 6), HardwareAddress::from_wire(frame).is_broadcast()};
}

// DHCP servers have little to say: what matters is early in its flow.
void Worker::note_link_messages() noexcept {
    std::uint32_t notable = uncommon_;
    for (std::uint32_t left = early_; left != 0; left &= left - 1) {
        const int i = std::countr_zero(left);
        notable |= std::uint32_t{may_hold_notice(decoded_[static_cast<std::size_t>(i)])} << i;
    }
    for (notable &= ethernet_; notable != 0; notable &= notable - 1)
        note_link_message(static_cast<std::uint16_t>(std::countr_zero(notable)));
}

[[gnu::noinline]] void Worker::note_link_message(std::uint16_t i) noexcept {
    const std::span head{rte_pktmbuf_mtod(packets_[i], const std::byte*), rte_pktmbuf_data_len(packets_[i])};
    const std::int64_t time_ns = epoch_->flows.time_ns(times_[i]);
    if (decoded_[i].outcome == Outcome::not_ip && HardwareAddress::from_wire(head.data()).is_group())
        epoch_->notices.count_group_frame(HardwareAddress::from_wire(head.data() + 6), time_ns);
    TimedNotice timed{.time_ns = time_ns, .notice = {}};
    if (read_link_notice(head, timed.notice)) epoch_->notices.add(timed);
}

}  // namespace flowlock
