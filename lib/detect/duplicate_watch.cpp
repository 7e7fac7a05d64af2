// SPDX-License-Identifier: BSD-3-Clause
#include "detect/duplicate_watch.hpp"

#include <algorithm>

namespace flowlock {
namespace {

// Sorts them.
DuplicateFigures figures_of(std::vector<std::uint64_t>& prints) {
    std::sort(prints.begin(), prints.end());
    DuplicateFigures figures;
    for (std::size_t i = 0; i < prints.size();) {
        std::size_t end = i + 1;
        while (end < prints.size() && prints[end] == prints[i]) ++end;
        ++figures.distinct;
        if (end - i == 2) ++figures.twice;
        i = end;
    }
    return figures;
}

}  // namespace

void DuplicateWatch::add(const PacketSample& sample) {
    is_cut_ = is_cut_ || sample.is_cut();
    prints_.insert(prints_.end(), sample.prints().begin(), sample.prints().end());
}

void DuplicateWatch::close() {
    const bool few = prints_.size() < PacketSample::prints_max / 32;
    if (!is_cut_) {
        epochs_.push_back(figures_of(prints_));
        sum_.distinct += epochs_.back().distinct;
        sum_.twice += epochs_.back().twice;
    }
    if (epochs_.size() > window) {
        sum_.distinct -= epochs_.front().distinct;
        sum_.twice -= epochs_.front().twice;
        epochs_.pop_front();
    }
    // Quickly to fewer, slowly to more, so that few samples are cut.
    if (is_cut_)
        level_ = std::min(level_ + 3, PacketSample::level_max);
    else if (few && level_ > 0)
        --level_;
    prints_.clear();
    is_cut_ = false;
}

}  // namespace flowlock
