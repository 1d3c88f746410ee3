#!lua flags=allow-oom
-- Makes a worker the owner of a partition, or keeps it so. A new claim begins the next fencing epoch.
-- KEYS[1] owner   KEYS[2] meta   ARGV[1] worker id   ARGV[2] lease in milliseconds
-- Returns {1, epoch, offset} when owned now, {0} when another worker owns it.
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return {0} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local epoch
if owner then
  epoch = redis.call('HGET', KEYS[2], 'epoch') or '0'
else
  epoch = redis.call('HINCRBY', KEYS[2], 'epoch', 1)
end
return {1, tostring(epoch), redis.call('HGET', KEYS[2], 'offset') or '0-0'}
