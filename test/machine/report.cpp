// SPDX-License-Identifier: BSD-3-Clause
// How checks are shown: as text and as JSON.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "machine/check_report.hpp"
#include "schema_check.hpp"

namespace flowlock::test {
namespace {

using Json = nlohmann::ordered_json;

const Checks example{ok("port.device", "eth1: fine"), warning("clock", "no", "apt-get install chrony"),
                     wrong("port.driver", "eth1: none", "modprobe x\n# then: reboot")};

std::string violation(const Json& json) {
    return schema_violation("check.schema.json", json.dump());
}

}  // namespace

TEST_CASE("the text has a line for each check, its mend below, and the sums at the end") {
    CHECK(check_text(example, false) ==
          "ok       port.device  eth1: fine\n"
          "warning  clock        no\n"
          "           apt-get install chrony\n"
          "wrong    port.driver  eth1: none\n"
          "           modprobe x\n"
          "           # then: reboot\n"
          "1 ok, 1 warning, 1 wrong\n");
    CHECK(check_text({}, false) == "0 ok, 0 warnings, 0 wrong\n");
}

TEST_CASE("colours change nothing but the colour of the state") {
    std::string text = check_text(example, true);
    CHECK_THAT(text, Catch::Contains("\033[31mwrong  \033[0m  port.driver"));
    for (const std::string code : {"\033[31m", "\033[32m", "\033[33m", "\033[0m"})
        for (std::size_t at = text.find(code); at != std::string::npos; at = text.find(code))
            text.erase(at, code.size());
    CHECK(text == check_text(example, false));
}

TEST_CASE("the exit status is that of the worst check") {
    CHECK(exit_status_of({}) == 0);
    CHECK(exit_status_of({ok("a", "b"), warning("configuration.file", "b", "c")}) == 0);
    CHECK(exit_status_of(example) == 1);
    CHECK(exit_status_of({wrong("configuration.file", "b", "c"), wrong("port.driver", "b", "c")}) == 2);
}

TEST_CASE("the JSON is the fields of the schema, in its order, indented") {
    CHECK(check_page({ok("port.device", "fine"), wrong("swap", "on", "a\n# b")}) == R"({
  "schema": "flowlock.check/1",
  "status": 1,
  "ok": 1,
  "warnings": 0,
  "wrong": 1,
  "checks": [
    {
      "name": "port.device",
      "state": "ok",
      "text": "fine",
      "mend": null
    },
    {
      "name": "swap",
      "state": "wrong",
      "text": "on",
      "mend": "a\n# b"
    }
  ]
}
)");
}

TEST_CASE("what is shown is valid by the shipped schema, also with fields of later versions") {
    Json json = Json::parse(check_page(example));
    CHECK(violation(json) == "");
    json["later"] = 1;
    json["checks"][0]["later"] = 1;
    CHECK(violation(json) == "");
    CHECK(violation(Json::parse(check_page({ok("port.device", "caf\xe9")}))) == "");
}

TEST_CASE("the schema rejects a report without any one of its fields, and with wrong values") {
    const Json whole = Json::parse(check_page(example));
    REQUIRE(whole.size() == 6);
    for (const auto* parent : {"", "/checks/1"})
        for (const auto& item : whole.at(Json::json_pointer(parent)).items()) {
            INFO(parent << "/" << item.key());
            Json json = whole;
            json.at(Json::json_pointer(parent)).erase(item.key());
            CHECK(violation(json) != "");
        }
    for (const auto& [pointer, value] : std::map<std::string, Json>{{"/schema", "flowlock.summary/1"},
                                                                    {"/status", 3},
                                                                    {"/ok", -1},
                                                                    {"/checks/0/name", ""},
                                                                    {"/checks/0/state", "error"},
                                                                    {"/checks/0/mend", ""},
                                                                    {"/checks/1/text", nullptr}}) {
        INFO(pointer << " = " << value.dump());
        Json json = whole;
        json.at(Json::json_pointer(pointer)) = value;
        CHECK(violation(json) != "");
    }
}

}  // namespace flowlock::test
