#!lua flags=allow-oom
-- answered, version 1. Takes a request that its provider has answered out of those in flight. An
-- answer other than a refusal also ends the doubt whether a message arrived that left once.
-- What a person has verified ends any doubt. Allowed without memory: it frees some.
-- KEYS  1 marks by id, 2 ids in flight
-- ARGV  1 id, 2 status of the answer, RESOLVED for a person's, 3… kinds of requests that this status does not answer
-- Reply 1 where the request was in flight and is not any more, else 0
local mark = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('ZCARD', KEYS[2])
local state, rest, kind
if mark then state, rest = string.match(mark, '^(%S+) (.*)$') end
if rest then kind = string.match(rest, '^%S+ %S+ (%S+) ') end
for i = 3, #ARGV do
  if kind == ARGV[i] then return 0 end
end
local isOver = state == 'in_doubt' and ARGV[2] ~= 'REJECTED'
if ARGV[2] == 'RESOLVED' and state then isOver = true end
if isOver then
  redis.call('HSET', KEYS[1], ARGV[1], 'sent ' .. rest)
end
return redis.call('ZREM', KEYS[2], ARGV[1])
