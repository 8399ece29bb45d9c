#!lua flags=allow-oom
-- renew, version 1. Prolongs a lease that is ours.
-- KEYS  1 lease
-- ARGV  1 nonce, 2 lifetime in ms
-- Reply 1, or 0 where it is not ours
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
