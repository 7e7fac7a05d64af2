// SPDX-License-Identifier: BSD-3-Clause
// What a live run's figures promise, with real workers polling a port: nothing is lost, and when a table is
// full, what it could not take is still exact for each host.
#include <array>
#include <cmath>
#include <map>

#include <catch2/catch.hpp>

#include "live_run.hpp"
#include "some_signatures.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

constexpr std::uint64_t epochs_wanted = 3;

// Packets lost by cause, without the causes that have none.
Loss losses(const ControlCore& control) {
    Loss some;
    for (const auto& [cause, packets] : control.loss())
        if (packets.value > 0) some[cause] = packets;
    return some;
}

// What each internal host received, by its address: the same frames made again and read by hand, IPv4 without
// tags or options.
std::map<std::uint32_t, Traffic> received_by_host(const SyntheticTraffic& traffic, unsigned queues,
                                                  const SyntheticSource& source) {
    std::vector<Traffic> by_number(traffic.hosts);
    constexpr std::uint32_t first_host = 198u << 24 | 18u << 16;
    std::array<std::byte, FrameMaker::head_size> frame{};
    const auto octet = [&](std::size_t at) { return std::to_integer<std::uint32_t>(frame[at]); };
    for (unsigned queue = 0; queue < queues; ++queue) {
        FrameMaker maker(traffic, queue, queues);
        for (std::uint64_t n = source.sent(queue); n > 0; --n) {
            maker.next(frame.data());
            const std::uint32_t total_length = octet(16) << 8 | octet(17);
            const std::uint32_t target = octet(30) << 24 | octet(31) << 16 | octet(32) << 8 | octet(33);
            by_number.at(target - first_host) += {{1}, {total_length}, {1}};
        }
    }
    std::map<std::uint32_t, Traffic> by_host;
    for (std::uint32_t number = 0; number < traffic.hosts; ++number)
        by_host[first_host + number] = by_number[number];
    return by_host;
}

// A number of flows that is estimated may be off by four standard errors of its epochs' estimates, which are
// 1.2 / sqrt(samples) each. Over several epochs their errors cancel in part, so this is generous.
bool is_near(Flows estimate, Flows truth, double samples) {
    const double error = static_cast<double>(estimate.value) - static_cast<double>(truth.value);
    return std::abs(error) <= 4 * 1.2 / std::sqrt(samples) * static_cast<double>(truth.value);
}

constexpr unsigned flooded_hosts = 40;

void check_reports(const std::vector<LockReport>& reports, std::map<std::uint32_t, Traffic> expected) {
    // Thinning halves the samples, so at least so many are left.
    constexpr double samples_min = Overflow::samples_max / 2.0;
    CHECK(reports.size() == flooded_hosts);
    Traffic found_sum, expected_sum;
    for (const LockReport& report : reports) {
        const Finding& found = report.finding;
        INFO(found.host.to_string());
        REQUIRE(expected.contains(found.host.ipv4()));
        const Traffic& truth = expected[found.host.ipv4()];
        CHECK(found.totals.packets == truth.packets);
        CHECK(found.totals.bytes == truth.bytes);
        CHECK(is_near(found.totals.flows, truth.flows, samples_min / flooded_hosts));
        CHECK(found.flows_estimated > Flows{0});
        CHECK(found.flows_estimated < found.totals.flows);
        found_sum += found.totals;
        expected_sum += truth;
    }
    CHECK(is_near(found_sum.flows, expected_sum.flows, samples_min));
}

// A flood whose every packet is a new flow, against tables that hold 1,024 in an epoch.
void check_flood(unsigned queues) {
    const SyntheticTraffic flood{.pattern = Pattern::syn_flood, .sizes = Sizes::imix, .hosts = flooded_hosts};
    // A window that nothing leaves, and a limit that every host passes.
    const LimitRule rule{.name = "flood",
                         .direction = Direction::in,
                         .metric = Metric::packets,
                         .per_second = 1,
                         .window = std::chrono::seconds{300}};
    LiveRun run(
        {.traffic = flood, .queues = queues, .sizes = {.flows = 1024, .hosts = 64}, .limits = {rule}});
    run.start_on_lcores();
    run.merge_epochs(epochs_wanted);
    run.stop();
    run.finish();

    const Packets sent{run.packets_sent()};
    const Packets recorded = run.recorded().packets;
    CHECK(run.control().totals().tally[Outcome::ipv4_tcp] == sent);
    CHECK(run.control().totals().tally.packets() == sent);
    CHECK(recorded == Packets{run.control().flows().size()});
    CHECK(run.control().totals().overflowed > Packets{0});
    CHECK(losses(run.control()) == Loss{{"flow_table_full", sent - recorded}});
    check_reports(run.take_reports(), received_by_host(flood, queues, run.source()));
}

}  // namespace

