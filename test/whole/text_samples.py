# SPDX-License-Identifier: BSD-3-Clause
"""That the reader of quoted texts (text_formats.py) reads what the provider itself has written, and sees every letter
that changes: what tests of our texts stand on."""

import text_formats

# As the provider printed them, in 2013, 2017 and 2024.
SAMPLES = {
    "v1": ("""\
###################################################################
#          Netscan detected from host   192.0.2.1                 #
###################################################################

time                        src_ip\t\t  dest_ip:dest_port
-------------------------------------------------------------------
Thu Nov 13 18:14:27 2014:   192.0.2.1 =>         65.98.236.0:   22
.....
""", text_formats.Log("Netscan", "192.0.2.1", [
        text_formats.Row(1415902467, None, "192.0.2.1", None, "65.98.236.0", 22, None)], True)),
    "v3": ("""\
##########################################################################
#               Netscan detected from host  138.197.94.149               #
##########################################################################

time                protocol src_ip src_port          dest_ip dest_port
---------------------------------------------------------------------------
Sat Dec 16 03:26:09 2017 TCP  138.197.94.149 57954 =>   195.201.0.131 22   \n""", text_formats.Log("Netscan", "138.197.94.149", [
        text_formats.Row(1513394769, "TCP", "138.197.94.149", 57954, "195.201.0.131", 22, None)], False)),
    "v4": ("""\
#############################################################################
#       Netscan detected from host 107.170.229.46                           #
#############################################################################


TIME (UTC)           SRC         SRC-PORT -> DST          DST-PORT SIZE PROT
----------------------------------------------------------------------------
2024-04-12 06:22:17  107.170.229.46 59547 ->    37.27.128.19 28015   64 TCP
""", text_formats.Log("Netscan", "107.170.229.46", [
        text_formats.Row(1712902937, "TCP", "107.170.229.46", 59547, "37.27.128.19", 28015, 64)], False)),
}
SUMMARY = """\
Direction OUT
Internal 178.63.65.85
Threshold Packets 100.000 packets/s
Sum                     40.674.000 packets/300s (135.580 packets/s),  40.673 flows/300s (135 flows/s),  5,909 GByte/300s (161 MBit/s)
External 77.96.88.114,  40.668.000 packets/300s (135.560 packets/s),  40.667 flows/300s (135 flows/s),  5,909 GByte/300s (161 MBit/s)
External 196.37.186.67,  5.000 packets/300s (16 packets/s),                5 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
External 77.74.52.53,    1.000 packets/300s (3 packets/s),                 1 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
"""
SUMMARY_READ = text_formats.Summary("OUT", "178.63.65.85", 100_000_000, "packets/s", 300, [
    text_formats.Figures("Sum", 40_674_000, 135_580, 40_673, 135, 5_909, 161),
    text_formats.Figures("External 77.96.88.114", 40_668_000, 135_560, 40_667, 135, 5_909, 161),
    text_formats.Figures("External 196.37.186.67", 5_000, 16, 5, 0, 0, 0),
    text_formats.Figures("External 77.74.52.53", 1_000, 3, 1, 0, 0, 0)])


def read_or_none(read, *words):
    try:
        return read(*words)
    except ValueError:
        return None


def check(checks):
    """The provider's own lines are read, and no letter of ours can change unseen."""
    checks.scope = "the provider's samples"
    for layout, (sample, expected) in SAMPLES.items():
        checks.equal(layout, text_formats.logs_of(text_formats.quote(sample), layout), [expected])
    checks.equal("summary", text_formats.summaries_of(text_formats.quote(SUMMARY), "de"), [SUMMARY_READ])
    readers = [(layout, sample, text_formats.logs_of, layout) for layout, (sample, _) in SAMPLES.items()]
    for name, sample, reader, word in [*readers, ("summary", SUMMARY, text_formats.summaries_of, "de")]:
        checks.scope = f"changed letters of {name}"
        unchanged = reader(text_formats.quote(sample), word)
        unseen = []
        for at, letter in enumerate(sample):
            if letter == "\n":
                continue
            for other in "7 .":
                changed = sample[:at] + other + sample[at + 1:]
                if other != letter and read_or_none(reader, text_formats.quote(changed), word) == unchanged:
                    unseen.append(changed.splitlines()[sample[:at].count("\n")])
        checks.equal("unseen changes", unseen, [])
