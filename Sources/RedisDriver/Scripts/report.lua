#!lua
-- report, version 1. Sends the answer to a request, once: the first answer stands, whatever a repeat
-- of the request comes to.
-- KEYS  1 requests that were answered, scored by when (ms), 2 the queue of reports
-- ARGV  1 id of the request, 2 how many ids are remembered, 3… names and values
-- Reply 1 sent, 0 answered before
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('XLEN', KEYS[2])
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[2])
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 3))
return 1
