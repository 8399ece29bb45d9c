#!lua flags=no-writes
-- price, version 2. A price and its age by the clock that stamped it.
-- KEYS  1 market
-- Reply {bid, ask, age in ms, TIME in ms}, or {} where there is no price
local price = redis.call('HMGET', KEYS[1], 'bid', 'ask', 'ts')
if not (price[1] and price[2] and price[3]) then return {} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return {price[1], price[2], now - price[3], now}
