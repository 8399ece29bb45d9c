#!lua flags=allow-oom
-- wire_sent, version 1. Notes that messages were handed over whole, each only under the attempt that
-- marked it. Allowed without memory: it has left, and must not be doubted.
-- KEYS  1 marks by id
-- ARGV  a message each: id, attempt
-- Reply how many were noted
local count = 0
for at = 1, #ARGV, 2 do
  local mark = redis.call('HGET', KEYS[1], ARGV[at])
  local state, rest, by
  if mark then state, rest, by = string.match(mark, '^(%S+) (.*) (%S+)$') end
  local next = state == 'wired' and 'sent' or state == 'resending' and 'resent'
  if next and by == ARGV[at + 1] then
    redis.call('HSET', KEYS[1], ARGV[at], next .. ' ' .. rest .. ' ' .. by)
    count = count + 1
  end
end
return count
