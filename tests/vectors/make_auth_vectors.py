#!/usr/bin/env python3
"""Writes auth_vectors.inc, which the unit tests are compiled with, from auth-vectors.json."""

import json
import pathlib

here = pathlib.Path(__file__).parent


def literal(text):
    """A C++ string literal. JSON's escapes are C++'s as long as the text itself stays UTF-8."""
    return json.dumps(text, ensure_ascii=False)


def request_row(vector):
    request = vector["request"]
    headers = ", ".join(f"{{{literal(n)}, {literal(v)}}}" for n, v in request["headers"].items())
    texts = [vector["id"], request["method"], request["url"]]
    signed = [vector["authorization"], vector["stringToSign"]]
    return (f"    {{{', '.join(map(literal, texts))},\n     {{{headers}}},\n"
            f"     {(',' + chr(10) + '     ').join(map(literal, signed))}}},\n")


def sas_row(vector):
    texts = [vector["id"], vector["scheme"], vector["token"], vector["stringToSign"]]
    return f"    {{{(',' + chr(10) + '     ').join(map(literal, texts))}}},\n"


vectors = json.loads((here / "auth-vectors.json").read_text(encoding="utf-8"))
key_uses = {vector["key"] for vector in vectors["sas"]}
assert key_uses == {vectors["accountKey"], vectors["userDelegationKeyValue"]}

with open(here / "auth_vectors.inc", "w", encoding="utf-8") as out:
    out.write("// Made by make_auth_vectors.py from auth-vectors.json; not to be edited.\n\n")
    out.write("inline const std::vector<RequestVector> request_vectors = {\n")
    out.writelines(map(request_row, vectors["requests"]))
    out.write("};\n\ninline const std::vector<SasVector> sas_vectors = {\n")
    out.writelines(map(sas_row, vectors["sas"]))
    out.write("};\n")
