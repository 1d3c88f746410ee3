-- Stores an API key if there is none yet, so that of several servers that start at once one makes the first key.
-- KEYS[1] API keys   ARGV[1] hash of the secret   ARGV[2] the key as JSON.   Returns 1 when stored, else 0.
-- Sent again because the answer was lost, it is the first key all the same.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 1 end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
