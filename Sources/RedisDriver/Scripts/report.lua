#!lua
-- report, version 2. Sends the answer to a request, once: the first answer stands, whatever a repeat
-- of the request comes to. An answer that rests on a price is sent only while that is fresh.
-- KEYS  1 requests that were answered, scored by when (ms), 2 the queue of reports
-- ARGV  1 id of the request, 2 how many ids are remembered, 3 TIME of this server in ms, read no later
--       than the price, '' where the answer rests on none, 4 how much older the price may become in
--       ms, 5… names and values
-- Reply 1 sent, 0 answered before, 2 the price has become too old
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('XLEN', KEYS[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] ~= '' then
  -- A negative age is the clock of another server, or one that was set back.
  local age = now - ARGV[3]
  if age < 0 or age > tonumber(ARGV[4]) then return 2 end
end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[2])
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 5))
return 1
