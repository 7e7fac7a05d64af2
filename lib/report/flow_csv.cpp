// SPDX-License-Identifier: BSD-3-Clause
#include "report/flow_csv.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "base/time.hpp"

namespace flowlock {
namespace {

constexpr std::size_t buffer_size = 1 << 16;
constexpr std::uint8_t protocol_tcp = 6;

// Independent of the order in which workers' epochs were merged.
std::vector<FlowId> in_time_order(const FlowStore& flows) {
    std::vector<FlowId> order;
    order.reserve(flows.size());
    for (FlowId id = 0; id < flows.end_id(); ++id)
        if (flows.is_kept(id)) order.push_back(id);
    std::sort(order.begin(), order.end(), [&](FlowId a, FlowId b) {
        return std::tie(flows[a].first_ns, flows[a].key) < std::tie(flows[b].first_ns, flows[b].key);
    });
    return order;
}

void append_row(fmt::memory_buffer& buffer, const FlowRecord& flow) {
    const int from = flow.initiator;
    const int to = 1 - from;
    // The other protocols keep something else in the place of the flags.
    const bool tcp = flow.key.protocol == protocol_tcp;
    fmt::format_to(std::back_inserter(buffer), "{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                   iso8601(time_from_ns(flow.first_ns)), iso8601(time_from_ns(flow.last_ns)),
                   flow.key.protocol, flow.key.address[from].to_string(), flow.key.port[from],
                   flow.key.address[to].to_string(), flow.key.port[to], flow.packets[from], flow.bytes[from],
                   flow.packets[to], flow.bytes[to], tcp ? flow.flags[from] : 0, tcp ? flow.flags[to] : 0);
}

}  // namespace

FlowCsv::FlowCsv(std::string path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "we")) {
    check(file_ != nullptr);
}

void FlowCsv::check(bool ok) const {
    if (!ok) throw std::runtime_error(path_ + ": " + std::strerror(errno));
}

void FlowCsv::write(const FlowStore& flows) {
    fmt::memory_buffer buffer;
    fmt::format_to(std::back_inserter(buffer),
                   "first,last,protocol,src,sport,dst,dport,packets_fwd,bytes_fwd,packets_rev,bytes_rev,"
                   "flags_fwd,flags_rev\n");
    for (const FlowId id : in_time_order(flows)) {
        append_row(buffer, flows[id]);
        if (buffer.size() < buffer_size) continue;
        check(std::fwrite(buffer.data(), 1, buffer.size(), file_.get()) == buffer.size());
        buffer.clear();
    }
    check(std::fwrite(buffer.data(), 1, buffer.size(), file_.get()) == buffer.size());
    check(std::fclose(file_.release()) == 0);
}

}  // namespace flowlock
