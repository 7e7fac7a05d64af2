// SPDX-License-Identifier: BSD-3-Clause
#include "report/plain_text.hpp"

#include <catch2/catch.hpp>

using namespace flowlock;

TEST_CASE("text with letters, digits, quotes and marks of any script stays as it is") {
    for (const std::string text : {"AS64496 Example, Inc. (\"EX\")", "\xc3\x9c", "\xe2\x82\xac",
                                   "\xf0\x9f\x8c\x8d", "\xef\xbf\xbd", ""})
        CHECK(plain_text(text) == text);
}

TEST_CASE("white space, controls, line separators and marks of direction become one blank") {
    for (const std::string between :
         {" ", "  ", "\n", "\r\n\t", "\x1b", "\x7f", "\xc2\x85", "\xc2\x9b", "\xc2\xa0", "\xe2\x80\xa8",
          "\xe2\x80\xa9", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\x8b", "\xef\xbb\xbf"})
        CHECK(plain_text("a" + between + "b") == "a b");
    CHECK(plain_text(std::string("a\0b", 3)) == "a b");
    CHECK(plain_text(" \na\n ") == "a");
    CHECK(plain_text("\n").empty());
}

TEST_CASE("what is not UTF-8 is shown as such, byte by byte") {
    const std::string mark = "\xef\xbf\xbd";
    CHECK(plain_text("a\xff"
                     "b") == "a" + mark + "b");
    CHECK(plain_text("\xc3") == mark);                                   // cut
    CHECK(plain_text("\xe2\x82") == mark + mark);                        // cut
    CHECK(plain_text("\x80") == mark);                                   // no head
    CHECK(plain_text("\xc0\x8a") == mark + mark);                        // a line feed, longer than needed
    CHECK(plain_text("\xed\xa0\x80") == mark + mark + mark);             // half of a UTF-16 pair
    CHECK(plain_text("\xf4\x90\x80\x80") == mark + mark + mark + mark);  // beyond Unicode
    CHECK(plain_text("\xc3"
                     "a") == mark + "a");
}

TEST_CASE("columns are letters, and a letter is never cut") {
    CHECK(columns_of("a\xc3\x9c\xe2\x82\xac") == 3);
    CHECK(bytes_of("a\xc3\x9c\xe2\x82\xac", 2) == 3);
    CHECK(bytes_of("a\xc3\x9c\xe2\x82\xac", 9) == 6);
}
