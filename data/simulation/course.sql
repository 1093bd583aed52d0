-- The whole course of each case received in the period: who treats it, when it is ready, what comes back.
CREATE OR REPLACE TEMP TABLE courses AS
WITH fallen AS (
    SELECT
        number, received_on, pace, odds.*,
        chance(number, 2) < returned AS is_returned,
        sqrt(-2.0 * ln(1.0 - chance(number, 3))) AS radius,
        2.0 * pi() * chance(number, 4) AS angle,
        chance(number, 5) AS patience
    FROM received
    INNER JOIN odds ON odds.slot = hash(xor((number * 16 + 1)::UBIGINT, getvariable('simulation_key'))) >> 48
),
worked AS (
    SELECT
        *,
        core * pace * exp($delay_sigma * radius * cos(angle))
        + CASE
            WHEN patience < CASE WHEN is_returned THEN $wait_share_returned ELSE waits END
                THEN wait_median * exp($wait_sigma * radius * sin(angle))
            ELSE 0.0
        END AS days
    FROM fallen
),
ready AS (
    SELECT
        *,
        received_on + least($longest_delay, 1 + floor(
            CASE WHEN received_on + (1 + floor(days * slowdown))::INTEGER >= slow_from THEN days * slowdown ELSE days END
        ))::INTEGER AS ready_on
    FROM worked
)
SELECT
    number, received_on, finished_on,
    CASE WHEN finished_on <= $until THEN finished_on ELSE received_on END AS day,
    agency, region, agent, case_type, norm_days, weight,
    (documents + floor(documents * chance(number, 7) ** 2))::UTINYINT AS documents,
    CASE WHEN NOT is_returned THEN 0 WHEN chance(number, 8) < $returned_twice_share THEN 2 ELSE 1 END::UTINYINT AS returns,
    CASE
        WHEN NOT is_returned THEN 0
        WHEN chance(number, 9) < first_reason THEN 1
        WHEN chance(number, 10) < 0.40 THEN 2
        WHEN chance(number, 10) < 0.67 THEN 3
        WHEN chance(number, 10) < 0.87 THEN 4
        ELSE 5
    END::UTINYINT AS reason
FROM ready
INNER JOIN pools ON pools.place = first_place + floor(places * chance(number, 11))::BIGINT
INNER JOIN workdays ON workdays.ready_on = ready.ready_on AND workdays.slot = floor(8 * chance(number, 12))::BIGINT
