"""Text in the notations of others; the modules of the standard library cost more than a monitor."""


def json_text(text: str) -> str:
    """A JSON string with its quotes (RFC 8259)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        escaped = "".join(c if c >= " " else f"\\u{ord(c):04x}" for c in escaped)
    return '"' + escaped + '"'


def curl_text(text: str) -> str:
    """A value with its quotes as curl's configuration takes it (curl(1), --config)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
