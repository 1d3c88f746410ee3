-- Stores the result of an analysis unless the stored one has seen more events, or as many under a newer configuration.
-- KEYS[1] results of one environment; a value is "<events>.<configuration>:<json>"
-- ARGV[1] flag   ARGV[2] events   ARGV[3] configuration   ARGV[4] json   ARGV[5] channel   ARGV[6] message
-- Returns 1 when stored, 0 when the stored one is newer.
local events, configuration = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^(%d+)%.(%d+):')
if events then
  local more = tonumber(events) - tonumber(ARGV[2])
  if more > 0 or (more == 0 and tonumber(configuration) > tonumber(ARGV[3])) then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. '.' .. ARGV[3] .. ':' .. ARGV[4])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1
