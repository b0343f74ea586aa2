"""SIP as tests read and write it by hand: a header's value, an answer.

Text in, text out. Who answers what, sockets and digests are each test's own;
and nothing is checked here, since the peers of these tests are rude on
purpose.
"""

import re

COMPACT = {"Call-ID": "i", "From": "f", "To": "t", "Via": "v",
           "Contact": "m", "Content-Type": "c"}


def values(text, name):
    """Of all headers of that name, in their order."""
    short = COMPACT.get(name, name)
    return re.findall(rf"(?im)^(?:{name}|{short})\s*:\s*(.*?)\r?$",
                      text.partition("\r\n\r\n")[0])


def header(text, name):
    """Of the first one; "" when there is none."""
    return (values(text, name) or [""])[0]


def reply(request, status, *, tag="t", extra="", body=""):
    """`extra` are whole lines, each with its CRLF; `body` is an SDP."""
    to = header(request, "To")
    if tag and ";tag=" not in to:
        to += f";tag={tag}"
    vias = "".join(f"Via: {via}\r\n" for via in values(request, "Via"))
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (f"SIP/2.0 {status}\r\n{vias}From: {header(request, 'From')}\r\n"
            f"To: {to}\r\nCall-ID: {header(request, 'Call-ID')}\r\n"
            f"CSeq: {header(request, 'CSeq')}\r\n{extra}{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}")