TEST_CASE("a live worker counts every packet that its port has handed out") {
    LiveRun run({.traffic = {.pattern = Pattern::uniform, .flows = 20'000}});
    run.start_on_lcores();
    run.merge_epochs(epochs_wanted);
    run.stop();
    run.finish();

    const Packets sent{run.packets_sent()};
    CHECK(sent > Packets{0});
    CHECK(run.control().totals().tally.packets() == sent);
    CHECK(run.recorded().packets == sent);
    CHECK(losses(run.control()).empty());
}

TEST_CASE("when the table is full, the sums of every internal host stay exact, and the flows are estimated") {
    check_flood(1);
}

TEST_CASE("when the tables of two workers are full, the sums over both are as exact") {
    check_flood(2);
}

TEST_CASE("a worker whose control core is late goes on counting and says so") {
    LiveRun run({.traffic = {.pattern = Pattern::uniform, .flows = 20'000}, .epochs = 2});
    run.start_on_lcores();
    run.wait_until_late();
    // It goes on with an empty epoch as soon as there is one.
    run.merge_epochs(epochs_wanted);
    run.stop();
    run.finish();

    const Packets sent{run.packets_sent()};
    CHECK(run.control().totals().tally.packets() == sent);
    CHECK(run.recorded().packets == sent);
    CHECK(run.control().totals().late > 0);
    CHECK(run.control().totals().epochs >= epochs_wanted);
    CHECK(losses(run.control()) == Loss{{"late_epochs", {run.control().totals().late}}});
}

TEST_CASE(
    "signatures are changed under load without a packet lost, and each match is of the set that found it") {
    LiveRun run({.traffic = {.sizes = Sizes::imix, .flows = 1'000, .payload = "hello there"},
                 .queues = 2,
                 .signatures = signatures_of({"goodbye", "hello"})});
    run.start_on_lcores();
    run.merge_epochs(3);
    // Were the old numbers taken for the new ones, what matched would be called "farewell".
    run.change_signatures(signatures_of({"hello", "farewell"}));
    run.merge_epochs(3);
    run.change_signatures(nullptr);
    run.merge_epochs(2);
    run.stop();
    run.finish();

    CHECK(run.control().totals().tally.packets() == Packets{run.packets_sent()});
    CHECK(losses(run.control()).count("matches_full") == 0);
    CHECK(run.control().totals().inspection.inspected > Packets{0});
    const auto reports = run.take_reports();
    REQUIRE_FALSE(reports.empty());
    for (const LockReport& report : reports) {
        CHECK(report.finding.kind == Kind::c2);
        for (const Fact& fact : report.finding.fact.facts) CHECK(fact.name == "begins-with-hello");
    }
}

TEST_CASE("a flood of new flows, each with a payload, loses no packet: what is not looked at is counted") {
    LiveRun run({.traffic = {.pattern = Pattern::syn_flood, .hosts = 40, .udp = true, .payload = "hello"},
                 .sizes = {.flows = 65'536, .hosts = 64},
                 .signatures = signatures_of({"goodbye"})});
    run.start_on_lcores();
    run.merge_epochs(epochs_wanted);
    run.stop();
    run.finish();

    const Inspection& inspection = run.control().totals().inspection;
    CHECK(run.control().totals().tally.packets() == Packets{run.packets_sent()});
    CHECK(inspection.inspected > Packets{0});
    CHECK(inspection.shed > Packets{0});
    // Of each packet that a table took one of the two, since all have a payload.
    CHECK(inspection.inspected + inspection.shed == run.recorded().packets);
}
