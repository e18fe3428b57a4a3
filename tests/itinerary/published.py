"""Itineraries on real routes, worked out by hand: the offsets are what each place's clocks showed that day.

One line is one flight: number, origin, local departure, its offset, destination, local arrival, its offset, then the expected
results: the flight time and the day mark. "--" separates two items; "." in place of a time means that none was sent.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    flights: str
    journeys: tuple[str, ...]
    """Per journey: its codes, and its whole length or "?"."""
    transfers: tuple[str, ...] = ()
    """Per transfer, in the order of the journeys: the wait, and the words of its notices."""
    words: tuple[str, ...] = ()
    """Words of notices on the flights that must be there, all others absent."""
    stays: tuple[str, ...] = ()


CASES = [
    Case(
        "the seed order",
        """BX459 DUB 2025-08-15T16:00 +01:00 LHR 2025-08-15T17:20 +01:00 = 1:20 0
           BX460 LHR 2025-08-15T20:00 +01:00 LAS 2025-08-15T22:40 -07:00 = 10:40 0""",
        ("DUB LHR LAS 14:40",),
        ("2:40",),
    ),
    Case(
        "over the date line eastward",
        "NZ6 AKL 2025-07-10T19:45 +12:00 LAX 2025-07-10T12:45 -07:00 = 12:00 0",
        ("AKL LAX 12:00",),
    ),
    Case(
        "over the date line westward",
        "NZ5 LAX 2025-07-10T21:45 -07:00 AKL 2025-07-12T05:30 +12:00 = 12:45 2",
        ("LAX AKL 12:45",),
    ),
    Case(
        "Honolulu to Tokyo", "HA821 HNL 2025-05-10T12:00 -10:00 NRT 2025-05-11T15:20 +09:00 = 8:20 1", ("HNL NRT 8:20",)
    ),
    Case(
        "Tokyo to Honolulu", "HA822 NRT 2025-05-10T20:00 +09:00 HNL 2025-05-10T08:15 -10:00 = 7:15 0", ("NRT HNL 7:15",)
    ),
    Case(
        "arriving the day before",
        "NZ902 AKL 2025-07-11T09:55 +12:00 PPT 2025-07-10T16:50 -10:00 = 4:55 -1",
        ("AKL PPT 4:55",),
    ),
    Case(
        "a hop over the date line",
        "OL1 APW 2025-07-11T12:00 +13:00 PPG 2025-07-10T12:35 -11:00 = 0:35 -1",
        ("APW PPG 0:35",),
    ),
    Case("and back", "OL2 PPG 2025-07-10T13:00 -11:00 APW 2025-07-11T13:35 +13:00 = 0:35 1", ("PPG APW 0:35",)),
    Case(
        "Vancouver to Sydney",
        "AC33 YVR 2025-08-15T23:45 -07:00 SYD 2025-08-17T07:30 +10:00 = 14:45 2",
        ("YVR SYD 14:45",),
    ),
    Case(
        "Sydney to Vancouver",
        "AC34 SYD 2025-08-17T11:00 +10:00 YVR 2025-08-17T07:30 -07:00 = 13:30 0",
        ("SYD YVR 13:30",),
    ),
    Case(
        "Delhi to Kathmandu",
        "AI215 DEL 2025-03-02T07:00 +05:30 KTM 2025-03-02T08:50 +05:45 = 1:35 0",
        ("DEL KTM 1:35",),
    ),
    Case(
        "Kathmandu to Delhi",
        "AI216 KTM 2025-03-02T10:00 +05:45 DEL 2025-03-02T11:35 +05:30 = 1:50 0",
        ("KTM DEL 1:50",),
    ),
    Case(
        "Melbourne to Adelaide",
        "QF681 MEL 2025-06-10T08:00 +10:00 ADL 2025-06-10T08:50 +09:30 = 1:20 0",
        ("MEL ADL 1:20",),
    ),
    Case(
        "Adelaide in summer",
        "QF690 ADL 2025-01-10T17:00 +10:30 MEL 2025-01-10T18:50 +11:00 = 1:20 0",
        ("ADL MEL 1:20",),
    ),
    Case(
        "Adelaide to Perth", "QF887 ADL 2025-06-10T18:00 +09:30 PER 2025-06-10T20:00 +08:00 = 3:30 0", ("ADL PER 3:30",)
    ),
    Case("Darwin red-eye", "QF825 DRW 2025-06-10T01:30 +09:30 BNE 2025-06-10T05:40 +10:00 = 3:40 0", ("DRW BNE 3:40",)),
    Case("Dubai to Kabul", "FZ301 DXB 2025-06-01T03:30 +04:00 KBL 2025-06-01T07:00 +04:30 = 3:00 0", ("DXB KBL 3:00",)),
    Case(
        "Tehran to Dubai", "EK972 IKA 2025-06-01T08:00 +03:30 DXB 2025-06-01T10:40 +04:00 = 2:10 0", ("IKA DXB 2:10",)
    ),
    Case(
        "Newfoundland to London",
        "WS32 YYT 2025-07-01T22:00 -02:30 LHR 2025-07-02T06:50 +01:00 = 5:20 1",
        ("YYT LHR 5:20",),
    ),
    Case(
        "Halifax to Newfoundland",
        "AC690 YHZ 2025-07-01T10:00 -03:00 YYT 2025-07-01T12:00 -02:30 = 1:30 0",
        ("YHZ YYT 1:30",),
    ),
    Case("the Chathams", "3C581 CHT 2025-07-01T12:00 +12:45 AKL 2025-07-01T13:30 +12:00 = 2:15 0", ("CHT AKL 2:15",)),
    Case(
        "Yangon to Bangkok", "TG304 RGN 2025-07-01T09:40 +06:30 BKK 2025-07-01T11:25 +07:00 = 1:15 0", ("RGN BKK 1:15",)
    ),
    Case(
        "the northern spring night, London",
        "BA178 JFK 2025-03-29T21:30 -04:00 LHR 2025-03-30T09:25 +01:00 = 6:55 1",
        ("JFK LHR 6:55",),
    ),
    Case(
        "the northern autumn night, London",
        "BA178 JFK 2025-10-25T21:30 -04:00 LHR 2025-10-26T08:20 +00:00 = 6:50 1",
        ("JFK LHR 6:50",),
    ),
    Case(
        "the northern spring night, America",
        "DL762 LAX 2025-03-08T22:30 -08:00 JFK 2025-03-09T07:45 -04:00 = 5:15 1",
        ("LAX JFK 5:15",),
    ),
    Case(
        "the northern autumn night, America",
        "DL762 LAX 2025-11-01T22:30 -07:00 JFK 2025-11-02T05:45 -05:00 = 5:15 1",
        ("LAX JFK 5:15",),
    ),
    Case(
        "the southern spring night, Sydney",
        "QF640 PER 2025-10-04T23:55 +08:00 SYD 2025-10-05T06:55 +11:00 = 4:00 1",
        ("PER SYD 4:00",),
    ),
    Case(
        "the southern autumn night, Sydney",
        "QF640 PER 2025-04-05T23:55 +08:00 SYD 2025-04-06T06:00 +10:00 = 4:05 1",
        ("PER SYD 4:05",),
    ),
    Case(
        "the southern spring night, Auckland",
        "SQ281 SIN 2025-09-27T21:00 +08:00 AKL 2025-09-28T12:00 +13:00 = 10:00 1",
        ("SIN AKL 10:00",),
    ),
    Case(
        "the southern autumn night, Auckland",
        "SQ281 SIN 2025-04-05T21:00 +08:00 AKL 2025-04-06T11:00 +12:00 = 10:00 1",
        ("SIN AKL 10:00",),
    ),
    Case(
        "a departure whose hour comes twice",
        "BY1 LGW 2025-10-26T01:30 +01:00 ALC 2025-10-26T04:00 +01:00 = 2:30 0",
        ("LGW ALC 2:30",),
        words=("clock repeated",),
    ),
    Case(
        "a departure the clocks skip",
        "TK1588 FRA 2025-03-30T02:30 +01:00 IST 2025-03-30T07:30 +03:00 = 3:00 0",
        ("FRA IST 3:00",),
        words=("clock skipped",),
    ),
    Case(
        "the longest flight",
        "SQ22 SIN 2025-08-15T23:55 +08:00 EWR 2025-08-16T06:00 -04:00 = 18:05 1",
        ("SIN EWR 18:05",),
    ),
    Case(
        "and back with less wind",
        "SQ21 EWR 2025-08-16T10:35 -04:00 SIN 2025-08-17T17:10 +08:00 = 18:35 1",
        ("EWR SIN 18:35",),
    ),
    Case(
        "Doha to Auckland",
        "QR920 DOH 2025-07-10T03:00 +03:00 AKL 2025-07-11T04:10 +12:00 = 16:10 1",
        ("DOH AKL 16:10",),
    ),
    Case(
        "the kangaroo route",
        """QF2 LHR 2025-08-15T20:30 +01:00 SIN 2025-08-16T17:25 +08:00 = 13:55 1
           QF2 SIN 2025-08-16T19:30 +08:00 SYD 2025-08-17T05:10 +10:00 = 7:40 1""",
        ("LHR SIN SYD 23:40",),
        ("2:05",),
    ),
    Case(
        "over the Atlantic and on with another carrier",
        """EI136 BOS 2025-05-10T17:30 -04:00 DUB 2025-05-11T05:00 +01:00 = 6:30 1
           BA827 DUB 2025-05-11T06:50 +01:00 LHR 2025-05-11T08:15 +01:00 = 1:25 0""",
        ("BOS DUB LHR 9:45",),
        ("1:50 carrier change",),
    ),
    Case(
        "a tight change across borders",
        """KL1 MAN 2025-06-02T09:00 +01:00 AMS 2025-06-02T11:20 +02:00 = 1:20 0
           KL2 AMS 2025-06-02T12:05 +02:00 OSL 2025-06-02T13:50 +02:00 = 1:45 0""",
        ("MAN AMS OSL 3:50",),
        ("0:45 tight",),
    ),
    Case(
        "out and back twenty hours apart",
        """EI1 DUB 2025-09-01T10:40 +01:00 LHR 2025-09-01T12:00 +01:00 = 1:20 0
           EI2 LHR 2025-09-02T08:00 +01:00 DUB 2025-09-02T09:20 +01:00 = 1:20 0""",
        ("DUB LHR 1:20", "LHR DUB 1:20"),
        stays=("LHR 1 20",),
    ),
    Case(
        "out and back twenty-six hours apart",
        """EI1 DUB 2025-09-01T10:40 +01:00 LHR 2025-09-01T12:00 +01:00 = 1:20 0
           EI2 LHR 2025-09-02T14:00 +01:00 DUB 2025-09-02T15:20 +01:00 = 1:20 0""",
        ("DUB LHR 1:20", "LHR DUB 1:20"),
        stays=("LHR 1 26",),
    ),
    Case(
        "out and back on one day",
        """EI1 DUB 2025-09-01T06:40 +01:00 LHR 2025-09-01T08:00 +01:00 = 1:20 0
           EI2 LHR 2025-09-01T14:00 +01:00 DUB 2025-09-01T15:20 +01:00 = 1:20 0""",
        ("DUB LHR 1:20", "LHR DUB 1:20"),
        stays=("LHR 0 6",),
    ),
    Case(
        "a week in Las Vegas, out and back through Heathrow",
        """BX459 DUB 2025-08-15T16:00 +01:00 LHR 2025-08-15T17:20 +01:00 = 1:20 0
           BX460 LHR 2025-08-15T20:00 +01:00 LAS 2025-08-15T22:40 -07:00 = 10:40 0
           --
           BX461 LAS 2025-08-22T16:00 -07:00 LHR 2025-08-23T09:40 +01:00 = 9:40 1
           BX462 LHR 2025-08-23T12:00 +01:00 DUB 2025-08-23T13:20 +01:00 = 1:20 0""",
        ("DUB LHR LAS 14:40", "LAS LHR DUB 13:20"),
        ("2:40", "2:20"),
        stays=("LAS 7 161",),
    ),
    Case(
        "back another way after twenty hours",
        """BA275 LHR 2025-08-15T16:35 +01:00 LAS 2025-08-15T19:05 -07:00 = 10:30 0
           --
           B6A LAS 2025-08-16T15:05 -07:00 JFK 2025-08-16T23:10 -04:00 = 5:05 0
           BA112 JFK 2025-08-17T08:10 -04:00 LHR 2025-08-17T20:10 +01:00 = 7:00 0""",
        ("LHR LAS 10:30", "LAS JFK LHR 21:05"),
        ("9:00 overnight long carrier change",),
        stays=("LAS 1 20",),
    ),
    Case(
        "twenty-six hours in Doha on the way",
        """QR18 DUB 2025-09-01T15:00 +01:00 DOH 2025-09-02T00:10 +03:00 = 7:10 1
           QR942 DOH 2025-09-03T02:10 +03:00 SIN 2025-09-03T15:00 +08:00 = 7:50 0""",
        ("DUB DOH 7:10", "DOH SIN 7:50"),
        stays=("DOH 1 26",),
    ),
    Case(
        "twenty-three hours in Doha on the way",
        """QR18 DUB 2025-09-01T15:00 +01:00 DOH 2025-09-02T00:10 +03:00 = 7:10 1
           QR944 DOH 2025-09-02T23:10 +03:00 SIN 2025-09-03T12:00 +08:00 = 7:50 1""",
        ("DUB DOH SIN 38:00",),
        ("23:00 overnight long",),
    ),
    Case(
        "from Heathrow to Gatwick",
        """BA178 JFK 2025-09-01T18:30 -04:00 LHR 2025-09-02T06:30 +01:00 = 7:00 1
           BA2712 LGW 2025-09-02T12:00 +01:00 BCN 2025-09-02T15:05 +02:00 = 2:05 0""",
        ("JFK LHR LGW BCN 14:35",),
        ("5:30 airport change",),
    ),
    Case(
        "from Venice to Florence over land",
        """EI422 DUB 2025-09-01T06:30 +01:00 VCE 2025-09-01T10:05 +02:00 = 2:35 0
           AZ1676 FLR 2025-09-01T18:00 +02:00 FCO 2025-09-01T18:55 +02:00 = 0:55 0""",
        ("DUB VCE FLR FCO 11:25",),
        ("7:55 long surface carrier change",),
    ),
    Case(
        "an open jaw",
        """BA275 LHR 2025-08-15T16:35 +01:00 LAS 2025-08-15T19:05 -07:00 = 10:30 0
           --
           BA282 LAX 2025-08-22T17:30 -07:00 LHR 2025-08-23T11:55 +01:00 = 10:25 1""",
        ("LHR LAS 10:30", "LAX LHR 10:25"),
        stays=("LAS-LAX 7 166",),
    ),
    Case("city codes", "BA117 LON 2025-08-15T11:00 +01:00 NYC 2025-08-15T14:00 -04:00 = 8:00 0", ("LON NYC 8:00",)),
    Case(
        "an unknown place",
        "BX1 LHR 2025-08-15T11:00 +01:00 XQZ 2025-08-15T14:00 ? = ? 0",
        ("LHR XQZ ?",),
        words=("unknown place",),
    ),
    Case(
        "one of the family on an earlier flight",
        """BX459 DUB 2025-08-15T16:00 +01:00 LHR 2025-08-15T17:20 +01:00 = 1:20 0
           BX460 LHR 2025-08-15T20:00 +01:00 LAS 2025-08-15T22:40 -07:00 = 10:40 0
           --
           BX459 DUB 2025-08-15T16:00 +01:00 LHR 2025-08-15T17:20 +01:00 = 1:20 0
           BX460 LHR 2025-08-15T20:00 +01:00 LAS 2025-08-15T22:40 -07:00 = 10:40 0
           --
           BX457 DUB 2025-08-15T14:00 +01:00 LHR 2025-08-15T15:20 +01:00 = 1:20 0
           BX460 LHR 2025-08-15T20:00 +01:00 LAS 2025-08-15T22:40 -07:00 = 10:40 0""",
        ("DUB LHR 1:20", "DUB LHR LAS 14:40"),
        ("2:40",),
    ),
    Case(
        "the same, with one item for each flight",
        """BX459 DUB 2025-08-15T16:00 +01:00 LHR 2025-08-15T17:20 +01:00 = 1:20 0
           --
           BX459 DUB 2025-08-15T16:00 +01:00 LHR 2025-08-15T17:20 +01:00 = 1:20 0
           --
           BX457 DUB 2025-08-15T14:00 +01:00 LHR 2025-08-15T15:20 +01:00 = 1:20 0
           --
           BX460 LHR 2025-08-15T20:00 +01:00 LAS 2025-08-15T22:40 -07:00 = 10:40 0
           --
           BX460 LHR 2025-08-15T20:00 +01:00 LAS 2025-08-15T22:40 -07:00 = 10:40 0
           --
           BX460 LHR 2025-08-15T20:00 +01:00 LAS 2025-08-15T22:40 -07:00 = 10:40 0""",
        ("DUB LHR 1:20", "DUB LHR LAS 14:40"),
        ("2:40",),
    ),
    Case(
        "segments out of order",
        """BX460 LHR 2025-08-15T20:00 +01:00 LAS 2025-08-15T22:40 -07:00 = 10:40 0
           BX459 DUB 2025-08-15T16:00 +01:00 LHR 2025-08-15T17:20 +01:00 = 1:20 0""",
        ("DUB LHR LAS 14:40",),
        ("2:40",),
    ),
    Case(
        "a connection that cannot be made",
        """BX459 DUB 2025-08-15T16:00 +01:00 LHR 2025-08-15T17:20 +01:00 = 1:20 0
           BX460 LHR 2025-08-15T17:00 +01:00 LAS 2025-08-15T19:40 -07:00 = 10:40 0""",
        ("DUB LHR LAS 11:40",),
        ("-0:20 overlap",),
    ),
    Case(
        "an arrival that was not sent",
        """BX459 DUB 2025-08-15T16:00 +01:00 LHR . ? = ? ?
           BX460 LHR 2025-08-15T20:00 +01:00 LAS 2025-08-15T22:40 -07:00 = 10:40 0""",
        ("DUB LHR LAS ?",),
        ("?",),
        words=("missing time",),
    ),
    Case(
        "a wrong day",
        "BX459 DUB 2025-08-15T16:00 +01:00 LHR 2025-08-16T17:20 +01:00 = ? 1",
        ("DUB LHR ?",),
        words=("impossible time",),
    ),
]
