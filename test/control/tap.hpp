// SPDX-License-Identifier: BSD-3-Clause
// A control core and the channels of its workers, whose part the test plays: packets in, reports out. One
// thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "control/control_core.hpp"
#include "lab.hpp"

namespace flowlock::test {

class Tap {
public:
    explicit Tap(ControlCore::Options options, unsigned workers = 1,
                 const EpochSizes& sizes = {.flows = 4096}) {
        static int taps = 0;
        ++taps;
        std::vector<EpochChannel*> borrowed;
        for (unsigned i = 0; i < workers; ++i) {
            channels_.push_back(
                std::make_unique<EpochChannel>("tap" + std::to_string(taps) + "_" + std::to_string(i), 3,
                                               sizes, options.internal, HashKey{}));
            borrowed.push_back(channels_.back().get());
        }
        control_ = std::make_unique<ControlCore>(options, borrowed);
    }

    // An epoch of these packets, whose times are nanoseconds since it started; worker i counts packets[i].
    void epoch_of_all(std::int64_t start_s, const std::vector<std::vector<Sent>>& packets) {
        ++sequence_;
        for (std::size_t i = 0; i < channels_.size(); ++i)
            hand_over(i, {sequence_, start_s}, i < packets.size() ? packets[i] : std::vector<Sent>{});
        merge_all();
    }
    // Only one worker's share of an epoch.
    void hand_over(std::size_t worker, const EpochName& name, const std::vector<Sent>& packets) {
        Epoch* epoch = take_empty(worker);
        epoch->begin(name);
        for (const Sent& sent : packets) count(*epoch, sent, name.start_s);
        epoch->next_sequence = name.sequence + 1;
        hand_over(worker, epoch);
    }
    Epoch* take_empty(std::size_t worker) { return channels_[worker]->take_empty(); }
    void hand_over(std::size_t worker, Epoch* epoch) { channels_[worker]->hand_over(epoch); }
    // The packet's time is since start_s.
    static void count(Epoch& epoch, Sent sent, std::int64_t start_s) {
        sent.time_ns += start_s * second_ns;
        count(epoch, sent);
    }
    void merge_all() {
        while (control_->poll()) {
        }
    }
    void epoch(std::int64_t start_s, const std::vector<Sent>& packets) { epoch_of_all(start_s, {packets}); }

    // No more will come.
    void finish() {
        for (const auto& channel : channels_) {
            Epoch* epoch = channel->take_empty();
            epoch->name = {};
            epoch->next_sequence = ~std::uint64_t{0};
            channel->hand_over(epoch);
        }
        merge_all();
    }

    ControlCore& control() noexcept { return *control_; }

private:
    static void count(Epoch& epoch, const Sent& sent) {
        const Decoded packet = decoded(sent);
        const std::uint64_t hash = epoch.flows.hash(packet.key);
        epoch.first_ns = std::min(epoch.first_ns, sent.time_ns);
        epoch.last_ns = std::max(epoch.last_ns, sent.time_ns);
        epoch.tally[packet.outcome] += {1};
        if (test::count(epoch.flows, packet, hash, sent.time_ns)) return;
        epoch.overflow.value().count(packet, epoch.overflow->find_place(packet), hash,
                                     epoch.flows.time_of(sent.time_ns));
    }

    std::vector<std::unique_ptr<EpochChannel>> channels_;
    std::unique_ptr<ControlCore> control_;
    std::uint64_t sequence_ = 0;
};

inline ControlCore::Options live_options() {
    return {.internal = internal(),
            .limits = {},
            .scan = {.min_targets = 20},
            .engine = {},
            .report = {},
            .secret = {},
            .live = true};
}

}  // namespace flowlock::test
