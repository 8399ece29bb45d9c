#!lua
-- trigger_copy, version 1. Tells other readers what rests of an order, unless they know better.
-- KEYS  1 copy of an order's triggers
-- ARGV  1 version, 2 how long it is remembered that nothing rests, in ms, 3… names and values, none
--       where nothing rests
-- Reply 1 written, 0 known
local last = redis.call('HGET', KEYS[1], 'version')
if last and tonumber(last) >= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', ARGV[1], unpack(ARGV, 3))
if #ARGV == 2 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
