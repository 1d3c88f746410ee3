#!lua flags=allow-oom
-- The effect of one batch of stream entries and the new offset, all or nothing. Only absolute values are written, so a
-- transaction that Redis applies twice after a torn append-only file changes nothing.
-- KEYS[1] meta   KEYS[2] stream   KEYS[3..] hashes to write
-- ARGV[1] offset the batch was read after   ARGV[2] fencing epoch   ARGV[3] last entry of the batch
-- ARGV[4] its producer   ARGV[5] its sequence number, both as stored   ARGV[6] events taken in so far   ARGV[7] their newest time
-- ARGV[8..] for every hash: the number of fields, then field, value, field, value …
-- Returns "ok", "moved" (another offset), "fenced" (another epoch) or "rewound" (the entry is not what was read).
local meta = redis.call('HMGET', KEYS[1], 'offset', 'epoch')
if (meta[1] or '0-0') ~= ARGV[1] then return 'moved' end
if (meta[2] or '0') ~= ARGV[2] then return 'fenced' end
local entry = redis.call('XRANGE', KEYS[2], ARGV[3], ARGV[3])[1]
if not entry or (entry[2][2] or '') ~= ARGV[4] or (entry[2][4] or '') ~= ARGV[5] then return 'rewound' end
local at = 8
for index = 3, #KEYS do
  local last = at + 2 * tonumber(ARGV[at])
  local from = at + 1
  while from <= last do
    local to = math.min(from + 1999, last)
    redis.call('HSET', KEYS[index], unpack(ARGV, from, to))
    from = to + 1
  end
  at = last + 1
end
redis.call('HSET', KEYS[1], 'offset', ARGV[3], 'events', ARGV[6], 'newest', ARGV[7])
return 'ok'
