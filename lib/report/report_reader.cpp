// SPDX-License-Identifier: BSD-3-Clause
#include "report/report_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "report/finding_reader.hpp"
#include "report/plain_text.hpp"

namespace flowlock {
namespace {

using nlohmann::json;

// A report's deepest value stands in limit.further[].externals[].address. Later versions may go deeper, but whoever
// nests without end means harm.
constexpr int depth_max = 32;

json parsed(std::string_view text) {
    if (text.size() > report_bytes_max)
        throw FieldError(fmt::format("has {} bytes; a report has at most {}", text.size(), report_bytes_max));
    const auto bounded = [](int depth, json::parse_event_t, json&) {
        if (depth > depth_max)
            throw FieldError(fmt::format("is nested deeper than {} values; no report is", depth_max));
        return true;
    };
    try {
        return json::parse(text, bounded);
    } catch (const json::exception& error) {
        throw FieldError(fmt::format("is not JSON: {}", plain_text(error.what())));
    }
}

void check_schema(const JsonField& root) {
    constexpr std::string_view family = "flowlock.lock/";
    const auto schema = root.find("schema");
    if (!schema) throw FieldError("schema: is missing; this is no report of flowlock");
    const std::string name = schema->text();
    if (name == "flowlock.lock/1") return;
    if (!name.starts_with(family)) schema->refuse("\"flowlock.lock/1\", as in a report of flowlock,");
    throw FieldError(
        fmt::format("schema: is \"{}\", of another version; this one reads flowlock.lock/1", name));
}

std::string read_id(const JsonField& field) {
    // Names a folder: "20131113T181427Z-192.0.2.1-netscan".
    constexpr std::string_view form = "00000000T000000Z-";
    const std::string id = field.text();
    bool fits = id.size() > form.size() && id.find('/') == std::string::npos;
    for (std::size_t i = 0; fits && i < form.size(); ++i)
        fits = form[i] == '0' ? id[i] >= '0' && id[i] <= '9' : id[i] == form[i];
    if (!fits) field.refuse("the name of a case such as \"20131113T181427Z-192.0.2.1-netscan\"");
    return id;
}

Loss read_loss(const JsonField& field) {
    Loss loss;
    for (const auto& [cause, packets] : field.members()) loss[cause] = {packets.count()};
    return loss;
}

Origin read_origin(const JsonField& field) {
    Origin origin{.tap = field["tap"].text(), .version = field["version"].text(), .internal = {}};
    for (const JsonField& network : field["internal"].elements())
        origin.internal.push_back(network.network());
    return origin;
}

Evidence read_evidence(const JsonField& field) {
    Evidence evidence;
    if (const auto interfaces = field.find("interfaces"))
        for (const JsonField& name : interfaces->elements()) evidence.interfaces.push_back(name.text());
    if (const auto from = field.find("from")) evidence.from = from->time();
    if (const auto until = field.find("until")) evidence.until = until->time();
    if (const auto packets = field.find("packets_out")) evidence.packets_out = packets->count();
    if (const auto packets = field.find("packets_in")) evidence.packets_in = packets->count();
    return evidence;
}

LockReport read_fields(const JsonField& root) {
    check_schema(root);
    LockReport report;
    report.id = read_id(root["id"]);
    report.state = root["state"].choice({CaseState::open, CaseState::closed, CaseState::withdrawn});
    report.finding = read_finding(root);
    report.loss = read_loss(root["loss"]);
    const JsonField duplicates = root["duplicates"];
    report.duplicates = {.distinct = duplicates["distinct"].count(), .twice = duplicates["twice"].count()};
    if (const auto origin = root.find("origin")) report.origin = read_origin(*origin);
    if (const auto evidence = root.find("evidence")) report.evidence = read_evidence(*evidence);
    return report;
}

}  // namespace

ReadReport read_report(std::string_view text) {
    try {
        const json document = parsed(text);
        return {.report = read_fields(JsonField(document)), .error = {}};
    } catch (const FieldError& error) {
        return {.report = std::nullopt, .error = error.what()};
    }
}

}  // namespace flowlock
