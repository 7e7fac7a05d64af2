// SPDX-License-Identifier: BSD-3-Clause
// A report with anything in the place of one of its values, or any text: a report or an error, and what was read is
// written and read again as the same.
#include "report/report_reader.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "report/json_report.hpp"
#include "report/text_report.hpp"

using namespace flowlock;
using Json = nlohmann::ordered_json;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// Something in each of its lists.
Json report_of(Reason reason) {
    const IpAddress address = *IpAddress::parse("192.0.2.1");
    const Traffic traffic{{3}, {300}, {1}};
    LockReport report;
    report.id = "20131113T181427Z-192.0.2.1-case";
    report.loss = {{"nic_missed", {1}}};
    report.origin = {.tap = "tap", .version = "1", .internal = {*Prefix::parse("192.0.2.0/24")}};
    Finding& finding = report.finding;
    finding.reason = reason;
    finding.host = address;
    finding.trigger = {.rule = "rule", .value = 2, .threshold = 1, .window_s = 1};
    finding.externals = {{address, traffic}};
    switch (reason) {
        case Reason::attack:
            finding.limit.rules = {finding.trigger};
            finding.limit.further = {{finding.trigger, traffic, finding.externals, 1, traffic}};
            finding.limit.vectors = {{"udp_flood", 1, 100}};
            finding.limit.networks = {{"192.0.2.0/24", 1, traffic}};
            finding.limit.allowed = {{"because", 1, 100}};
            break;
        case Reason::scan:
            finding.kind = Kind::netscan;
            finding.trigger.metric = Metric::targets;
            finding.targets = {{Time{}, address, 22, 40'000, 64}};
            finding.scan.ports_top = {{22, 1}};
            finding.scan.tools = {{"masscan", 1}};
            break;
        case Reason::misconfiguration:
        case Reason::abuse:
            finding.kind = reason == Reason::abuse ? Kind::mining : Kind::rogue_dhcp;
            finding.trigger.metric = Metric::matches;
            finding.fact.facts = {{"name", "words", "reference", 1, Time{}, Time{}}};
            break;
    }
    return Json::parse(json_report_line(report));
}

void check(std::string_view text) {
    const ReadReport read = read_report(text);
    require(read.report.has_value() == read.error.empty());
    if (!read.report) return;
    require(!text_report(*read.report, NumberFormat::en).empty());
    const std::string page = json_report_page(*read.report);
    const ReadReport again = read_report(page);
    require(again.report && json_report_page(*again.report) == page);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    static const std::array reports{report_of(Reason::attack), report_of(Reason::scan),
                                    report_of(Reason::misconfiguration), report_of(Reason::abuse)};
    const std::string_view text{reinterpret_cast<const char*>(data + 2), size - 2};
    const std::size_t which = data[0] % (reports.size() + 1);
    if (which == reports.size()) {
        check(text);
        return 0;
    }
    Json report = reports[which];
    Json flat = report.flatten();
    auto value = flat.begin();
    std::advance(value, static_cast<std::ptrdiff_t>(data[1] % flat.size()));
    Json wanted = Json::parse(text, nullptr, false);
    if (wanted.is_discarded()) wanted = std::string(text);
    report[Json::json_pointer(value.key())] = std::move(wanted);
    check(report.dump(-1, ' ', false, Json::error_handler_t::replace));
    return 0;
}
