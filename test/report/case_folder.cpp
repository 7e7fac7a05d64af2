// SPDX-License-Identifier: BSD-3-Clause
// A case's folder is whole or absent, whatever happens to who writes it.
#include "report/case_folder.hpp"

#include <csignal>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evidence_example.hpp"
#include "report/sha256.hpp"
#include "scratch.hpp"

using namespace flowlock;
namespace fs = std::filesystem;

namespace {

// Every file that the manifest names is as it says, and there is no other. What is wrong, or nothing.
std::string fault_of(const fs::path& folder) {
    if (!fs::exists(folder / "manifest.json")) return "no manifest";
    const auto manifest = nlohmann::json::parse(read(folder / "manifest.json"));
    std::size_t files = 1;
    for (const auto& file : manifest.at("files")) {
        const std::string content = read(folder / file.at("name").get<std::string>());
        if (content.size() != file.at("bytes") || sha256_hex(content) != file.at("sha256"))
            return file.at("name").get<std::string>() + " is another";
        ++files;
    }
    const auto there = static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
    return there == files ? "" : fmt::format("{} files, {} in the manifest", there, files);
}

// Differs in every file but the capture's packets.
LockReport version_of_case(unsigned version) {
    LockReport report = report_with_packets();
    report.finding.totals.packets = {version};
    report.evidence.packets_out = 1000 + version;
    if (version % 3 == 0) report.evidence = {};
    return report;
}

}  // namespace

TEST_CASE("SHA-256 is that of FIPS 180") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a case has its files and a manifest that fits, and a later one takes their place") {
    const Scratch scratch;
    for (const unsigned version : {1u, 2u, 3u, 4u}) {
        const LockReport report = version_of_case(version);
        write_case_folder(scratch.path, report.id, case_files(report, {}));
        const fs::path folder = scratch.path / report.id;
        CHECK(fault_of(folder) == "");
        CHECK(fs::exists(folder / "evidence.pcapng") == (version != 3));
        CHECK(fs::exists(folder / "dump.txt") == (version != 3));
        CHECK(nlohmann::json::parse(read(folder / "report.json")).at("totals").at("packets") == version);
        CHECK(std::distance(fs::directory_iterator(scratch.path), {}) == 1);
    }
}

TEST_CASE("what others have put into a case's folder stays there") {
    const Scratch scratch;
    const LockReport report = version_of_case(1);
    write_case_folder(scratch.path, report.id, case_files(report, {}));
    put(scratch.path / report.id / "ticket-4711.txt", "mine");
    write_case_folder(scratch.path, report.id, case_files(version_of_case(2), {}));
    CHECK(read(scratch.path / report.id / "ticket-4711.txt") == "mine");
    CHECK(std::distance(fs::directory_iterator(scratch.path), {}) == 1);
}

TEST_CASE("what a killed writer left is removed by the next, but for what others put there") {
    const Scratch scratch;
    const LockReport report = version_of_case(1);
    const fs::path part = part_of_case(scratch.path, report.id);
    put(part / "report.json.part", "hal");
    put(part / "note.txt", "mine");
    CHECK(remove_case_part(part));
    CHECK(read(part / "note.txt") == "mine");
    CHECK_FALSE(fs::exists(part / "report.json.part"));
    CHECK_FALSE(remove_case_part(scratch.path));
    write_case_folder(scratch.path, report.id, case_files(report, {}));
    write_case_folder(scratch.path, report.id, case_files(report, {}));
    CHECK(read(scratch.path / report.id / "report.json") == json_report_page(report));
}

TEST_CASE("a writer is killed 200 times: each case that was there is there and whole, old or new") {
    const Scratch scratch;
    std::mt19937 random(20131113);
    const auto named = [](unsigned version) {
        LockReport report = version_of_case(version);
        report.id += "-" + std::to_string(version % 4);
        return report;
    };
    for (unsigned version = 0; version < 3; ++version) {  // the fourth is new
        const LockReport report = named(version);
        write_case_folder(scratch.path, report.id, case_files(report, {}));
    }
    for (unsigned kill = 0; kill < 200; ++kill) {
        const pid_t writer = ::fork();
        REQUIRE(writer >= 0);
        if (writer == 0) {
            for (unsigned version = 0;; ++version) {
                const LockReport report = named(version);
                write_case_folder(scratch.path, report.id, case_files(report, {}));
            }
        }
        ::usleep(random() % 12'000);
        ::kill(writer, SIGKILL);
        ::waitpid(writer, nullptr, 0);
        unsigned whole = 0;
        for (const auto& entry : fs::directory_iterator(scratch.path)) {
            if (entry.path().filename().string().front() == '.') continue;
            ++whole;
            REQUIRE(fault_of(entry.path()) == "");
        }
        REQUIRE(whole >= 3);
    }
}
