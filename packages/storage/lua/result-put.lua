-- Stores the result of an analysis unless a stored one has seen more events.
-- KEYS[1] results of one environment; a value is "<events>:<json>"
-- ARGV[1] flag   ARGV[2] events   ARGV[3] json   ARGV[4] channel   ARGV[5] message
-- Returns 1 when stored, 0 when the stored one is newer.
local stored = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^(%d+):')
if stored and tonumber(stored) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ':' .. ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1
