-- A number from 0 to below 1 that depends on the seed, the case and the stream alone, so on no thread.
CREATE OR REPLACE TEMP MACRO chance(number, stream) AS
    (hash(xor((number * 16 + stream)::UBIGINT, getvariable('simulation_key'))) >> 11)::DOUBLE / 9007199254740992.0
