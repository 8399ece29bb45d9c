#!lua flags=allow-oom
-- keep, version 1. Keeps something that is no message as a dead letter. Allowed without memory: the
-- one who sent it will not send it again.
-- KEYS  1 dead letters
-- ARGV  1 reason, 2… names and values
-- Reply the entry id
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('XADD', KEYS[1], '*', 'dead_reason', ARGV[1], 'dead_at', now, unpack(ARGV, 2))
