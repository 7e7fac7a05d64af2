// SPDX-License-Identifier: BSD-3-Clause
#include "report/case_files.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "report/dump_text.hpp"
#include "report/evidence_capture.hpp"
#include "report/json_report.hpp"
#include "report/sha256.hpp"
#include "report/text_report.hpp"
#include "report/xarf.hpp"

namespace flowlock {
namespace {

std::string manifest_of(const std::string& id, std::vector<CaseFile> files) {
    std::sort(files.begin(), files.end(),
              [](const CaseFile& a, const CaseFile& b) { return a.name < b.name; });
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const CaseFile& file : files)
        list.push_back({{"name", file.name}, {"bytes", file.content.size()}, {"sha256", file.sha256}});
    return nlohmann::ordered_json{{"schema", "flowlock.manifest/1"}, {"case", id}, {"files", list}}.dump(2) +
           '\n';
}

}  // namespace

CaseFile::CaseFile(std::string file_name, std::string file_content)
    : name(std::move(file_name)), content(std::move(file_content)), sha256(sha256_hex(content)) {}

std::vector<CaseFile> evidence_files(const LockReport& report) {
    if (report.evidence.packets.empty()) return {};
    return {{"dump.txt", dump_text(report)}, {"evidence.pcapng", evidence_capture(report)}};
}

std::vector<CaseFile> case_files(const LockReport& report, const TextStyle& style) {
    std::vector<CaseFile> files = evidence_files(report);
    std::string page = json_report_page(report, files);
    if (auto xarf = xarf_page(report, files)) files.push_back({"xarf.json", *std::move(xarf)});
    files.push_back({"report.json", std::move(page)});
    files.push_back({"report.txt", text_report(report, style)});
    files.push_back({"manifest.json", manifest_of(report.id, files)});
    return files;
}

}  // namespace flowlock
