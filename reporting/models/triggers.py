"""What the database refuses for every row that must stay as it was written."""

import pgtrigger

_ONLY_WITH_ITS_VERSION = """
IF EXISTS (
    SELECT FROM reporting_revision AS revision
    JOIN reporting_submission AS submission ON submission.id = revision.submission_id
    WHERE revision.id = NEW.revision_id AND revision.number <= submission.revision_count
)
THEN
    RAISE EXCEPTION 'version % has been submitted, and gets no further figures', NEW.revision_id;
END IF;
RETURN NEW;
"""


def append_only() -> pgtrigger.Trigger:
    """A trigger that refuses every change and removal, from SQL too."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def never_emptied() -> pgtrigger.Trigger:
    """A trigger that refuses TRUNCATE, which the triggers on rows do not see."""
    return pgtrigger.Trigger(
        name="never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot empty % table', TG_TABLE_NAME;",
    )


def begins(state: str) -> pgtrigger.Trigger:
    """A trigger that refuses new rows in any other state: what comes later is reached by transitions only."""
    return pgtrigger.Protect(
        name="begins", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state=state)
    )


def only_with_its_version() -> pgtrigger.Trigger:
    """A trigger that refuses rows for a version that has been submitted."""
    return pgtrigger.Trigger(
        name="only_with_its_version",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=_ONLY_WITH_ITS_VERSION,
    )
