// SPDX-License-Identifier: BSD-3-Clause
// Hands chunks from one thread to another and lets the receiver sleep while there is none: a file has no line
// rate, so waiting costs nothing and spinning would steal the processor from the reader. Once per megabyte of
// input.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

#include "chunk.hpp"

namespace flowlock {

class ChunkQueue {
public:
    // nullptr: no more chunks will come.
    void put(Chunk* chunk) {
        {
            const std::lock_guard lock(mutex_);
            chunks_.push_back(chunk);
        }
        filled_.notify_one();
    }
    Chunk* take() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return !chunks_.empty(); });
        Chunk* chunk = chunks_.front();
        chunks_.pop_front();
        return chunk;
    }

private:
    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<Chunk*> chunks_;
};

}  // namespace flowlock
