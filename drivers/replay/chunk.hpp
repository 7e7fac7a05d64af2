// SPDX-License-Identifier: BSD-3-Clause
// A piece of the input on its way from the reader to the queues: the frames, which epoch each belongs to, and
// which queue gets it. Filled by the reader; read-only for the queues; the reader's again when every queue
// has returned it.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/capture_file.hpp"
#include "flow/epoch.hpp"

namespace flowlock {

struct Chunk {
    static constexpr std::size_t block_size = 1 << 20;

    explicit Chunk(unsigned queues) : block(block_size), frames_of_queue(queues > 1 ? queues : 0) {}

    // From frame `frame` on, the epoch is `name`. The first mark is that of frame 0.
    struct EpochMark {
        std::uint32_t frame;
        EpochName name;
    };

    std::uint64_t first_serial = 0;  // number of its first frame in the input
    FrameBlock block;
    std::vector<EpochMark> marks;
    std::vector<std::vector<std::uint32_t>>
        frames_of_queue;   // indices, ascending; empty with one queue: it gets all
    unsigned returns = 0;  // reader: how many queues are done with it
};

}  // namespace flowlock
