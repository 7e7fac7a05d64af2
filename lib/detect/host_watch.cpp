// SPDX-License-Identifier: BSD-3-Clause
#include "detect/host_watch.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/hash.hpp"

namespace flowlock {
namespace {

// A host is looked at closely from a quarter of the targets of a verdict on, which is what halving may leave of all
// of them; unless nearly all its attempts are answered. From so many times the targets on, nothing excuses it.
constexpr std::uint32_t share_of_targets = 4;
constexpr std::uint32_t answered_per_failed_max = 4;
constexpr std::uint32_t never_excused_factor = 20;
// Of 64 bits, from which on the targets are too many to be told apart: some ninety of them.
constexpr int bits_told_apart = 48;

}  // namespace

HostWatch::Host& HostWatch::of(HostId host) {
    if (host >= hosts_.size()) hosts_.resize(host + 1);
    return hosts_[host];
}

void HostWatch::free_block(Host& host) {
    if (host.block == no_block) return;
    free_blocks_.push_back(host.block);
    host.block = no_block;
}

void HostWatch::set_suspect(HostId host, Suspect* suspect) {
    Host& known = of(host);
    known.suspect = suspect;
    if (known.block != no_block) blocks_[known.block].services = {};
}

void HostWatch::forget(HostId host) {
    if (host >= hosts_.size()) return;
    free_block(hosts_[host]);
    hosts_[host] = {};
}

void HostWatch::clear() {
    hosts_.clear();
    blocks_.clear();
    free_blocks_.clear();
}

void HostWatch::turn(Block& block, std::int64_t now_s) const {
    if (std::exchange(block.turned_s, now_s) == now_s) return;
    const auto halve = [&](std::int64_t& turn, std::chrono::seconds window, Counts Service::*counts) {
        const std::int64_t now = now_s / std::max<std::int64_t>(1, window.count() / 2);
        const auto turns = static_cast<unsigned>(std::clamp<std::int64_t>(now - turn, 0, 32));
        turn = now;
        if (turns == 0) return turns;
        for (Service& service : block.services) {
            (service.*counts).halve(turns);
            service.answered_seen = 0;
        }
        return turns;
    };
    const unsigned turns = halve(block.turn, options_.window, &Service::lately);
    block.bogons = turns < 32 ? block.bogons >> turns : 0;
    if (halve(block.slow_turn, options_.slow_window, &Service::slowly) > 0) block.bogons_said = false;
}

HostWatch::Block& HostWatch::block_of(HostId host, std::int64_t now_s) {
    Host& known = of(host);
    if (known.block == no_block) {
        if (free_blocks_.empty()) {
            known.block = static_cast<std::uint32_t>(blocks_.size());
            blocks_.emplace_back();
        } else {
            known.block = free_blocks_.back();
            free_blocks_.pop_back();
            blocks_[known.block] = {};
        }
    }
    Block& block = blocks_[known.block];
    turn(block, now_s);
    return block;
}

// The one of this service, or the one with the fewest failures, which becomes it and keeps their number.
HostWatch::Service& HostWatch::service_of(Block& block, const ContactTarget& target) {
    Service* least = &block.services[0];
    for (Service& service : block.services) {
        if (service.used && service.port == target.port && service.protocol == target.protocol)
            return service;
        if (service.slowly.failed < least->slowly.failed) least = &service;
    }
    least->used = true;
    least->port = target.port;
    least->protocol = target.protocol;
    least->lately.answered = least->slowly.answered = 0;
    least->answered_seen = 0;
    return *least;
}

bool HostWatch::is_suspicious(const Service& service) const noexcept {
    const std::uint64_t min = options_.min_targets;
    const auto is = [&](const Counts& counts) {
        const std::uint64_t failed = counts.failed;
        return failed * share_of_targets >= min && failed * answered_per_failed_max >= counts.answered;
    };
    return is(service.lately) || is(service.slowly) || service.lately.failed >= never_excused_factor * min;
}

bool HostWatch::is_new(Service& service, const ContactTarget& target) noexcept {
    const HashKey key;
    const std::uint64_t bit =
        std::uint64_t{1} << (fold_multiply(target.address.high ^ key.a, target.address.low ^ key.b) & 63);
    const bool is_seen = (service.answered_seen & bit) != 0;
    service.answered_seen |= bit;
    return !is_seen || std::popcount(service.answered_seen) >= bits_told_apart;
}

bool HostWatch::count(HostId host, const ContactTarget& target, bool is_odd, std::int64_t now_s) {
    if (!is_odd && of(host).block == no_block) return false;
    Block& block = block_of(host, now_s);
    if (!is_odd) {
        for (Service& service : block.services) {
            if (!service.used || service.port != target.port || service.protocol != target.protocol) continue;
            if (!is_new(service, target)) continue;
            ++service.lately.answered;
            ++service.slowly.answered;
        }
        return false;
    }
    Service& service = service_of(block, target);
    ++service.lately.failed;
    ++service.slowly.failed;
    return is_suspicious(service);
}

bool HostWatch::count_bogon(HostId host, std::int64_t now_s) {
    Block& block = block_of(host, now_s);
    if (++block.bogons < options_.min_targets || block.bogons_said) return false;
    block.bogons = 0;
    return true;
}

void HostWatch::bogons_have_been_said(HostId host, std::int64_t now_s) {
    block_of(host, now_s).bogons_said = true;
}

}  // namespace flowlock
