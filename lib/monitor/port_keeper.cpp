// SPDX-License-Identifier: BSD-3-Clause
#include "monitor/port_keeper.hpp"

#include <algorithm>
#include <net/if.h>
#include <stdexcept>

#include <fmt/format.h>

namespace flowlock {
namespace {

// Ports of DPDK are numbered from 0; a slot without a port has one of its own down from here.
constexpr std::uint16_t number_of_none = 0xffff;

std::string speed_text(std::uint64_t mbit) {
    if (mbit == 0) return "unknown speed";
    return mbit % 1000 == 0 ? fmt::format("{} Gbit/s", mbit / 1000) : fmt::format("{} Mbit/s", mbit);
}

}  // namespace

PortKeeper::PortKeeper(const std::vector<std::string>& names) {
    for (const std::string& text : names) {
        Slot& slot = slots_.emplace_back();
        slot.name = PortName::parse(text);
        slot.port = std::make_unique<LivePort>(slot.name);
    }
}

std::uint64_t PortKeeper::mbit_per_second() const noexcept {
    std::uint64_t sum = 0;
    for (const Slot& slot : slots_) sum += slot.port->mbit_per_second();
    return sum;
}

bool PortKeeper::is_narrow(unsigned queues) const noexcept {
    return std::ranges::any_of(slots_, [&](const Slot& slot) { return slot.port->queues_max() < queues; });
}

void PortKeeper::start(unsigned queues, unsigned spare_buffers, Events& events) {
    queues_ = queues;
    spare_buffers_ = spare_buffers;
    for (Slot& slot : slots_) {
        slot.port->start(queues, spare_buffers);
        slot.number = slot.port->number();
        slot.queues = slot.port->queues();
        slot.up = slot.port->is_up();
        events.push_back({Severity::info,
                          fmt::format("port {}: {}, {} receive {}, link {}, {}", slot.name.label(),
                                      slot.port->driver(), slot.queues, slot.queues == 1 ? "queue" : "queues",
                                      slot.up ? "up" : "down", speed_text(slot.port->mbit_per_second()))});
        for (const std::string& note : slot.port->notes())
            events.push_back({Severity::info, fmt::format("port {}: {}", slot.name.label(), note)});
    }
}

std::vector<const LivePort*> PortKeeper::ports() const {
    std::vector<const LivePort*> ports;
    for (const Slot& slot : slots_) ports.push_back(slot.port.get());
    return ports;
}

void PortKeeper::read_counters() noexcept {
    for (Slot& slot : slots_)
        if (slot.port) slot.port->read_counters();
}

void PortKeeper::look_after(Crew& crew, Events& events) {
    read_counters();
    for (Slot& slot : slots_) {
        if (!slot.port)
            try_again(slot, crew, events);
        else if (!slot.port->is_present())
            let_go(slot, crew, events);
        else
            look_at_link(slot, events);
    }
}

void PortKeeper::look_at_link(Slot& slot, Events& events) {
    const bool up = slot.port->is_up();
    if (up == slot.up) return;
    slot.up = up;
    ++slot.link_changes;
    if (slot.name.has_peer())
        events.push_back({Severity::info,
                          fmt::format("port {}: its peer has {}", slot.name.label(), up ? "come" : "gone")});
    else if (up)
        events.push_back({Severity::info, fmt::format("port {}: link up, {}", slot.name.label(),
                                                      speed_text(slot.port->mbit_per_second()))});
    else
        events.push_back(
            {Severity::warning, fmt::format("port {}: link down; check the fibre, its light and the far side",
                                            slot.name.label())});
}

void PortKeeper::let_go(Slot& slot, Crew& crew, Events& events) {
    if (!crew.leave(slot.number)) {
        if (slot.refusal.empty())
            events.push_back({Severity::error,
                              fmt::format("port {}: has vanished, and a worker that stands still holds it",
                                          slot.name.label())});
        slot.refusal = "held";
        return;
    }
    // DPDK gives its number to the next device that comes, which may be another slot's.
    const auto away = static_cast<std::uint16_t>(number_of_none - (&slot - slots_.data()));
    crew.renumber(slot.number, away);
    slot.number = away;
    slot.before = slot.counters();
    slot.port.reset();
    slot.up = false;
    slot.refusal.clear();
    ++slot.vanished;
    events.push_back(
        {Severity::error, fmt::format("port {}: the device has vanished; it is opened again when it is back",
                                      slot.name.label())});
}

void PortKeeper::try_again(Slot& slot, Crew& crew, Events& events) {
    if (!slot.name.interface.empty() && if_nametoindex(slot.name.interface.c_str()) == 0) return;
    try {
        auto port = std::make_unique<LivePort>(slot.name);
        port->start(queues_, spare_buffers_);
        if (port->queues() != slot.queues)
            throw std::runtime_error(
                fmt::format("port {}: it came back with {} queues instead of {}; restart", slot.name.label(),
                            port->queues(), slot.queues));
        slot.port = std::move(port);
    } catch (const std::runtime_error& error) {
        if (slot.refusal != error.what()) events.push_back({Severity::warning, error.what()});
        slot.refusal = error.what();
        return;
    }
    crew.renumber(slot.number, slot.port->number());
    slot.number = slot.port->number();
    crew.return_to(slot.number);
    slot.up = slot.port->is_up();
    slot.refusal.clear();
    events.push_back({Severity::info, fmt::format("port {}: the device is back", slot.name.label())});
}

Loss PortKeeper::loss() const {
    PortCounters sum;
    for (const Slot& slot : slots_) sum += slot.counters();
    return {{"nic_missed", sum.missed}, {"nic_errors", sum.errors}, {"nic_no_mbuf", sum.no_buffer}};
}

std::vector<PortSummary> PortKeeper::summaries() const {
    std::vector<PortSummary> summaries;
    for (const Slot& slot : slots_) {
        const PortCounters counters = slot.counters();
        summaries.push_back({.name = slot.name.label(),
                             .driver = slot.port ? slot.port->driver() : "",
                             .present = slot.port != nullptr,
                             .up = slot.up,
                             .mbit_per_second = slot.port ? slot.port->mbit_per_second() : 0,
                             .queues = slot.queues,
                             .received = counters.received,
                             .missed = counters.missed,
                             .errors = counters.errors,
                             .no_buffer = counters.no_buffer,
                             .counts_loss = slot.name.counts_loss(),
                             .vanished = slot.vanished,
                             .link_changes = slot.link_changes});
    }
    return summaries;
}

}  // namespace flowlock
