"""JUnit XML, as CI systems read it."""

import re
from xml.etree import ElementTree as ET

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot have, not even escaped."""


def junit_xml(suite: ET.Element) -> str:
    """Return a suite in ASCII. A character that XML cannot have is written as Python would, as an escape."""
    for element in suite.iter():
        element.attrib.update({name: _legal(value) for name, value in element.attrib.items()})
        element.text = None if element.text is None else _legal(element.text)
    return str(ET.tostring(suite, encoding="us-ascii", xml_declaration=True), "ascii")


def _legal(text: str) -> str:
    return _ILLEGAL.sub(lambda character: ascii(character[0])[1:-1], text)
