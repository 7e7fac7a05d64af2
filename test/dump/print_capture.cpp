// SPDX-License-Identifier: BSD-3-Clause
// Prints each packet of a capture as one line, as evidence does: `print_capture FILE [HEAD]`, HEAD being how many
// bytes of each frame are looked at (default: all that were captured). Compare with `TZ=UTC tcpdump -n -q -r FILE`.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "capture/capture_file.hpp"
#include "dump/packet_line.hpp"

using namespace flowlock;

int main(int count, char** words) {
    if (count < 2 || count > 3) {
        std::fprintf(stderr, "usage: print_capture FILE [HEAD]\n");
        return 2;
    }
    const std::size_t head = count == 3 ? std::strtoul(words[2], nullptr, 10) : capture_length_max;
    CaptureFile file(words[1]);
    FrameBlock block(frame_block_size_min);
    while (file.fill(block)) {
        for (const auto& frame : block.frames) {
            const std::span bytes(block.bytes.get() + frame.offset,
                                  std::min<std::size_t>(frame.captured, head));
            std::puts(packet_line(frame.link, bytes, frame.wire, frame.time).c_str());
        }
    }
    if (file.error().empty()) return 0;
    std::fprintf(stderr, "%s\n", file.error().c_str());
    return 1;
}
