#!lua flags=no-writes
-- overdue, version 1. Requests that wait too long for their answers.
-- KEYS  1 ids in flight, scored by when (ms)
-- ARGV  1 age in ms, 2 most to name
-- Reply {how many, the oldest: id and age in ms in turn…}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local bound = string.format('%.0f', now - ARGV[1])
local reply = {redis.call('ZCOUNT', KEYS[1], '-inf', bound)}
local oldest = redis.call(
  'ZRANGEBYSCORE', KEYS[1], '-inf', bound, 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for at = 1, #oldest, 2 do
  reply[#reply + 1] = oldest[at]
  reply[#reply + 1] = string.format('%.0f', now - oldest[at + 1])
end
return reply
