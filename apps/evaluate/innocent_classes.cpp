// SPDX-License-Identifier: BSD-3-Clause
// Innocents, as a hosting provider has them, with the figures of big ones. Contacts per second are multiplied by a
// host's own size (scene.hpp).
//
// What has a source:
// - dead links: of web pages seen between 2013 and 2023, 25 % are gone, 9 % with their whole site; of those of the
//   last year 8 % (Pew Research Center, "When Online Content Disappears", 2024). So a crawler has 7 to 8 % of hosts
//   that do not answer, though the most of those 8 % are pages of servers that do.
// - lame name servers: 14 % of domains have at least one (Akiwate and others, "Unresolved Issues", 2020). A domain has
//   several servers, and popular ones are well kept: 2 to 6 % of those asked are silent, and are asked again.
// - dialling: geth has 16 (later 50) dials under way, each of which ends after 15 s (p2p/server.go: maxActiveDialTasks,
//   defaultMaxPendingPeers, defaultDialTimeout): 3 a second if all are silent, and more if some answer or refuse.
//
// What is assumed, and why:
// - peers: 50 to 80 % of the addresses in circulation are dead or behind NAT, since lists keep who has left.
//   Bitcoin: 65 to 75 %; a node without enough peers tries some two a second.
// - ports of peers: mostly random (clients choose one at installation), a tenth on the default: BitTorrent 6881.
//   Servers keep the default: Ethereum 30303 (6 to 8 of 10), IPFS 4001 (half), Bitcoin 8333 (nearly all).
// - mail: 5 to 10 % of the MX hosts on real lists do not answer, from typing errors and dead domains; a relay tries
//   them again.
// - VPN and Tor exits carry web and a little peer-to-peer: 5 to 12 % of their contacts die. A Tor exit also carries a
//   contact a second to port 22, where 10 to 30 % of the servers have gone. (Others' scans through it are scans.)
// - monitoring: 1 to 3 % of what is watched is down, else somebody would mend it.
// - answers: 10 to 200 ms round trips, and 0.5 % of them half a second to three late (congestion, sleeping radios).
#include "host_class.hpp"

