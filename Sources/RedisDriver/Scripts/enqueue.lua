#!lua
-- enqueue, version 1. Sends a message to a provider, once an id: one that was sent is dropped, one
-- whose record is too old becomes a dead letter.
-- KEYS  1 ids that were sent, scored by when (ms), 2 the provider's queue, 3 its dead letters,
--       4 marks by id of what went over the wire: they go with the ids, but for those in doubt
-- ARGV  1 id, 2 the record's time in ms, 3 how old a record may be in ms, 4 how long an id is
--       remembered in ms, 5… names and values
-- Reply 1 sent, 0 sent before, 2 too old
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('XLEN', KEYS[2])
redis.call('XLEN', KEYS[3])
redis.call('HLEN', KEYS[4])
local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[4], 'LIMIT', 0, 16)
if #old > 0 then redis.call('ZREM', KEYS[1], unpack(old)) end
for _, id in ipairs(old) do
  local mark = redis.call('HGET', KEYS[4], id)
  local state = mark and string.match(mark, '^%S+')
  if state == 'sent' or state == 'resent' then redis.call('HDEL', KEYS[4], id) end
end
redis.call('ZADD', KEYS[1], now, ARGV[1])
if now - ARGV[2] > tonumber(ARGV[3]) then
  redis.call(
    'XADD', KEYS[3], '*', 'dead_reason', 'stale_send', 'dead_at', now, 'dead_id', ARGV[1],
    unpack(ARGV, 5))
  return 2
end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 5))
return 1
