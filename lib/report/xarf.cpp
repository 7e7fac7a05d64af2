// SPDX-License-Identifier: BSD-3-Clause
#include "report/xarf.hpp"

#include <algorithm>
#include <openssl/evp.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "report/report_words.hpp"
#include "report/sha256.hpp"
#include "report/xarf_type.hpp"

namespace flowlock {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t description_max = 1'000;  // characters

std::string base64(std::string_view content) {
    std::string text((content.size() + 2) / 3 * 4, '\0');
    // It ends what it writes with a NUL, for which std::string has the room.
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                    reinterpret_cast<const unsigned char*>(content.data()), static_cast<int>(content.size()));
    return text;
}

// Version 8 of RFC 9562, appendix B.2: made of a name, so that the same case has the same id in every run.
std::string report_id(const LockReport& report) {
    std::string hex = sha256_hex("flowlock xarf\n" + report.origin.tap + '\n' + report.id);
    constexpr std::string_view variants = "89ab";  // two bits say that it is a UUID of that RFC
    hex[12] = '8';
    hex[16] = variants[std::string_view{"0123456789abcdef"}.find(hex[16]) % 4];
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20, 12));
}

Json json_of(const Reporter& reporter) {
    return {{"org", reporter.organisation}, {"contact", reporter.contact}, {"domain", reporter.domain}};
}

struct Medium {
    std::string_view file;
    const char* content_type;
    const char* description;
};

constexpr Medium media[] = {
    {"dump.txt", "text/plain", "Packets of the host, one line each, as tcpdump prints them; times are UTC"},
    {"evidence.pcapng", "application/octet-stream", "The same packets as a capture in the pcapng format"},
};

const Medium* medium_of(const CaseFile& file) {
    const auto* found = std::find_if(std::begin(media), std::end(media),
                                     [&](const Medium& m) { return m.file == file.name; });
    return found == std::end(media) ? nullptr : found;
}

Json json_of(const Medium& medium, const CaseFile& file) {
    return {{"content_type", medium.content_type},
            {"description", fmt::format("{}: {}", medium.file, medium.description)},
            {"payload", base64(file.content)},
            {"hash", "sha256:" + file.sha256},
            {"size", file.content.size()}};
}

struct Embedded {
    Json items = Json::array();
    std::string left_out{};  // for the description
};

Embedded embed(const std::vector<CaseFile>& evidence) {
    Embedded embedded;
    for (const CaseFile& file : evidence) {
        const Medium* medium = medium_of(file);
        if (medium == nullptr) continue;
        if (file.content.size() <= xarf_evidence_max)
            embedded.items.push_back(json_of(*medium, file));
        else
            embedded.left_out += fmt::format(" Left out for its size of {} bytes: {}, SHA-256 {}.",
                                             file.content.size(), file.name, file.sha256);
    }
    return embedded;
}

// What was left out is said, however long the names are.
std::string description_of(const LockReport& report, const std::string& left_out) {
    std::string text = fmt::format("{}. {}. Case {}.", reason_text(report.finding),
                                   rule_text(report.finding.trigger, NumberFormat::en), report.id);
    if (text.size() + left_out.size() > description_max) text.resize(description_max - left_out.size());
    return text + left_out;
}

Json tags_of(const Finding& finding, const XarfType& type) {
    Json tags = Json::array({fmt::format("flowlock:{}", name_of(finding.kind))});
    if (!type.attack_vector.empty()) tags.push_back("attack:" + type.attack_vector);
    if (finding.reason == Reason::scan)
        for (const ToolShare& share : finding.scan.tools) tags.push_back("tool:" + share.tool);
    return tags;
}

// No probabilities: the two steps that flowlock knows.
double confidence_of(const Finding& finding) {
    const Confidence confidence =
        finding.reason == Reason::scan ? finding.scan.confidence : finding.fact.confidence;
    return confidence == Confidence::high ? 0.9 : 0.5;
}

void add_contact(const XarfContact& contact, Json& json) {
    json["source_port"] = contact.source_port;
    json["destination_ip"] = contact.address.to_string();
    if (contact.port != 0) json["destination_port"] = contact.port;
    json["protocol"] = name_of(contact.protocol);
}

void add_attack(const Finding& finding, const XarfType& type, Json& json) {
    json["attack_vector"] = type.attack_vector;
    json["threshold_exceeded"] = iso8601(finding.trigger.first_exceeded);
    if (finding.trigger.metric == Metric::packets) json["peak_pps"] = finding.trigger.value;
    if (finding.trigger.metric == Metric::bits) json["peak_bps"] = finding.trigger.value;
}

// What XARF has no names for; it lets reports have more fields.
Json custom_of(const LockReport& report) {
    const Finding& finding = report.finding;
    return {{"case", report.id},
            {"state", name_of(report.state)},
            {"tap", report.origin.tap},
            {"version", report.origin.version},
            {"packets", finding.totals.packets.value},
            {"bytes", finding.totals.bytes.value},
            {"flows", finding.totals.flows.value},
            {"externals", finding.externals_total},
            {"targets", finding.targets_total}};
}

Json json_of(const LockReport& report, const XarfType& type, const std::vector<CaseFile>& evidence) {
    const Finding& finding = report.finding;
    Embedded embedded = embed(evidence);
    Json json = {{"xarf_version", "4.2.0"},
                 {"report_id", report_id(report)},
                 // A port says who it was only together with the time at which it was used.
                 {"timestamp", iso8601(type.contact ? type.contact->time : finding.first_seen)},
                 {"reporter", json_of(report.origin.reporter)},
                 {"sender", json_of(report.origin.reporter)},
                 {"source_identifier", finding.host.to_string()},
                 {"category", type.category},
                 {"type", type.type},
                 {"evidence_source", type.evidence_source},
                 {"confidence", confidence_of(finding)},
                 {"description", description_of(report, embedded.left_out)},
                 {"tags", tags_of(finding, type)},
                 {"first_seen", iso8601(finding.first_seen)},
                 {"last_seen", iso8601(finding.last_seen)}};
    if (type.contact) add_contact(*type.contact, json);
    if (!type.attack_vector.empty()) add_attack(finding, type, json);
    if (!type.detail_name.empty()) json[type.detail_name] = type.detail;
    if (!type.scan_type.empty()) json["scan_type"] = type.scan_type;
    json["custom"] = custom_of(report);
    json["evidence"] = std::move(embedded.items);
    return json;
}

}  // namespace

std::optional<std::string> xarf_page(const LockReport& report, const std::vector<CaseFile>& evidence) {
    if (!report.origin.reporter.is_known()) return std::nullopt;
    const std::optional<XarfType> type = xarf_type_of(report);
    if (!type) return std::nullopt;
    return json_of(report, *type, evidence).dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace flowlock
