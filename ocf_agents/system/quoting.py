"""Text in the notations of others; the modules of the standard library cost more than a monitor."""


def json_text(text: str) -> str:
    """A JSON string with its quotes (RFC 8259)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not (escaped.isascii() and escaped.isprintable()):
        escaped = "".join(c if " " <= c <= "~" else utf16(c) for c in escaped)
    return '"' + escaped + '"'


def utf16(character: str) -> str:
    """A character by its number, or by two beyond the first 65536, as JSON has it."""
    number = ord(character)
    if number < 0x10000:
        return f"\\u{number:04x}"
    return f"\\u{0xD7C0 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"


def curl_text(text: str) -> str:
    """A value with its quotes as curl's configuration takes it (curl(1), --config)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
