// SPDX-License-Identifier: BSD-3-Clause
#include "report/netscan_text.hpp"

#include "report/netscan_v1.hpp"
#include "report/netscan_v3.hpp"
#include "report/netscan_v4.hpp"

namespace flowlock {

std::string netscan_text(const Finding& finding, const TextStyle& style) {
    switch (style.netscan) {
        case NetscanFormat::v1:
            return netscan_v1::log(finding, style);
        case NetscanFormat::v3:
            return netscan_v3::log(finding, style);
        case NetscanFormat::v4:
            return netscan_v4::log(finding, style);
    }
    return "";
}

}  // namespace flowlock
