# SPDX-License-Identifier: BSD-3-Clause
"""Reads the logs and summaries of a mail in which somebody quotes a report, as abuse desks and their programs do. What a
line may look like is the provider's own mails, written down as one printf pattern a layout; a line that its fields do not
print again, blank for blank, is refused. Nothing here knows how flowlock writes."""

import calendar
import collections
import re
import time

# What a layout does not show is None.
Row = collections.namedtuple("Row", "time protocol source source_port target target_port size")
Log = collections.namedtuple("Log", "title host rows is_cut")
Figures = collections.namedtuple(
    "Figures", "label packets packets_per_second flows flows_per_second gbyte mbit_per_second")
Summary = collections.namedtuple("Summary", "direction internal threshold unit window lines")

NARROW, WIDE = 15, 45


class Unreadable(ValueError):
    pass


def require(holds, line, why):
    if not holds:
        raise Unreadable(f"{why}: {line!r}")


def quote(text):
    """As `sed 's/^/> /'`, or a mail program that answers."""
    return "".join(f"> {line}\n" for line in text.splitlines())


def quoted_lines(mail):
    """What is quoted, without the marks; whatever else the mail says is passed over."""
    return [line[2:] for line in mail.splitlines() if line.startswith(">")]


# --- Logs of scans

def utc(text, pattern):
    """Seconds since 1970, of a time that is written as the pattern says, weekday and all."""
    moment = time.strptime(text, pattern.replace("%e", "%d"))
    seconds = calendar.timegm(moment)
    require(time.strftime(pattern, time.gmtime(seconds)) == text, text, "no such time")
    return seconds


CTIME, ISO = "%a %b %e %H:%M:%S %Y", "%Y-%m-%d %H:%M:%S"


def read_v1(line, width):
    match = re.fullmatch(r"(.{24}):   (\S+) => +(\S+): *(\d+)", line)
    require(match, line, "no row of v1")
    when, source, target, port = match.groups()
    target_width = 19 if width == NARROW else WIDE
    require("%s:   %s => %*s:%5u" % (when, source, target_width, target, int(port)) == line, line, "not as v1 prints it")
    return Row(utc(when, CTIME), None, source, None, target, int(port), None)


def read_v3(line, width):
    match = re.fullmatch(r"(.{24}) (TCP|UDP|ICMP|IP) +(\S+) (\d+) +=> +(\S+) (\d+) *", line)
    require(match, line, "no row of v3")
    when, protocol, source, source_port, target, port = match.groups()
    # The pattern would print ICMP and an address of 15 letters as one word.
    source_width = width + (protocol == "ICMP" and len(source) == width)
    printed = "%s %-4s%*s %-5u => %*s %-5u" % (when, protocol, source_width, source, int(source_port), width, target,
                                               int(port))
    require(printed == line, line, "not as v3 prints it")
    return Row(utc(when, CTIME), protocol, source, int(source_port), target, int(port), None)


def read_v4(line, width):
    match = re.fullmatch(r"(\S+ \S+) +(\S+) +(\d+) -> +(\S+) +(\d+) +(\d+) (TCP|UDP|ICMP|IP)", line)
    require(match, line, "no row of v4")
    when, source, source_port, target, port, size, protocol = match.groups()
    printed = "%s %*s %5u -> %*s %5u %4u %s" % (when, width, source, int(source_port), width, target, int(port), int(size),
                                                protocol)
    require(printed == line, line, "not as v4 prints it")
    return Row(utc(when, ISO), protocol, source, int(source_port), target, int(port), int(size))


# Reader of a row; the head below the banner; dashes, and how many more of them there are in IPv6; the banner as it is
# printed for a Netscan, the width of its host, and what it is in IPv6.
Layout = collections.namedtuple("Layout", "row head dashes dashes_more banner host host_wide")
LAYOUTS = {
    "v1": Layout(read_v1, ["", "time                        src_ip\t\t  dest_ip:dest_port"], 67, 45 - 26,
                 "#          Netscan detected from host   %-*s#", 26, WIDE),
    "v3": Layout(read_v3, ["", "time                protocol src_ip src_port          dest_ip dest_port"], 75, 60,
                 "#               Netscan detected from host %*s               #", NARROW, WIDE),
    "v4": Layout(read_v4, ["", "", "TIME (UTC)           SRC         SRC-PORT -> DST          DST-PORT SIZE PROT"], 76, 60,
                 "#       Netscan detected from host %-*s#", 41, 41),
}


def read_banner(lines, layout, wide):
    require(len(lines) == 3, lines, "no banner")
    match = re.fullmatch(r"# +([A-Z][A-Za-z ]*) detected from host +(\S+) +#", lines[1])
    require(match, lines[1], "no banner")
    title, host = match.groups()
    require(lines[0] == lines[2] == "#" * len(lines[1]), lines, "the box is not closed")
    # Other titles take their letters from the blanks before them.
    before, after = layout.banner.split("Netscan")
    room = len(before) + len("Netscan") - 1
    width = layout.host_wide if wide else layout.host
    require("#%*s" % (room, title) + after % (width, host) == lines[1], lines[1], "not as the banner is printed")
    return title, host


