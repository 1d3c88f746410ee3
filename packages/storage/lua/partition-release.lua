#!lua flags=allow-oom
-- Gives a partition up. KEYS[1] owner   ARGV[1] worker id.   Returns 1 when it was the owner's, else 0.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
