#!lua flags=allow-oom
-- members, version 1. Notes that a member lives and drops those not heard of for a while.
-- KEYS  1 members of a service, scored by when they were last heard of (ms)
-- ARGV  1 member, 2 how long one is remembered, ms
-- Reply the living members
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.0f', now - ARGV[2]))
return redis.call('ZRANGE', KEYS[1], 0, -1)
