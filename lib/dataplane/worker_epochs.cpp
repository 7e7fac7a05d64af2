// SPDX-License-Identifier: BSD-3-Clause
// How a worker goes from one epoch to the next: hands over the one that is over and begins an empty one, with what the
// control core has sent along. Once a second, so not beside the code of each packet.
#include <limits>

#include "base/backoff.hpp"
#include "dataplane/worker.hpp"

namespace flowlock {

void Worker::begin_epoch(const EpochName& name) noexcept {
    inspection_.take_newest(channel_);
    if (inspection_.is_on()) epoch_->flows.set_early_packets(inspection_.packets());
    epoch_->begin(name);
    if (epoch_->heads) epoch_->heads->begin(order_ == nullptr ? 0 : order_->list.size());
}

void Worker::obey(WatchOrder* order) noexcept {
    if (order_ != nullptr) channel_.return_order(order_);
    order_ = order;
}

void Worker::take_newest_order() noexcept {
    while (WatchOrder* order = channel_.take_order()) obey(order);
}

// A replay keeps the packets that the order for its epoch names, so that what is kept does not depend on who was
// faster. The order comes when the control core has closed the epoch before the last one.
bool Worker::lacks_order_for(const EpochName& name) const noexcept {
    return channel_.keeps_heads() && name.sequence >= first_ordered_sequence &&
           (order_ == nullptr || order_->from_sequence < name.sequence);
}

void Worker::begin_next(Epoch* next, const EpochName& name) noexcept {
    epoch_->next_sequence = name.sequence;
    channel_.hand_over(epoch_);
    take_newest_order();
    epoch_ = next;
    begin_epoch(name);
}

void Worker::change_epoch_or_go_on(const EpochName& name) noexcept {
    if (Epoch* next = channel_.take_empty(); next != nullptr)
        begin_next(next, name);
    else
        epoch_->late = true;
}

// Also to the next part of the same epoch.
void Worker::change_epoch(EpochName name) noexcept {
    epoch_->next_sequence = name.sequence;
    channel_.hand_over(epoch_);
    epoch_ = nullptr;
    Backoff backoff;
    for (;;) {
        if (epoch_ == nullptr) epoch_ = channel_.take_empty();
        while (lacks_order_for(name)) {
            WatchOrder* order = channel_.take_order();
            if (order == nullptr) break;
            obey(order);
        }
        if (epoch_ != nullptr && !lacks_order_for(name)) break;
        backoff.wait();
    }
    begin_epoch(name);
}

void Worker::finish() noexcept {
    epoch_->next_sequence = std::numeric_limits<std::uint64_t>::max();
    channel_.hand_over(epoch_);
    epoch_ = nullptr;
    obey(nullptr);
    inspection_.give_up(channel_);
    finished_.store(true, std::memory_order_release);
}

}  // namespace flowlock
