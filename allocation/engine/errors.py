"""The errors that the engine raises; each says what is wrong, and where."""


class EngineError(Exception):
    """There is no answer for this input. The message is one line, worded for a person."""


class RuleSetInvalid(EngineError):
    """A rule set breaks a rule about rule sets.

    Args:
        origin: the file, or another name of the place the text came from.
        key: path of the key in the file, such as `pot.god.condition.2.value`.
        reason: what is wrong with it.
    """

    def __init__(self, origin: str, key: str, reason: str) -> None:
        super().__init__(f"{origin}: {key}: {reason}")
        self.origin = origin
        self.key = key
        self.reason = reason

    def __reduce__(self) -> tuple[type["RuleSetInvalid"], tuple[str, str, str]]:
        return type(self), (self.origin, self.key, self.reason)


class RuleSetNotFound(RuleSetInvalid):
    """There is no rule set of that name, or its file cannot be read."""


class RuleSetChanged(RuleSetInvalid):
    """A text bears a published version, but is not the text that was published."""


class InvalidReport(EngineError):
    """A figure of one region cannot be used.

    Args:
        row: where the figure stands, such as `row 5` or `region 03`.
        column: the name of the column.
        reason: what is wrong with the figure.
    """

    def __init__(self, row: str, column: str, reason: str) -> None:
        super().__init__(f"{row}, column {column}: {reason}")
        self.row = row
        self.column = column
        self.reason = reason

    def __reduce__(self) -> tuple[type["InvalidReport"], tuple[str, str, str]]:
        return type(self), (self.row, self.column, self.reason)


class DuplicateRegion(InvalidReport):
    """Two reports carry the same region code."""


class UnknownRegion(InvalidReport):
    """No report carries the region code that was asked for."""


class BundleUnusable(EngineError):
    """A bundle cannot be read, or no run can be computed from it.

    Args:
        path: the place in the bundle.
        reason: what is wrong with it.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type["BundleUnusable"], tuple[str, str]]:
        return type(self), (self.path, self.reason)
