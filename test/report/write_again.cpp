// SPDX-License-Identifier: BSD-3-Clause
// Reads the case in a folder, as `flowlock report` does, and prints its report.json anew: test/whole compares the two.
#include <cstdio>

#include <fmt/format.h>

#include "flowlock/case_reader.hpp"
#include "report/json_report.hpp"

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: write_again CASE_FOLDER\n");
        return 2;
    }
    try {
        const flowlock::CaseRead read = flowlock::read_case(argv[1]);
        fmt::print("{}", flowlock::json_report_page(read.report));
        if (!read.error.empty()) fmt::print(stderr, "{}\n", read.error);
        return read.error.empty() ? 0 : 1;
    } catch (const flowlock::ReportUnreadable& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 2;
    }
}
