// SPDX-License-Identifier: BSD-3-Clause
// An urn with so and so many balls of each colour, drawn without putting back: flows of given sizes in random
// order. A Fenwick tree (1994) over the colours: drawing takes as many steps as the number of colours has
// bits, and memory grows with the colours, not with the balls. Owned by one thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace flowlock::scene {

class Urn {
public:
    explicit Urn(std::span<const std::uint32_t> balls) : tree_(balls.size() + 1) {
        for (std::size_t i = 1; i < tree_.size(); ++i) {
            tree_[i] += balls[i - 1];
            left_ += balls[i - 1];
            const auto parent = i + (i & -i);
            if (parent < tree_.size()) tree_[parent] += tree_[i];
        }
    }

    std::uint32_t left() const { return left_; }

    // Takes out the ball number `ball` of those left, and says its colour.
    std::uint32_t take(std::uint32_t ball) {
        std::size_t at = 0;
        for (auto step = std::bit_floor(tree_.size() - 1); step != 0; step /= 2) {
            const auto next = at + step;
            if (next >= tree_.size()) continue;
            if (tree_[next] <= ball) {
                at = next;
                ball -= tree_[next];
            } else {
                --tree_[next];  // the ball is within this node's colours, which therefore lose one
            }
        }
        --left_;
        return static_cast<std::uint32_t>(at);
    }

private:
    std::vector<std::uint32_t> tree_;
    std::uint32_t left_ = 0;
};

}  // namespace flowlock::scene
