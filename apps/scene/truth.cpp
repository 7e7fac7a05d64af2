// SPDX-License-Identifier: BSD-3-Clause
// Counting, and the JSON of it. Times are nanoseconds since 1970.
#include "truth.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace flowlock::scene {

namespace {

void write_volume(std::ostream& out, const Volume& volume) {
    out << "\"packets\": " << volume.packets << ", \"bytes\": " << volume.bytes
        << ", \"flows\": " << volume.flows;
}

void write_externals(std::ostream& out, const std::map<IpAddress, Volume>& externals) {
    out << "[";
    const char* separator = "\n    ";
    for (const auto& [address, volume] : externals) {
        out << separator << "{\"address\": \"" << address.to_string() << "\", ";
        write_volume(out, volume);
        out << "}";
        separator = ",\n    ";
    }
    out << "]";
}

void write_targets(std::ostream& out, const std::vector<ScanTarget>& targets) {
    out << "[";
    const char* separator = "\n    ";
    for (const auto& target : targets) {
        out << separator << "{\"time\": " << ns_of(target.time) << ", \"address\": \""
            << target.address.to_string() << "\", \"port\": " << target.port << "}";
        separator = ",\n    ";
    }
    out << "]";
}

void write_attack(std::ostream& out, const Attack& attack) {
    out << "  {\"kind\": \"" << attack.kind << "\", ";
    if (!attack.vector.empty()) out << "\"vector\": \"" << attack.vector << "\", ";
    out << "\"direction\": \"" << attack.direction << "\", \"host\": \"" << attack.host.to_string()
        << "\", \"first\": " << ns_of(attack.first) << ", \"last\": " << ns_of(attack.last) << ",\n   ";
    write_volume(out, attack.volume);
    out << ", \"refused\": " << attack.refused << ", \"answered\": " << attack.answered
        << ",\n   \"externals\": ";
    write_externals(out, attack.externals);
    out << ",\n   \"targets\": ";
    write_targets(out, attack.targets);
    out << "}";
}

}  // namespace

void Attack::count(const PacketSpec& spec, std::uint32_t ip_bytes, bool new_flow) {
    if (volume.packets == 0) first = spec.time;
    last = spec.time;
    volume.count(ip_bytes, new_flow);
}

void Attack::count_external(const PacketSpec& spec, std::uint32_t ip_bytes, bool new_flow) {
    count(spec, ip_bytes, new_flow);
    externals[direction == "out" ? spec.path.target : spec.path.source].count(ip_bytes, new_flow);
}

bool Truth::count(const PacketSpec& spec, std::uint32_t wire, std::uint32_t ip_bytes) {
    see(spec.time, wire);
    ip_bytes_ += ip_bytes;
    ++(spec.path.source.is_ipv4() ? ipv4_ : ipv6_);
    fragments_ += spec.is_fragment();
    vlan_ += spec.path.vlan != 0;
    ++packets_by_protocol_[spec.protocol];
    if (!options_.find_flows) return false;
    const auto seen = flows_.see(spec);
    if (seen.first) add_flow(spec.protocol);
    if (options_.keep_ledger) ledger_.count(spec, ip_bytes, seen.first_that_way);
    return seen.first_that_way;
}

void Truth::count_not_ip(Time time, std::uint32_t wire) {
    see(time, wire);
    ++not_ip_;
}

void Truth::see(Time time, std::uint32_t wire) {
    ++packets_;
    wire_bytes_ += wire;
    first_ = first_ ? std::min(*first_, time) : time;
    last_ = last_ ? std::max(*last_, time) : time;
}

void Truth::write(const std::string& path, const std::string& scene, std::uint64_t seed) const {
    std::ofstream out{path};
    out << "{\"scene\": \"" << scene << "\", \"seed\": " << seed << ",\n \"packets\": " << packets_
        << ", \"wire_bytes\": " << wire_bytes_ << ", \"ip_bytes\": " << ip_bytes_ << ",\n \"ipv4\": " << ipv4_
        << ", \"ipv6\": " << ipv6_ << ", \"not_ip\": " << not_ip_ << ", \"fragments\": " << fragments_
        << ", \"vlan\": " << vlan_ << ",\n \"first\": " << (first_ ? ns_of(*first_) : 0)
        << ", \"last\": " << (last_ ? ns_of(*last_) : 0) << ",\n \"protocols\": {";
    const char* separator = "";
    for (int protocol = 0; protocol < 256; ++protocol) {
        if (packets_by_protocol_[protocol] == 0) continue;
        out << separator << "\"" << protocol << "\": " << packets_by_protocol_[protocol];
        separator = ", ";
    }
    std::uint64_t flows = 0;
    out << "},\n \"flows_by_protocol\": {";
    separator = "";
    for (const auto& [protocol, count] : flows_by_protocol_) {
        out << separator << "\"" << int{protocol} << "\": " << count;
        separator = ", ";
        flows += count;
    }
    out << "}, \"flows\": " << flows << ",\n \"attacks\": [";
    separator = "\n";
    for (const auto& attack : attacks_) {
        out << separator;
        write_attack(out, attack);
        separator = ",\n";
    }
    out << "]";
    if (options_.keep_ledger) {
        out << ",\n \"ledger\": ";
        ledger_.write(out);
    }
    out << "}\n";
    if (!out.flush()) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace flowlock::scene
