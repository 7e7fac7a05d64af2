// SPDX-License-Identifier: BSD-3-Clause
// Scanners. The share that answers a probe, and what it rests on:
// - random addresses, one TCP port: 0.5 to 4 % (assumed: a common service is open at a percent or two of all addresses, a
//   rarer one at less, a chosen range has more). 2 to 10 % refuse; the rest is empty or filtered, and silent.
// - one host, many ports: a handful are open. Without a firewall all others refuse, with one they are silent, so the
//   refused share is anything between 0 and 1.
// - FIN, NULL, XMAS, ACK and window probes (nmap's manual, "Port Scanning Techniques"): a reset from a closed port (for
//   ACK and window: from any port that no firewall hides), else silence.
// - UDP: ICMP port unreachable from closed ports of hosts without a firewall; Linux sends one a second to one
//   address, so most of a vertical scan stays silent. A service answers only a request it understands: 0.2 to 3 %.
// - ICMP echo: 3.6 % of allocated addresses are occupied by hosts that answer, but unevenly, a quarter of the blocks
//   with answers less than 5 % full and 9 % more than half (Heidemann and others, "Census and Survey of the Visible
//   Internet", 2008). A scanner goes where hosts are: 5 to 15 %; for up to 5 % a router says "unreachable".
// - IPv6: a scanner goes through the low addresses of networks that it knows, since random ones are hopeless.
// - answered scans (assumed): SMB worms and telnet bots go for lists of hosts that had the port open, spam bots for
//   the MX hosts of address lists, which nearly all answer.
#include "host_class.hpp"

namespace flowlock::evaluate {
namespace {

constexpr std::uint8_t xmas = tcp_flag::fin | tcp_flag::psh | tcp_flag::urg;

Dialler syn(Where where, std::vector<std::uint16_t> ports) {
    return {.where = where,
            .ports = {.list = std::move(ports)},
            .answers = {0.005, 0.04},
            .refuses = {0.02, 0.10},
            .hangs_up = true,
            .probe = true};
}

Dialler with_flags(Dialler dialler, std::uint8_t flags, Range refuses) {
    dialler.first_flags = flags;
    dialler.answers = 0;
    dialler.refuses = refuses;
    dialler.bytes = 40;
    return dialler;
}

// All ports of one host; nmap gives up on a port after the second probe without an answer.
Dialler vertical() {
    Dialler dialler = syn(Where::few, {});
    dialler.answers = {0.0005, 0.01};
    dialler.refuses = {0, 0.99};
    dialler.retries = 1;
    return dialler;
}

// The connect() of an ordinary program, which the system repeats, and completes when it can.
Dialler connect(Where where, std::vector<std::uint16_t> ports) {
    Dialler dialler = syn(where, std::move(ports));
    dialler.hangs_up = false;
    dialler.turns = 1;
    dialler.retries = 2;
    return dialler;
}

Dialler udp(Where where, std::vector<std::uint16_t> ports, Range answers, Range refuses) {
    return {.protocol = protocol::udp,
            .where = where,
            .ports = {.list = std::move(ports)},
            .answers = answers,
            .refuses = refuses,
            .turns = 1,
            .bytes = 60,
            .probe = true};
}

Dialler ping(Where where, std::uint8_t number) {
    return {.protocol = number,
            .where = where,
            .ports = {.list = {0}},
            .answers = {0.05, 0.15},
            .refuses = {0, 0.05},
            .turns = 1,
            .bytes = 28,
            .probe = true};
}

// nmap -sO: each of the 256 protocols but those that have scans of their own.
Dialler protocols() {
    Dialler dialler = ping(Where::few, 0);
    dialler.ports.are_protocols = true;
    dialler.ports.list.clear();
    for (std::uint16_t number = 0; number < 256; ++number)
        if (number != protocol::icmp && number != protocol::tcp && number != protocol::udp &&
            number != protocol::icmp6)
            dialler.ports.list.push_back(number);
    dialler.answers = {0, 0.02};
    dialler.refuses = {0, 0.9};
    dialler.bytes = 20;
    return dialler;
}

// One port of hosts that are known to have it, or had it.
Dialler answered(std::uint16_t port, Range answers) {
    return {.ports = {.list = {port}},
            .answers = answers,
            .refuses = 0.05,
            .retries = 1,
            .turns = 3,
            .bytes = 200,
            .probe = true};
}

Dialler random_ports() {
    Dialler dialler = syn(Where::scattered, {80});
    dialler.ports.random = 1;
    dialler.answers = {0.001, 0.005};
    return dialler;
}

std::vector<std::uint16_t> ten_ports() {
    return {21, 22, 23, 80, 443, 445, 1433, 3306, 3389, 8080};
}

std::vector<HostClass> make() {
    constexpr auto lock = Expected::lock;
    return {
        {"tcp-syn-random", lock, {syn(Where::scattered, {22})}},
        {"tcp-syn-sequential", lock, {syn(Where::block, {3389})}},
        {"tcp-syn-vertical", lock, {vertical()}},
        {"tcp-syn-block", lock, {syn(Where::block, ten_ports())}},
        {"tcp-syn-random-ports", lock, {random_ports()}},
        {"tcp-connect-random", lock, {connect(Where::scattered, {8080})}},
        {"tcp-connect-vertical", lock, {connect(Where::few, {})}},
        {"tcp-fin", lock, {with_flags(vertical(), tcp_flag::fin, {0, 0.95})}},
        {"tcp-null", lock, {with_flags(vertical(), 0, {0, 0.95})}},
        {"tcp-xmas", lock, {with_flags(vertical(), xmas, {0, 0.95})}},
        {"tcp-ack-vertical", lock, {with_flags(vertical(), tcp_flag::ack, {0, 1})}},
        {"tcp-ack-random", lock, {with_flags(syn(Where::scattered, {80}), tcp_flag::ack, {0.05, 0.2})}},
        {"tcp-window", lock, {with_flags(syn(Where::block, {443}), tcp_flag::ack, {0.05, 0.3})}},
        {"udp-vertical", lock, {udp(Where::few, {}, 0.001, {0, 0.5})}},
        {"udp-random", lock, {udp(Where::scattered, {161}, {0.002, 0.03}, {0.02, 0.10})}},
        {"udp-sequential", lock, {udp(Where::block, {1900}, {0.002, 0.03}, {0.02, 0.30})}},
        {"icmp-sequential", lock, {ping(Where::block, protocol::icmp)}},
        {"icmp-random", lock, {ping(Where::scattered, protocol::icmp)}},
        {"ip-protocols", lock, {protocols()}},
        {"tcp6-syn", lock, {syn(Where::block, {22})}, true},
        {"udp6", lock, {udp(Where::block, {53}, {0.002, 0.03}, {0.02, 0.10})}, true},
        {"icmp6", lock, {ping(Where::block, protocol::icmp6)}, true},
        {"worm-smb", lock, {answered(445, {0.6, 0.9})}},
        {"bot-telnet", lock, {answered(23, {0.2, 0.4})}},
        // A mail relay looks the same, so it can only be a finding. Mail takes its time.
        {.name = "bot-spam",
         .expected = Expected::finding,
         .diallers = {answered(25, {0.85, 0.95})},
         .per_second_max = 50},
    };
}

}  // namespace

const std::vector<HostClass>& scanner_classes() {
    static const std::vector<HostClass> all = make();
    return all;
}

}  // namespace flowlock::evaluate
