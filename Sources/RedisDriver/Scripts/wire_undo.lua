#!lua flags=allow-oom
-- wire_undo, version 1. Takes back marks of messages of which nothing whole has left, each only
-- under the attempt that marked it. One that was in doubt before is so again, and may be redriven
-- again. Allowed without memory: it frees some.
-- KEYS  1 marks by id, 2 ids in flight
-- ARGV  a message each: id, attempt
-- Reply how many were taken back
redis.call('ZCARD', KEYS[2])
local count = 0
for at = 1, #ARGV, 2 do
  local id = ARGV[at]
  local mark = redis.call('HGET', KEYS[1], id)
  local state, since, status, by
  if mark then state, since, status, by = string.match(mark, '^(%S+) (%S+) %S+ (%S+) (%S+)$') end
  if by == ARGV[at + 1] and state == 'wired' then
    redis.call('HDEL', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
    count = count + 1
  elseif by == ARGV[at + 1] and state == 'resending' then
    redis.call('HSET', KEYS[1], id, 'in_doubt ' .. since .. ' - ' .. status .. ' ' .. by)
    count = count + 1
  end
end
return count
