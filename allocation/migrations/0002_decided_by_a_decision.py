"""A report is decided only where a decision on its round's grant has been made.

The trigger sits on a table of `reporting`, which must not know the decisions; so it is made here, by hand.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION allocation_decided_by_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM allocation_decision AS decision
        JOIN allocation_roundgrant AS round_grant ON round_grant.id = decision.round_grant_id
        WHERE round_grant.reporting_round_id = NEW.reporting_round_id AND decision.state = 'decided'
    )
    THEN
        RAISE EXCEPTION 'report % is not decided: there is no decision on its round', NEW.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decided_on_insert BEFORE INSERT ON reporting_submission
    FOR EACH ROW WHEN (NEW.state = 'decided') EXECUTE FUNCTION allocation_decided_by_a_decision();
CREATE TRIGGER decided_on_update BEFORE UPDATE ON reporting_submission
    FOR EACH ROW WHEN (NEW.state = 'decided' AND OLD.state <> 'decided')
    EXECUTE FUNCTION allocation_decided_by_a_decision();
"""
BACKWARD = """
DROP TRIGGER decided_on_insert ON reporting_submission;
DROP TRIGGER decided_on_update ON reporting_submission;
DROP FUNCTION allocation_decided_by_a_decision();
"""


class Migration(migrations.Migration):
    replaces = [("allocation", "0008_decided_by_a_decision")]
    dependencies = [("allocation", "0001_tables")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
