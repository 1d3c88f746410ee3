#!lua flags=no-writes
-- Reads what one partition has counted for one run of an experiment at one moment. Not MULTI: a full memory refuses
-- that even to read.
-- KEYS[1] meta   KEYS[2] statistics   KEYS[3] statistics by day
-- Returns {events taken in so far, {row, sums, row, sums …}, {day and row, sums …}}.
return {
  redis.call('HGET', KEYS[1], 'events') or '0',
  redis.call('HGETALL', KEYS[2]),
  redis.call('HGETALL', KEYS[3]),
}
