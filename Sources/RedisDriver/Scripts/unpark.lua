#!lua
-- unpark, version 1. Lets an account trade again that is parked for this reason.
-- KEYS  1 portfolio
-- ARGV  1 reason, 2 token from now on
-- Reply 1, or 0 where the account is not parked for this reason
if redis.call('HGET', KEYS[1], 'parked') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'parked')
redis.call('HSET', KEYS[1], 'orders_token', ARGV[2])
return 1
