"""Reads bodies as a server written in Python may: one line in, base64; one line out, what json saw in it, in the canonical
text of canonical.ts, and where among the arguments a double does not hold the number that was written. An exclamation mark
stands for a refusal."""

import base64
import json
import struct
import sys
import unicodedata
from decimal import Decimal

LARGEST = 2**53 - 1


def text(value):
    return value.encode("utf-8", "surrogatepass").hex()


def number(value):
    try:
        double = float(value)
    except OverflowError:
        double = float("inf") if value > 0 else float("-inf")
    return "#" + struct.pack(">d", double + 0.0).hex()


def canonical(value):
    if value is None:
        return "n"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return '"' + text(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    members = sorted((text(name), canonical(member)) for name, member in value.items())
    return "{" + ",".join(f"{name}:{member}" for name, member in members) + "}"


class Written(str):
    """The digits of a number."""


def is_exact(written):
    try:
        meant = Decimal(written)
        if abs(meant) > LARGEST:
            return False
        return meant == Decimal(repr(float(written)))
    except (ArithmeticError, ValueError):
        return False


def inexact_in(value, pointer, found):
    if isinstance(value, Written):
        if not is_exact(value):
            found.append(pointer)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            inexact_in(item, f"{pointer}/{index}", found)
    elif isinstance(value, dict):
        for name, member in value.items():
            inexact_in(member, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", found)


def inexact_arguments(body):
    found = []
    for message in body if isinstance(body, list) else [body]:
        params = message.get("params") if isinstance(message, dict) else None
        if isinstance(params, dict) and "arguments" in params:
            inexact_in(params["arguments"], "", found)
    return canonical(found)


def refuse(constant):
    raise ValueError(constant)


def seen(body):
    try:
        value = json.loads(body, parse_constant=refuse)
        written = json.loads(body, parse_float=Written, parse_int=Written)
    except (ValueError, RecursionError):
        return "! !"
    return f"{canonical(value)} {inexact_arguments(written)}"


def folds():
    for point in range(0x110000):
        if 0xD800 <= point <= 0xDFFF:
            continue
        character = chr(point)
        other = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
        if other != character:
            print(f"{point:x}", *(f"{ord(one):x}" for one in other))


if sys.argv[1:] == ["folds"]:
    folds()
else:
    for line in sys.stdin:
        print(seen(base64.b64decode(line)), flush=True)
