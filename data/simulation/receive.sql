-- One row per case received in the period, numbered in the order of arrival.
CREATE OR REPLACE TEMP TABLE received AS
SELECT received_on, pace, unnest(range(first, first + rows)) AS number
FROM arrivals
WHERE rows > 0
