// SPDX-License-Identifier: BSD-3-Clause
#include "detect/window_figures.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "detect/attack_vector.hpp"

namespace flowlock {
namespace {

// A record, and with whom.
struct OfAddress {
    IpAddress address;
    FlowTraffic record;
};

bool counts(const WindowQuery& query, TrafficClass traffic, std::uint8_t allowance) {
    return (allowance == 0 || query.with_allowed) && query.classes.has(traffic);
}

bool is_subject(const WindowQuery& query, HostId host) {
    const WindowSubject& subject = query.subject;
    if (!subject.groups[query.hosts.group_of(host)]) return false;
    return subject.scope == Scope::group || query.hosts.network_of(host) == subject.number;
}

// Calls act(log, slice) for what the subject's hosts have in the window.
template <class Act>
void for_each_slice(const WindowQuery& query, Act&& act) {
    for (auto number = query.history.begin_number(); number < query.history.end_number(); ++number) {
        const EpochLog& log = query.history.log(number);
        if (log.start_s <= query.after_s || log.start_s > query.until_s) continue;
        if (query.subject.scope == Scope::host || query.subject.scope == Scope::outside) {
            const HostSlice* slice = log.find(HostPlace::of(query.subject.number, query.direction));
            if (slice != nullptr) act(log, *slice);
            continue;
        }
        for (const HostSlice& slice : log.slices)
            if (slice.place.direction() == query.direction && is_subject(query, slice.place.host()))
                act(log, slice);
    }
}

// Sorts records by address and flow, and joins those of one address; each flow counts once.
std::vector<External> by_address(std::vector<OfAddress>& records) {
    std::sort(records.begin(), records.end(), [](const OfAddress& a, const OfAddress& b) {
        return std::tie(a.address, a.record.flow) < std::tie(b.address, b.record.flow);
    });
    std::vector<External> addresses;
    FlowId previous = no_flow;
    for (const OfAddress& each : records) {
        if (addresses.empty() || addresses.back().address != each.address)
            addresses.push_back({.address = each.address, .traffic = {}});
        addresses.back().traffic +=
            {{each.record.packets}, {each.record.bytes}, {each.record.flow != previous ? 1u : 0u}};
        previous = each.record.flow;
    }
    return addresses;
}

void sort_and_cut(std::vector<External>& addresses, std::uint32_t most) {
    const auto more = [](const External& a, const External& b) {
        return a.traffic.packets != b.traffic.packets ? a.traffic.packets > b.traffic.packets
                                                      : a.address < b.address;
    };
    if (addresses.size() > most) {
        std::nth_element(addresses.begin(), addresses.begin() + most, addresses.end(), more);
        addresses.resize(most);
    }
    std::sort(addresses.begin(), addresses.end(), more);
}

// What is known by external address moves later fragments to their datagrams; the rest stays as it is. `records` are
// sorted by address.
void join_fragments(const std::vector<OfAddress>& records, ClassSums& sums) {
    for (std::size_t begin = 0; begin < records.size();) {
        ClassSums of_external{};
        std::size_t end = begin;
        for (; end < records.size() && records[end].address == records[begin].address; ++end) {
            const FlowTraffic& record = records[end].record;
            of_external[static_cast<std::size_t>(record.traffic)] += {record.packets, record.bytes};
        }
        begin = end;
        ClassSums joined = of_external;
        flowlock::join_fragments(joined);
        for (std::size_t i = 0; i < traffic_classes; ++i) {
            sums[i].packets += joined[i].packets - of_external[i].packets;
            sums[i].bytes += joined[i].bytes - of_external[i].bytes;
        }
    }
}

std::uint64_t asked(const std::vector<OfAddress>& records) {
    std::uint64_t count = 0;
    const OfAddress* last = nullptr;
    for (const OfAddress& each : records) {
        if (each.record.traffic < TrafficClass::requests) continue;
        if (last == nullptr || last->address != each.address) ++count;
        last = &each;
    }
    return count;
}

bool has_fragments(const ClassSums& sums) {
    for (std::size_t i = 0; i < traffic_classes; ++i)
        if (sums[i].packets != 0 && is_later_fragment(static_cast<TrafficClass>(i))) return true;
    return false;
}

// Sums of the slices' classes, which hold also what has no record.
struct Sums {
    ClassSums by_class{};
    Traffic total;  // flows: those without a record
    std::map<std::uint8_t, ClassSum> allowed;
    std::int64_t first_ns = std::numeric_limits<std::int64_t>::max();
    std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();
};

void add_slice(const WindowQuery& query, const EpochLog& log, const HostSlice& slice, Sums& sums) {
    sums.first_ns = std::min(sums.first_ns, slice.first_ns);
    sums.last_ns = std::max(sums.last_ns, slice.last_ns);
    for (const ClassVolume& volume : log.classes_of(slice)) {
        if (!query.classes.has(volume.traffic)) continue;
        if (volume.allowance != 0) sums.allowed[volume.allowance] += {volume.packets, volume.bytes};
        if (!counts(query, volume.traffic, volume.allowance)) continue;
        sums.by_class[static_cast<std::size_t>(volume.traffic)] += {volume.packets, volume.bytes};
        sums.total += {{volume.packets}, {volume.bytes}, {volume.unrecorded_flows}};
    }
}

void list_internals(const WindowQuery& query, std::vector<OfAddress>& records, Finding& finding) {
    std::vector<External> internals = by_address(records);
    finding.limit.internals_total = internals.size();
    sort_and_cut(internals, query.externals_max);
    finding.limit.internals = std::move(internals);
}

// What came before a reload counts as it was allowed then.
std::string reason_of(const WindowQuery& query, std::uint8_t allowance) {
    if (allowance > query.allowances.size()) return "allowed until the configuration was changed";
    return query.allowances[allowance - 1].reason;
}

Traffic difference(const Traffic& total, const Traffic& part) {
    return {total.packets - part.packets, total.bytes - part.bytes, total.flows};
}

}  // namespace

void fill_window_figures(const WindowQuery& query, Finding& finding) {
    Sums sums;
    std::vector<OfAddress> records, of_hosts;
    const bool is_aggregate = query.subject.scope != Scope::host;
    for_each_slice(query, [&](const EpochLog& log, const HostSlice& slice) {
        add_slice(query, log, slice, sums);
        for (const FlowTraffic& record : log.records_of(slice)) {
            if (!counts(query, record.traffic, record.allowance)) continue;
            const FlowRecord& flow = query.flows[record.flow];
            records.push_back({flow.external_address(), record});
            if (is_aggregate) of_hosts.push_back({flow.internal_address(), record});
        }
    });

    std::vector<External> externals = by_address(records);
    if (has_fragments(sums.by_class)) join_fragments(records, sums.by_class);
    Traffic attributed;
    for (const External& external : externals) attributed += external.traffic;
    finding.limit = {.rules = std::move(finding.limit.rules),
                     .excesses = finding.limit.excesses,
                     .unattributed = difference(sums.total, attributed),
                     .sampling = finding.limit.sampling};
    finding.flows_estimated = sums.total.flows;
    finding.totals = {sums.total.packets, sums.total.bytes, sums.total.flows + attributed.flows};
    name_attack(sums.by_class, asked(records), finding);
    for (const auto& [allowance, sum] : sums.allowed)
        finding.limit.allowed.push_back({reason_of(query, allowance), sum.packets, sum.bytes});
    if (is_aggregate) list_internals(query, of_hosts, finding);
    if (query.networks.enabled()) {
        finding.limit.networks = query.networks.roll_up(externals);
        finding.limit.networks_total = finding.limit.networks.size();
        if (finding.limit.networks.size() > query.externals_max)
            finding.limit.networks.resize(query.externals_max);
    }
    finding.externals_total = externals.size();
    sort_and_cut(externals, query.externals_max);
    finding.externals = std::move(externals);
    finding.first_seen = time_from_ns(sums.first_ns);
    finding.last_seen = time_from_ns(sums.last_ns);
}

}  // namespace flowlock
