// SPDX-License-Identifier: BSD-3-Clause
#include "report/lock_report.hpp"

namespace flowlock {

const char* name_of(CaseState state) {
    switch (state) {
        case CaseState::open:
            return "open";
        case CaseState::closed:
            return "closed";
        case CaseState::withdrawn:
            return "withdrawn";
    }
    return "";
}

}  // namespace flowlock
