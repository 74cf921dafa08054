"""What the documentation lets a shared access signature do: the table of tests/wire, which is C++, as data."""

import collections
import pathlib
import re

TABLE = pathlib.Path(__file__).resolve().parents[2] / "wire/access_documented.cpp"
OTHER_SAS, TYPE, LETTER = ("403 AuthorizationFailure", "403 AuthorizationResourceTypeMismatch",
                           "403 AuthorizationPermissionMismatch")
REFUSED = "403 AuthenticationFailed"


class Operation(collections.namedtuple("Operation", "name method target body success resource_type account_letters "
                                                    "queue_letters")):
    def on_queue(self):
        return self.target.startswith("/{queue}")

    def by_account_sas(self, types, letters):
        """The verdict on an account SAS: "ok", or status and code."""
        if self.name == "GetUserDelegationKey":
            return REFUSED  # for tokens only
        if self.resource_type == "-":
            return OTHER_SAS
        if self.resource_type not in types:
            return TYPE
        return "ok" if set(letters) & set(self.account_letters) else LETTER

    def by_queue_sas(self, letters):
        """The verdict on a service SAS of the queue; under another URL there is no such signature."""
        if not self.on_queue():
            return REFUSED
        if not self.queue_letters:
            return OTHER_SAS
        return "ok" if set(letters) & set(self.queue_letters) else LETTER


def operations():
    text = TABLE.read_text()
    constants = {name: "".join(re.findall(r'"([^"]*)"', value))
                 for name, value in re.findall(r"constexpr std::string_view (\w+) =([^;]*);", text)}
    rows = re.findall(r"Documented\{(.*)\},", text)
    assert len(rows) == text.count("Documented{") > 15, f"{TABLE} is not written as it was"
    return [_operation(row, constants) for row in rows]


def _operation(row, constants):
    fields = [constants[name] if name else number or text or letter
              for text, letter, number, name in re.findall(r"\"([^\"]*)\"|'(.)'|(\d+)|([a-z_]+)", row)]
    return Operation(*fields)._replace(success=int(fields[4]))
