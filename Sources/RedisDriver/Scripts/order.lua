#!lua flags=no-writes
-- order, version 1. One order, or what is left of it.
-- KEYS  1 holdings, 2 order_done
-- Reply packed {1, holdings} or {0, order_done}, names and values; a missing hash is empty
local order = redis.call('HGETALL', KEYS[1])
if #order > 0 then return cmsgpack.pack({1, order}) end
return cmsgpack.pack({0, redis.call('HGETALL', KEYS[2])})
