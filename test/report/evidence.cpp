// SPDX-License-Identifier: BSD-3-Clause
// A case's packets as text, as a capture, and in the report.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "capture/capture_file.hpp"
#include "evidence_example.hpp"
#include "report/case_files.hpp"
#include "report/dump_text.hpp"
#include "report/evidence_capture.hpp"
#include "report/sha256.hpp"
#include "report/text_report.hpp"
#include "schema_check.hpp"
#include "scratch.hpp"

using namespace flowlock;

TEST_CASE("the dump says what it stands for, and shows each packet as tcpdump does") {
    CHECK(dump_text(report_with_packets()) ==
          "# 3 of 40686 packets from 2013-11-13 18:14:27 to 2013-11-13 18:14:29: 2 of 40674 sent, 1 of 12 "
          "received; chosen from those that the report is about, evenly over time and directions\n"
          "18:14:27.145756 IP 192.0.2.1.55008 > 203.0.113.9.29615: UDP, length 1000\n"
          "18:14:27.145883 IP 192.0.2.1.55008 > 203.0.113.9.29615: UDP, length 512\n"
          "18:14:28.000000 IP 192.0.2.1.55008 > 203.0.113.9.29615: UDP, length 1\n");
    CHECK(dump_text(limit_report()).empty());
}

TEST_CASE("the dump is the last part of the text, under its name on the provider's page") {
    const LockReport report = report_with_packets();
    CHECK(text_report(report, NumberFormat::de) ==
          text_report(limit_report(), NumberFormat::de) + "\nDetailed Traffic Dump\n\n" + dump_text(report));
}

TEST_CASE("the report names the files of its packets with their sums") {
    const LockReport report = report_with_packets();
    const auto evidence = nlohmann::json::parse(json_report_page(report)).at("evidence");
    CHECK(evidence.at("packets") == 3);
    CHECK(evidence.at("packets_out") == 40'674);
    CHECK(evidence.at("packets_in") == 12);
    CHECK(evidence.at("interfaces") == nlohmann::json{"tap0"});
    CHECK(evidence.at("files")[0].at("name") == "dump.txt");
    CHECK(evidence.at("files")[0].at("sha256") == sha256_hex(dump_text(report)));
    CHECK(evidence.at("files")[1].at("sha256") == sha256_hex(evidence_capture(report)));
    CHECK(nlohmann::json::parse(json_report_page(limit_report())).at("evidence").empty());
}

TEST_CASE("report and manifest of a case with packets are valid") {
    for (const LockReport& report : {report_with_packets(), limit_report()})
        for (const CaseFile& file : case_files(report, {})) {
            if (file.name == "report.json")
                CHECK(schema_violation("lock-report.schema.json", file.content) == "");
            if (file.name == "manifest.json")
                CHECK(schema_violation("manifest.schema.json", file.content) == "");
        }
}

TEST_CASE("the capture has the packets' bytes, lengths and times to the nanosecond") {
    const Scratch scratch;
    LockReport report = report_with_packets();
    report.evidence.packets[1].time += std::chrono::nanoseconds{7};
    report.evidence.packets[2].link = LinkType::raw_ip;
    report.evidence.packets[2].head.erase(report.evidence.packets[2].head.begin(),
                                          report.evidence.packets[2].head.begin() + 14);
    put(scratch.path / "evidence.pcapng", evidence_capture(report));
    CaptureFile file((scratch.path / "evidence.pcapng").string());
    FrameBlock block(frame_block_size_min);
    std::vector<EvidencePacket> read;
    while (file.fill(block))
        for (const CapturedFrame& frame : block.frames) {
            const std::byte* bytes = block.bytes.get() + frame.offset;
            read.push_back({.time = frame.time,
                            .link = frame.link,
                            .wire_bytes = frame.wire,
                            .head = {bytes, bytes + frame.captured}});
        }
    CHECK(file.error().empty());
    report.evidence.packets[2].direction = Direction::out;  // a capture does not say
    CHECK(read == report.evidence.packets);
}
