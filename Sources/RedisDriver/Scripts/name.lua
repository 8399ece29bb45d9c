#!lua
-- name, version 1. Stores how a report was named, unless it was named before.
-- KEYS  1 name of a report
-- ARGV  1 name, 2 for how many seconds
-- Reply the name that stands
local name = redis.call('GET', KEYS[1])
if name then return name end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ARGV[1]