def logs_of(mail, name):
    """The logs that the mail quotes, in the layout of that name."""
    layout, lines, found = LAYOUTS[name], quoted_lines(mail), []
    for begin, line in enumerate(lines):
        if " detected from host " not in line or begin == 0:
            continue
        at = begin + 2 + len(layout.head)
        require(lines[begin + 2:at] == layout.head, lines[begin + 2:at], "not the head of the columns")
        dashes = lines[at]
        end = next((number for number in range(at, len(lines)) if lines[number] == ""), len(lines))
        body = lines[at + 1:end]
        is_cut = body[-1:] == ["....."]
        rows = body[:-1] if is_cut else body
        wide = ":" in line  # the host's address; nobody scans the other family
        more = layout.dashes_more if wide else 0
        require(dashes == "-" * (layout.dashes + more), dashes, "not the line below the columns")
        title, host = read_banner(lines[begin - 1:begin + 2], layout, wide)
        found.append(Log(title, host, [layout.row(row, WIDE if wide else NARROW) for row in rows], is_cut))
    return found


# --- Summaries of exceeded limits

MARKS = {"de": (".", ","), "en": (",", ".")}


def number_pattern(locale):
    group, decimal = map(re.escape, MARKS[locale])
    whole = rf"\d{{1,3}}(?:{group}\d{{3}})*"
    return whole, rf"{whole}{decimal}\d{{3}}"


def whole_number(text, locale):
    group, _ = MARKS[locale]
    return int(text.replace(group, ""))


def thousandths(text, locale):
    """"5,909": 5909."""
    return whole_number(text.replace(MARKS[locale][1], ""), locale)


def threshold_of(line, locale):
    whole, fraction = number_pattern(locale)
    match = re.fullmatch(rf"Threshold (Packets|Bits|Flows|New externals) ({whole}|{fraction}) (\S+)", line)
    require(match, line, "no threshold")
    metric, number, unit = match.groups()
    units = {"Packets": "packets/s", "Bits": "MBit/s", "Flows": "flows/s", "New externals": "addresses/s"}
    require(unit == units[metric], line, "another unit")
    exact = re.fullmatch(whole, number) is not None
    return (1000 * whole_number(number, locale) if exact else thousandths(number, locale)), unit


def printed_figures(label, column, texts, window):
    """The line by the provider's columns."""
    packets, packets_s, flows, flows_s, gbyte, mbit = texts
    line = label.ljust(column) + f"{packets} packets/{window}s ({packets_s} packets/s),"
    for end, field, rest in ((87, f"{flows} flows/{window}s", f" ({flows_s} flows/s),"),
                             (109, gbyte, f" GByte/{window}s ({mbit} MBit/s)")):
        line += field.rjust(max(end - len(line), len(field) + 2)) + rest
    return line


def read_figures(line, locale, column):
    """The figures, the window, and the column of the packets, which only moves to the right. The lists by network and by
    internal host have columns of their own, which the provider's mails do not know."""
    whole, fraction = number_pattern(locale)
    match = re.fullmatch(rf"((?:Sum|.*?,)) +({whole}) packets/(\d+)s \(({whole}) packets/s\), +({whole}) flows/(\d+)s"
                         rf" \(({whole}) flows/s\), +({fraction}) GByte/(\d+)s \(({whole}) MBit/s\)", line)
    require(match, line, "no line of figures")
    label, packets, window, packets_s, flows, window_2, flows_s, gbyte, window_3, mbit = match.groups()
    require(window == window_2 == window_3, line, "several windows")
    column = max(column, len(label) + 2)
    texts = packets, packets_s, flows, flows_s, gbyte, mbit
    own_columns = re.match("(?:Other n|N)etworks? |(?:Other h|H)osts? ", label)
    require(own_columns or printed_figures(label, column, texts, window) == line, line, "not in the provider's columns")
    numbers = [thousandths(text, locale) if text is gbyte else whole_number(text, locale) for text in texts]
    return Figures(label.rstrip(","), *numbers), int(window), column


def summaries_of(mail, locale):
    """The summaries that the mail quotes. GByte and thresholds are in thousandths."""
    lines, found, at = quoted_lines(mail), [], 0
    while at < len(lines):
        match = re.fullmatch("Direction (IN|OUT)", lines[at])
        at += 1
        if not match:
            continue
        internal = re.fullmatch(r"Internal (\S.*)", lines[at])
        require(internal, lines[at], "no internal host")
        threshold, unit = threshold_of(lines[at + 1], locale)
        at += 2
        figures, windows, column = [], set(), 24
        while at < len(lines) and lines[at] != "":
            one, window, column = read_figures(lines[at], locale, column)
            figures.append(one)
            windows.add(window)
            at += 1
        require(len(windows) == 1, figures, "several windows in one summary")
        found.append(Summary(match[1], internal[1], threshold, unit, windows.pop(), figures))
    return found
