#!lua flags=allow-oom
-- release, version 1. Gives a lease up, if it is ours.
-- KEYS  1 lease
-- ARGV  1 nonce
-- Reply 1, or 0 where it is not ours
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
