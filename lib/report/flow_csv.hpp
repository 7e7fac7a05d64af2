// SPDX-License-Identifier: BSD-3-Clause
// The flow records of a run as CSV, one row per biflow, in the order of their first packets. Control core.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "flow/flow_store.hpp"

namespace flowlock {

class FlowCsv {
public:
    // Opens FILE, so that one that cannot be written is refused before the work begins. FILE may be a pipe.
    // Throws std::runtime_error "FILE: reason", as does write().
    explicit FlowCsv(std::string path);

    // All rows, once.
    void write(const FlowStore& flows);

private:
    struct CloseFile {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };

    void check(bool ok) const;

    std::string path_;
    std::unique_ptr<std::FILE, CloseFile> file_;
};

}  // namespace flowlock
