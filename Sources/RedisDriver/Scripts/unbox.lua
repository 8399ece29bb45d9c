#!lua flags=allow-oom
-- unbox, version 1. Takes published records out of an account's outbox, each only if it is the one
-- that was published. Allowed without memory: it frees some.
-- KEYS  1 outbox, 2 portfolio
-- ARGV  1 the highest number that was published, then a record each: number, token
-- Reply 1, or 0 where the account does not know of that number: its writes were lost
local version = tonumber(redis.call('HGET', KEYS[2], 'orders_version') or 0)
if tonumber(ARGV[1]) > version then return 0 end
for i = 2, #ARGV, 2 do
  local boxed = redis.call('HGET', KEYS[1], ARGV[i])
  local token = ARGV[i + 1] .. ' '
  if boxed and string.sub(boxed, 1, #token) == token then
    redis.call('HDEL', KEYS[1], ARGV[i])
  end
end
return 1
