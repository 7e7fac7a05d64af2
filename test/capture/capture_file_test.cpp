// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <pthread.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "capture_bytes.hpp"
#include "read_capture.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

Pcap small_pcap() {
    return Pcap().record(1, 1, "first", 5).record(2, 2, "", 60).record(3, 3, "the third", 9);
}

Pcapng small_pcapng() {
    return Pcapng()
        .section(Order::big)
        .interface(1, 0)
        .enhanced(0, 1, "first", 5)
        .block(0x0bad, "an unknown block")
        .section(Order::little)
        .timed_interface(9)
        .obsolete(0, 2, "second", 60)
        .simple("third", 5);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string error_of(const std::string& bytes) {
    const TemporaryFile file(bytes);
    auto error = read_capture(file.path()).error;
    REQUIRE(contains(error, file.path() + ": "));
    return error.substr(file.path().size() + 2);
}

// Cuts the file at every byte. `packet_ends`: where its packets end; `unit_ends`: where it may end.
void check_cuts(const std::string& bytes, const std::vector<std::size_t>& packet_ends,
                const std::vector<std::size_t>& unit_ends) {
    const auto whole = parse_bytes(bytes);
    REQUIRE(whole.frames.size() == packet_ends.size());
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        CAPTURE(cut);
        const TemporaryFile file(bytes.substr(0, cut));
        const auto capture = read_capture(file.path());
        const auto expected = std::ranges::count_if(packet_ends, [&](auto end) { return end <= cut; });
        REQUIRE(capture.frames == std::vector(whole.frames.begin(), whole.frames.begin() + expected));
        const bool is_boundary = std::ranges::find(unit_ends, cut) != unit_ends.end();
        REQUIRE(capture.error.empty() == is_boundary);
        REQUIRE(capture.truncated == (!is_boundary && cut > 0));
    }
}

// Makes a descriptor standard input for as long as it lives.
class StandardInput {
public:
    explicit StandardInput(int descriptor) : saved_(::dup(STDIN_FILENO)) { ::dup2(descriptor, STDIN_FILENO); }
    ~StandardInput() {
        ::dup2(saved_, STDIN_FILENO);
        ::close(saved_);
    }
    StandardInput(const StandardInput&) = delete;
    StandardInput& operator=(const StandardInput&) = delete;

private:
    int saved_;
};

void send(int descriptor, const std::string& bytes) {
    REQUIRE(::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

}  // namespace

TEST_CASE("pcap cut at any byte gives the whole records before the cut, and says that it is cut") {
    const auto pcap = small_pcap();
    const std::vector packet_ends(pcap.ends().begin() + 1, pcap.ends().end());
    check_cuts(pcap.bytes(), packet_ends, pcap.ends());
}

TEST_CASE("pcapng cut at any byte gives the whole packets before the cut, and says that it is cut") {
    const auto pcapng = small_pcapng();
    const auto& ends = pcapng.ends();
    check_cuts(pcapng.bytes(), {ends[2], ends[6], ends[7]}, ends);
}

TEST_CASE("the error of a cut file says where, how much was wanted and how much there is") {
    auto bytes = small_pcap().bytes();
    bytes.resize(bytes.size() - 4);
    CHECK(error_of(bytes) ==
          "offset 61: the file ends in the middle of a packet record (wanted 25 bytes, has 21)");
    CHECK(error_of(bytes.substr(0, 30)) ==
          "offset 24: the file ends in the middle of a packet record (wanted 16 bytes, has 6)");
    CHECK(error_of(bytes.substr(0, 7)) ==
          "offset 0: the file ends in the middle of the file header (wanted 24 bytes, has 7)");
    const auto skipped = Pcapng().section().block(0x0bad, std::string(100, 'x')).bytes();
    CHECK(error_of(skipped.substr(0, 60)) ==
          "offset 28: the file ends in the middle of a block (wanted 112 bytes, has 32)");
}

TEST_CASE("a capture that comes through a pipe in pieces of any size is the same capture") {
    const bool is_pcapng = GENERATE(false, true);
    const auto bytes = is_pcapng ? small_pcapng().bytes() : small_pcap().bytes();
    const auto whole = parse_bytes(bytes);
    REQUIRE(whole.frames.size() == 3);
    for (std::size_t chunk = 1; chunk <= bytes.size(); ++chunk) {
        CAPTURE(chunk);
        const auto capture = read_pipe(bytes, chunk);
        REQUIRE(capture.frames == whole.frames);
        REQUIRE(capture.error.empty());
        REQUIRE_FALSE(capture.truncated);
    }
}

TEST_CASE(
    "a capture larger than the blocks it is read into keeps every frame, also the longest, across their "
    "seams") {
    Pcap pcap;
    std::vector<ReadFrame> expected;
    // Lengths run through all remainders, so that records and their headers are cut by the seams everywhere.
    for (std::uint32_t i = 0; i < 6000; ++i) {
        const auto length = i % 1000 == 999 ? capture_length_max - i / 1000 : i * 7919 % 1500;
        const std::string data(length, static_cast<char>('a' + i % 26));
        pcap.record(i, 0, data, length);
        expected.push_back({std::int64_t{i} * 1'000'000'000, data, length, LinkType::ethernet});
    }
    REQUIRE(pcap.bytes().size() > 5 * frame_block_size_min);
    const TemporaryFile file(pcap.bytes());
    const auto capture = read_capture(file.path());
    CHECK((capture.frames == expected));  // not decomposed: a failure would print megabytes
    CHECK(capture.error.empty());
    const auto piped = read_pipe(pcap.bytes(), 4001);
    CHECK((piped.frames == expected));
}

TEST_CASE("packets of a slow pipe are handed on as they come, without waiting for the next one") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const auto pcap = small_pcap();
    const auto first = pcap.ends()[1] + 5;  // with the begin of the second record
    send(ends[1], pcap.bytes().substr(0, first));

    CaptureFile file("/dev/fd/" + std::to_string(ends[0]));
    FrameBlock block(frame_block_size_min);
    // Were fill() to wait for more, this test would never end: the writer is this thread.
    REQUIRE(file.fill(block));
    REQUIRE(block.frames.size() == 1);
    CHECK(file.position() == first);
    CHECK_FALSE(file.size().has_value());

    send(ends[1], pcap.bytes().substr(first));
    REQUIRE(file.fill(block));
    CHECK(block.frames.size() == 2);
    CHECK(file.position() == pcap.bytes().size());

    ::close(ends[1]);
    CHECK_FALSE(file.fill(block));
    CHECK(block.frames.empty());
    CHECK(file.error().empty());
    CHECK_FALSE(file.fill(block));
    ::close(ends[0]);
}

TEST_CASE("standard input is read under the name of a dash") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    send(ends[1], small_pcap().bytes().substr(0, 50));
    ::close(ends[1]);
    const StandardInput input(ends[0]);
    ::close(ends[0]);

    const auto capture = read_capture("-");
    CHECK(capture.frames.size() == 1);
    CHECK(
        capture.error ==
        "standard input: offset 45: the file ends in the middle of a packet record (wanted 16 bytes, has 5)");
    CHECK(::fcntl(STDIN_FILENO, F_GETFD) != -1);
}

TEST_CASE("standard input that does not block is waited for") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    const StandardInput input(ends[0]);
    ::close(ends[0]);
    const auto bytes = small_pcap().bytes();
    std::thread writer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        static_cast<void>(!::write(ends[1], bytes.data(), bytes.size()));
        ::close(ends[1]);
    });
    const auto capture = read_capture("-");
    writer.join();
    CHECK(capture.frames.size() == 3);
    CHECK(capture.error.empty());
}

