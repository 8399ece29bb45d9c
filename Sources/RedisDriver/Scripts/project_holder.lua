#!lua
-- project_holder, version 1. Whether an account holds a symbol, unless something newer is known.
-- KEYS  1 holders of the symbol, 2 the number of each account that is known there
-- ARGV  1 account, 2 its `orders_version`, 3 its active orders of the symbol
-- Reply 1, or 0 where something newer is known
local known = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
if known > tonumber(ARGV[2]) then return 0 end
redis.call('SCARD', KEYS[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call(ARGV[3] == '0' and 'SREM' or 'SADD', KEYS[1], ARGV[1])
return 1
