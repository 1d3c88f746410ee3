#!lua flags=allow-oom
-- Notes that a worker is alive, forgets those long gone, and answers who is there, all by the clock of Redis.
-- KEYS[1] workers, by the time they were last seen   ARGV[1] worker id, or "" to only ask
-- ARGV[2] milliseconds after which a worker is gone   ARGV[3] milliseconds after which it is forgotten
-- Returns {id, last seen in milliseconds, id, last seen …} of the live ones.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] ~= '' then
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
end
return redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[2], '+inf', 'WITHSCORES')
