#!lua
-- append_tick, version 1. Adds a price to the ticks of a symbol, stamped by the clock of the server that
-- keeps its triggers, and wakes their owner where the house has orders.
-- KEYS  1 ticks, 2 the house's orders
-- ARGV  1 bid, 2 ask, 3 about how many ticks are kept, 4 channel, 5 symbol
-- Reply 1 where the owner was woken, else 0
local orders = redis.call('HLEN', KEYS[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call(
  'XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'bid', ARGV[1], 'ask', ARGV[2], 'ts', now)
if orders == 0 then return 0 end
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1
