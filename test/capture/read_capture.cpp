// SPDX-License-Identifier: BSD-3-Clause
#include "read_capture.hpp"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <thread>
#include <unistd.h>

#include "capture/capture_parser.hpp"

namespace flowlock::test {
namespace {

ReadFrame read_frame(const std::byte* block, const CapturedFrame& frame) {
    const auto* data = reinterpret_cast<const char*>(block + frame.offset);
    return {ns_of(frame.time), std::string(data, frame.captured), frame.wire, frame.link};
}

void write_all(int descriptor, const std::string& bytes, std::size_t chunk) {
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        const auto size = std::min(chunk, bytes.size() - at);
        if (::write(descriptor, bytes.data() + at, size) != static_cast<ssize_t>(size))
            throw std::runtime_error("a test cannot write its bytes");
    }
}

}  // namespace

TemporaryFile::TemporaryFile(const std::string& bytes)
    : path_(std::filesystem::temp_directory_path() / "flowlock-test-XXXXXX") {
    const int descriptor = ::mkstemp(path_.data());
    if (descriptor < 0) throw std::runtime_error("a test cannot make a temporary file");
    write_all(descriptor, bytes, bytes.size());
    ::close(descriptor);
}

TemporaryFile::~TemporaryFile() {
    ::unlink(path_.c_str());
}

ReadCapture parse_bytes(const std::string& bytes) {
    ReadCapture capture;
    CaptureParser parser;
    auto unread = std::as_bytes(std::span(bytes));
    while (true) {
        CapturedFrame frame;
        const auto step = parser.step(unread, false, frame);
        if (step.status == ParseStatus::frame) capture.frames.push_back(read_frame(unread.data(), frame));
        if (step.status != ParseStatus::frame && step.status != ParseStatus::skip) break;
        unread = unread.subspan(step.consumed);
    }
    capture.error = parser.report().error;
    capture.truncated = parser.report().truncated;
    return capture;
}

ReadCapture read_capture(const std::string& path) {
    static std::array blocks{FrameBlock(frame_block_size_min), FrameBlock(frame_block_size_min)};
    ReadCapture capture;
    CaptureFile file(path);
    for (std::size_t i = 0; file.fill(blocks[i % 2]); ++i) {
        const auto& block = blocks[i % 2];
        for (const auto& frame : block.frames) capture.frames.push_back(read_frame(block.bytes.get(), frame));
    }
    capture.error = file.error();
    capture.truncated = file.truncated();
    return capture;
}

ReadCapture read_pipe(const std::string& bytes, std::size_t chunk) {
    // In a pipe in packet mode (O_DIRECT), a read(2) never joins what two write(2) wrote.
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_DIRECT | O_CLOEXEC) != 0)
        throw std::runtime_error("a test cannot make a pipe");
    std::thread writer([&] {
        write_all(ends[1], bytes, chunk);
        ::close(ends[1]);
    });
    auto capture = read_capture("/dev/fd/" + std::to_string(ends[0]));
    // The reader may have stopped before the end: what is left is drained, so
    // that the writer does not wait for ever.
    std::array<char, 4096> drain{};
    while (::read(ends[0], drain.data(), drain.size()) > 0) {
    }
    writer.join();
    ::close(ends[0]);
    return capture;
}

}  // namespace flowlock::test
