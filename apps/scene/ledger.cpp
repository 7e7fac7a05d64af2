// SPDX-License-Identifier: BSD-3-Clause
// Counting by host and second, and the JSON of it: numbers stand in arrays, since a long scene has many.
#include "ledger.hpp"

#include <algorithm>
#include <cassert>
#include <ostream>
#include <utility>

#include "random.hpp"
#include "scenes.hpp"

namespace flowlock::scene {

namespace {

// More externals than these are only numbered: the file would be larger than the capture is worth.
constexpr std::uint32_t listed_max = 200'000;
constexpr std::uint32_t by_second_max = 50;

void write_numbers(std::ostream& out, const char* name, const std::vector<Volume>& by_second,
                   std::uint32_t seconds, std::uint64_t Volume::*number) {
    out << ",\n    \"" << name << "_per_second\": [";
    for (std::uint32_t i = 0; i < seconds; ++i)
        out << (i == 0 ? "" : ",") << (i < by_second.size() ? by_second[i].*number : 0);
    out << "]";
}

}  // namespace

void ExternalBook::count(const IpAddress& address, std::uint32_t second, std::uint32_t bytes, bool new_flow) {
    const auto index = index_of(address.ipv4());
    if (total_ > listed_max) return;
    auto& external = externals_[index];
    external.volume.count(bytes, new_flow);
    if (total_ > by_second_max) return;
    if (external.by_second.empty() || external.by_second.back().second != second)
        external.by_second.push_back({second, {}});
    external.by_second.back().volume.count(bytes, new_flow);
}

std::uint32_t ExternalBook::index_of(std::uint32_t address) {
    if (total_ >= slots_.size() / 4 * 3) grow();
    auto& slot = slot_of(address);
    if (slot.index_plus_1 != 0) return slot.index_plus_1 - 1;
    slot = {address, ++total_};
    if (total_ <= listed_max)
        externals_.push_back({address, {}, {}});
    else
        std::vector<External>{}.swap(externals_);
    if (total_ == by_second_max + 1)
        for (auto& external : externals_) std::vector<Second>{}.swap(external.by_second);
    return total_ - 1;
}

ExternalBook::Slot& ExternalBook::slot_of(std::uint32_t address) {
    for (auto at = mix_bits(address);; ++at) {
        auto& slot = slots_[at & (slots_.size() - 1)];
        if (slot.index_plus_1 == 0 || slot.address == address) return slot;
    }
}

void ExternalBook::grow() {
    const auto old = std::exchange(slots_, std::vector<Slot>(std::max<std::size_t>(16, slots_.size() * 2)));
    for (const auto& slot : old)
        if (slot.index_plus_1 != 0) slot_of(slot.address) = slot;
}

void ExternalBook::write(std::ostream& out) const {
    out << ",\n    \"externals_total\": " << total_;
    if (total_ > listed_max) return;
    out << ",\n    \"externals\": [";
    const char* separator = "";
    for (const auto& external : externals_) {
        out << separator << "[\"" << ipv4_at(external.address, 0).to_string() << "\","
            << external.volume.packets << "," << external.volume.bytes << "," << external.volume.flows << "]";
        separator = ",";
    }
    out << "]";
    if (total_ > by_second_max) return;
    out << ",\n    \"externals_per_second\": {";
    separator = "";
    for (const auto& external : externals_) {
        out << separator << "\n     \"" << ipv4_at(external.address, 0).to_string() << "\": [";
        const char* comma = "";
        for (const auto& [second, volume] : external.by_second) {
            out << comma << "[" << second << "," << volume.packets << "," << volume.bytes << ","
                << volume.flows << "]";
            comma = ",";
        }
        out << "]";
        separator = ",";
    }
    out << "}";
}

void Ledger::Account::count(const IpAddress& external, std::uint32_t second, std::uint32_t bytes,
                            bool new_flow) {
    total.count(bytes, new_flow);
    if (by_second.size() <= second) by_second.resize(second + 1);
    by_second[second].count(bytes, new_flow);
    externals.count(external, second, bytes, new_flow);
}

void Ledger::count(const PacketSpec& spec, std::uint32_t ip_bytes, bool new_flow) {
    assert(spec.path.source.is_ipv4());
    const auto now = floor_seconds(spec.time);
    if (seconds_ == 0) first_second_ = now;
    const auto second = static_cast<std::uint32_t>(now - first_second_);
    seconds_ = std::max(seconds_, second + 1);
    const bool out = is_internal(spec.path.source);
    assert(!out || !is_internal(spec.path.target));
    const auto& internal = out ? spec.path.source : spec.path.target;
    const auto& external = out ? spec.path.target : spec.path.source;
    auto& account = is_internal(internal) ? accounts_[internal.ipv4() & 0xff][out ? 0 : 1] : transit_;
    if (!account) account = std::make_unique<Account>();
    account->count(external, second, ip_bytes, new_flow);
}

void Ledger::write_account(std::ostream& out, const Account& account) const {
    out << "\"packets\": " << account.total.packets << ", \"bytes\": " << account.total.bytes
        << ", \"flows\": " << account.total.flows;
    write_numbers(out, "packets", account.by_second, seconds_, &Volume::packets);
    write_numbers(out, "bytes", account.by_second, seconds_, &Volume::bytes);
    write_numbers(out, "flows", account.by_second, seconds_, &Volume::flows);
    account.externals.write(out);
}

void Ledger::write(std::ostream& out) const {
    out << "{\"first_second\": " << first_second_ << ", \"seconds\": " << seconds_ << ",\n  \"hosts\": [";
    const char* separator = "\n";
    for (std::uint32_t host = 0; host < std::size(accounts_); ++host) {
        for (const bool is_out : {true, false}) {
            const auto& account = accounts_[host][is_out ? 0 : 1];
            if (!account) continue;
            out << separator << "   {\"address\": \"" << ipv4_at(internal_base, host).to_string()
                << "\", \"direction\": \"" << (is_out ? "out" : "in") << "\", ";
            write_account(out, *account);
            out << "}";
            separator = ",\n";
        }
    }
    out << "]";
    if (transit_) {
        out << ",\n  \"transit\": {";
        write_account(out, *transit_);
        out << "}";
    }
    out << "}";
}

}  // namespace flowlock::scene
