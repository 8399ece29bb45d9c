#!lua flags=allow-oom
-- unbox, version 1. Takes published records out of an account's outbox, each only if it is the one
-- that was published. Allowed without memory: it frees some.
-- KEYS  1 outbox, 2 portfolio
-- ARGV  a record each, oldest first: number, token
-- Reply 1, or 0 where the account does not know of the last number: its writes were lost
local last = #ARGV - 1
local account = redis.call('HMGET', KEYS[2], 'orders_version', 'orders_token')
if tonumber(ARGV[last]) > tonumber(account[1] or 0) then return 0 end
-- Where the account still stands as the last record left it, the records that led there are those
-- in the outbox. Else each is compared: it begins with its token.
local same = account[1] == ARGV[last] and account[2] == ARGV[last + 1]
for i = 1, last, 2 do
  local token = ARGV[i + 1] .. ' '
  local boxed = not same and redis.call('HGET', KEYS[1], ARGV[i])
  if same or boxed and string.sub(boxed, 1, #token) == token then
    redis.call('HDEL', KEYS[1], ARGV[i])
  end
end
return 1