TEST_CASE("what cannot be opened is an error at the first fill, with the reason") {
    const auto folder = std::filesystem::temp_directory_path().string();
    FrameBlock block(frame_block_size_min);
    CaptureFile missing(folder + "/no-such-capture.pcap");
    CHECK_FALSE(missing.fill(block));
    CHECK(missing.error() == folder + "/no-such-capture.pcap: cannot open: No such file or directory");
    CHECK_FALSE(missing.truncated());
    CaptureFile directory(folder);
    CHECK_FALSE(directory.fill(block));
    CHECK(directory.error() == folder + ": cannot open: Is a directory");
}

TEST_CASE("a file without permission to read is an error at the first fill, with the reason") {
    const TemporaryFile file(small_pcap().bytes());
    std::filesystem::permissions(file.path(), std::filesystem::perms::none);
    // Root may read everything, so this becomes nobody for a moment.
    const bool is_root = ::geteuid() == 0;
    if (is_root) REQUIRE(::seteuid(65534) == 0);
    const auto capture = read_capture(file.path());
    if (is_root) REQUIRE(::seteuid(0) == 0);
    CHECK(capture.error == file.path() + ": cannot open: Permission denied");
}

TEST_CASE("a signal that interrupts the wait for bytes does not end the reading") {
    struct sigaction ignore {};
    struct sigaction before {};
    ignore.sa_handler = [](int) {};  // without SA_RESTART: read(2) fails with EINTR
    REQUIRE(::sigaction(SIGUSR1, &ignore, &before) == 0);
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const auto bytes = small_pcap().bytes();
    std::thread writer([&, reader = ::pthread_self()] {
        for (int i = 0; i < 20; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            ::pthread_kill(reader, SIGUSR1);
        }
        static_cast<void>(!::write(ends[1], bytes.data(), bytes.size()));
        ::close(ends[1]);
    });
    const auto capture = read_capture("/dev/fd/" + std::to_string(ends[0]));
    writer.join();
    ::close(ends[0]);
    ::sigaction(SIGUSR1, &before, nullptr);
    CHECK(capture.frames.size() == 3);
    CHECK(capture.error.empty());
}

TEST_CASE("an empty file and a capture without packets are not the same") {
    CHECK(error_of("") == "is empty");
    const TemporaryFile none(Pcap().bytes());
    const auto capture = read_capture(none.path());
    CHECK(capture.frames.empty());
    CHECK(capture.error.empty());
    CHECK_FALSE(capture.truncated);
}

TEST_CASE("what is no capture is said to be none, with its first bytes, and compression is recognised") {
    CHECK(error_of("hello, world") ==
          "is neither pcap nor pcapng (starts with 68 65 6c 6c); if it is compressed, decompress it first "
          "(zstd -dc FILE | flowlock replay -)");
    CHECK(
        error_of(std::string("\x1f\x8b\x08\x00", 4)) ==
        "is neither pcap nor pcapng (starts with 1f 8b 08 00); it is compressed (gzip): decompress it first "
        "(gzip -dc FILE | flowlock replay -)");
    CHECK(contains(error_of("\x28\xb5\x2f\xfd...."), "(zstd -dc FILE"));
    CHECK(contains(error_of("\xfd\x37zXZ"), "(xz -dc FILE"));
}

TEST_CASE("position reaches the size of a regular file") {
    const auto bytes = small_pcapng().bytes();
    const TemporaryFile path(bytes);
    CaptureFile file(path.path());
    CHECK(file.path() == path.path());
    CHECK(file.size() == bytes.size());
    CHECK(file.position() == 0);
    FrameBlock block(frame_block_size_min);
    while (file.fill(block)) {
    }
    CHECK(file.position() == bytes.size());
}
