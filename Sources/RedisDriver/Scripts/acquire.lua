#!lua flags=allow-oom
-- acquire, version 1. Takes a lease that nobody holds. Asked again by the same nonce, whose first
-- answer was lost, it says yes again. Allowed without memory: somebody must free some.
-- KEYS  1 lease
-- ARGV  1 nonce, 2 lifetime in ms
-- Reply 1, or 0 where somebody else holds it
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
