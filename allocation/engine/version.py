"""The version of the engine."""

# Changes when the same rules and reports would give other results; part of every exported run.
ENGINE_VERSION = "1"
