"""The sums of a grant and a region as the triggers of payments and claims read them, under one lock."""

DECLARE = [(name, "bigint") for name in ("decided_kr", "paid_kr", "waiting_kr", "corrected_kr", "claimed_kr")]

# For triggers on tables with `round_grant_id` and `region_id`: locks the grant, so that two who write at
# once see each other's rows, and reads what the region was decided, paid and claimed.
STANDING = """
PERFORM FROM allocation_roundgrant WHERE id = NEW.round_grant_id FOR NO KEY UPDATE;
SELECT COALESCE((
    SELECT figures.total_kr FROM allocation_runregion AS figures
    JOIN allocation_decision AS decision ON decision.run_id = figures.run_id
    WHERE decision.round_grant_id = NEW.round_grant_id AND decision.state = 'decided'
        AND figures.region_id = NEW.region_id
    ORDER BY decision.number DESC LIMIT 1
), 0) INTO decided_kr;
SELECT COALESCE(sum(amount_kr) FILTER (WHERE state = 'paid'), 0),
    COALESCE(sum(amount_kr) FILTER (WHERE state = 'waiting'), 0)
INTO paid_kr, waiting_kr FROM allocation_payment
WHERE round_grant_id = NEW.round_grant_id AND region_id = NEW.region_id;
SELECT COALESCE(sum(amount_kr) FILTER (WHERE kind = 'correction'), 0), COALESCE(sum(amount_kr), 0)
INTO corrected_kr, claimed_kr FROM allocation_repaymentclaim
WHERE round_grant_id = NEW.round_grant_id AND region_id = NEW.region_id AND state = 'open';
"""
