#!lua
-- set_price, version 1. Writes a price and stamps it with the clock of the server that keeps it.
-- KEYS  1 market
-- ARGV  1 bid, 2 ask
-- Reply the stamp, ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'bid', ARGV[1], 'ask', ARGV[2], 'ts', now)
return now