namespace flowlock::evaluate {
namespace {

// Web, mostly HTTPS: few servers get most visits.
Dialler web_client(double per_second, Range answers, Range fresh) {
    return {.per_second = per_second,
            .where = Where::hosted,
            .known = 2'000,
            .fresh = fresh,
            .ports = {.list = {443, 443, 443, 443, 80}},
            .answers = answers,
            .refuses = 0.01,
            .retries = 2};
}

// Asks name servers all over the world.
Dialler resolver_client(double per_second) {
    return {.per_second = per_second,
            .protocol = protocol::udp,
            .where = Where::hosted,
            .known = 20'000,
            .fresh = 0.05,
            .ports = {.list = {53}},
            .answers = {0.94, 0.98},
            .refuses = 0.005,
            .retries = 2,
            .turns = 1,
            .bytes = 90};
}

// An ordinary server's two or three resolvers.
Dialler stub_resolver(double per_second) {
    return {.per_second = per_second,
            .protocol = protocol::udp,
            .known = 3,
            .fresh = 0,
            .ports = {.list = {53}},
            .round_trip_ms = {1, 20},
            .turns = 1,
            .bytes = 90};
}

// Strangers come to a port of ours.
Dialler serves(std::uint8_t number, std::uint16_t port, double per_second, std::uint8_t turns) {
    return {.per_second = per_second,
            .inwards = true,
            .protocol = number,
            .known = 1'000,
            .fresh = 0.3,
            .ports = {.list = {port}},
            .turns = turns,
            .bytes = 200};
}

Dialler peers(std::uint8_t number, double per_second, std::uint16_t port, Range random_ports, Range answers) {
    return {.per_second = per_second,
            .protocol = number,
            .known = 200,
            .fresh = 0.7,
            .ports = {.list = {port}, .random = random_ports},
            .answers = answers,
            .refuses = {0.03, 0.10},
            .retries = 1,
            .turns = 2,
            .bytes = 150};
}

Dialler with_bogons(Dialler dialler, Range bogons) {
    dialler.bogons = bogons;
    return dialler;
}
Dialler from_port(Dialler dialler, std::uint16_t port) {
    dialler.own_port = port;
    return dialler;
}
Dialler one_way(Dialler dialler) {
    dialler.one_way = true;
    return dialler;
}

// Answers SYNs that others have sent in strangers' names: they never come back, or reset. `seen`: the SYNs cross this
// tap.
Dialler backscatter(double per_second, std::uint8_t flags, bool seen) {
    if (seen) return {.per_second = per_second, .inwards = true, .ports = {.list = {80}}, .hangs_up = true};
    return {.per_second = per_second,
            .first_flags = flags,
            .opening = Opening::answer,
            .ports = {.list = {80}, .random = 1},
            .own_port = 80};
}

// The same dead peer for ever: a database that has moved, an agent without its server.
Dialler retry_loop() {
    return {.per_second = 50,
            .known = 1,
            .fresh = 0,
            .ports = {.list = {5'432}},
            .answers = 0,
            .refuses = {0, 1},
            .retries = 2};
}

// Checks servers side by side, as a data centre has them, and some elsewhere; 1 to 3 % are down.
Dialler checks(std::uint8_t number, double per_second, std::vector<std::uint16_t> ports) {
    return {.per_second = per_second,
            .protocol = number,
            .where = Where::hosted,
            .known = 2'000,
            .fresh = 0,
            .ports = {.list = std::move(ports)},
            .answers = {0.97, 0.99},
            .retries = 1,
            .turns = 1,
            .bytes = 84};
}
Dialler checks_neighbours(std::uint8_t number, double per_second, std::vector<std::uint16_t> ports) {
    Dialler dialler = checks(number, per_second, std::move(ports));
    dialler.where = Where::block;
    dialler.known = 1'000;
    dialler.round_trip_ms = {1, 30};
    return dialler;
}

Dialler mail_client(double per_second) {
    return {.per_second = per_second,
            .where = Where::hosted,
            .known = 3'000,
            .fresh = 0.3,
            .ports = {.list = {25}},
            .answers = {0.90, 0.95},
            .refuses = {0.01, 0.03},
            .retries = 2,
            .turns = 3,
            .bytes = 500};
}

std::vector<HostClass> make() {
    constexpr auto tcp = protocol::tcp;
    constexpr auto udp = protocol::udp;
    constexpr auto innocent = Expected::innocent;
    return {
        {"resolver", innocent, {resolver_client(2'000), serves(udp, 53, 500, 1)}},
        {"mail-relay", innocent, {mail_client(30), serves(tcp, 25, 20, 3), resolver_client(60)}},
        {"crawler", innocent, {web_client(200, {0.92, 0.93}, 0.5), resolver_client(100)}},
        {"ntp-pool", innocent, {serves(udp, 123, 2'000, 1), from_port(checks(udp, 0.1, {123}), 123)}},
        {"bittorrent",
         innocent,
         {peers(tcp, 20, 6'881, {0.85, 0.95}, {0.2, 0.5}), peers(udp, 40, 6'881, {0.85, 0.95}, {0.3, 0.5}),
          serves(tcp, 51'413, 5, 4)}},
        {"ethereum",
         innocent,
         {with_bogons(peers(tcp, 10, 30'303, {0.2, 0.4}, {0.2, 0.4}), {0.1, 0.4}),
          with_bogons(from_port(peers(udp, 40, 30'303, {0.2, 0.4}, {0.2, 0.5}), 30'303), {0.1, 0.4}),
          serves(tcp, 30'303, 5, 3)}},
        {"bitcoin", innocent, {peers(tcp, 2, 8'333, {0.02, 0.10}, {0.25, 0.35}), serves(tcp, 8'333, 2, 4)}},
        {"dht", innocent, {from_port(peers(udp, 100, 6'881, {0.85, 0.95}, {0.35, 0.45}), 6'881)}},
        {"ipfs",
         innocent,
         {with_bogons(peers(tcp, 15, 4'001, {0.3, 0.6}, {0.2, 0.5}), {0.1, 0.3}),
          with_bogons(from_port(peers(udp, 30, 4'001, {0.3, 0.6}, {0.2, 0.5}), 4'001), {0.1, 0.3})}},
        {"vpn-exit",
         innocent,
         {web_client(200, {0.95, 0.98}, 0.2), peers(tcp, 8, 6'881, {0.85, 0.95}, {0.2, 0.5}),
          peers(udp, 15, 6'881, {0.85, 0.95}, {0.3, 0.5}), stub_resolver(100)}},
        {"tor-exit",
         innocent,
         {web_client(200, {0.90, 0.96}, 0.3), peers(tcp, 8, 6'881, {0.85, 0.95}, {0.2, 0.5}),
          peers(tcp, 1, 22, 0, {0.7, 0.9}), serves(tcp, 9'001, 5, 6)}},
        {"web-proxy", innocent, {web_client(200, {0.94, 0.98}, 0.3), serves(tcp, 3'128, 100, 3)}},
        {"monitoring",
         innocent,
         {checks_neighbours(protocol::icmp, 30, {0}), checks_neighbours(tcp, 30, {22, 80, 443}),
          checks(tcp, 50, {443}), checks_neighbours(udp, 30, {161})}},
        {"cdn-node", innocent, {serves(tcp, 443, 500, 3), web_client(50, {0.97, 0.99}, 0.01)}},
        {"game-server", innocent, {serves(udp, 27'015, 200, 5), stub_resolver(1)}},
        {"retry-loop", innocent, {retry_loop(), serves(tcp, 443, 10, 3)}},
        {"backscatter", innocent, {backscatter(500, 0, true), serves(tcp, 80, 20, 3)}},
        {"backscatter-unseen",
         innocent,
         {backscatter(300, tcp_flag::syn | tcp_flag::ack, false),
          backscatter(300, tcp_flag::rst | tcp_flag::ack, false)}},
        {"asymmetric", innocent, {one_way(web_client(30, {0.94, 0.98}, 0.3)), one_way(stub_resolver(5))}},
        {"ping", innocent, {checks(protocol::icmp, 20, {0}), stub_resolver(1)}},
        {"resolver6", innocent, {resolver_client(300)}, true},
        {"web-server6", innocent, {serves(tcp, 443, 100, 3), web_client(5, {0.97, 0.99}, 0.1)}, true},
    };
}

}  // namespace

const std::vector<HostClass>& innocent_classes() {
    static const std::vector<HostClass> all = make();
    return all;
}

}  // namespace flowlock::evaluate
