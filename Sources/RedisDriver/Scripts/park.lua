#!lua flags=allow-oom
-- park, version 1. Parks an account; its new token makes earlier decisions conflict.
-- KEYS  1 portfolio
-- ARGV  1 reason, 2 token
-- Reply 1, or 0 where the account does not exist
if not redis.call('HGET', KEYS[1], 'orders_version') then return 0 end
redis.call('HSET', KEYS[1], 'parked', ARGV[1], 'orders_token', ARGV[2])
return 1
