#!lua flags=allow-oom
-- Stores one configuration object if its version is still the expected one, and tells everybody. A full memory
-- does not stop it: a flag must be switched off then too.
-- KEYS[1] hash of the objects of one kind in one environment; a value is "<version>:<json>"
-- KEYS[2] version of the whole configuration: "<number>:<nonce>"
-- ARGV[1] object key   ARGV[2] expected version, "0" when the object must not exist yet
-- ARGV[3] new value "<version>:<json>"   ARGV[4] new nonce, of this call only   ARGV[5] channel   ARGV[6] kind   ARGV[7] environment
-- Returns {1, "<number>:<nonce>"} when stored, {0, <present value or "">} when the version differs.
local current = redis.call('GET', KEYS[2]) or '0:'
-- A client whose answer was lost with its connection sends the same call again: it has been stored.
if string.match(current, ':(.*)$') == ARGV[4] then return {1, current} end
local present = redis.call('HGET', KEYS[1], ARGV[1]) or ''
local version = string.match(present, '^(%d+):') or '0'
if version ~= ARGV[2] then return {0, present} end
local number = string.match(current, '^(%d+):')
local stamp = string.format('%.0f', tonumber(number) + 1) .. ':' .. ARGV[4]
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('SET', KEYS[2], stamp)
redis.call('PUBLISH', ARGV[5], stamp .. ':' .. ARGV[6] .. ':' .. ARGV[7] .. ':' .. ARGV[1] .. ':' .. ARGV[3])
return {1, stamp}
