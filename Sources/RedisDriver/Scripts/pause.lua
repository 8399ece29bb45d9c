#!lua flags=allow-oom
-- pause, version 1. Stops or resumes the reading of a queue. Allowed without memory: it is how an
-- operator helps himself.
-- KEYS  1 topology
-- ARGV  1 queue, 2 `1` to stop, `0` to resume
-- Reply 1 where that is new, 0 where it was so, -1 where there is no topology
if redis.call('HEXISTS', KEYS[1], 'partitions') == 0 then return -1 end
local names, found = {}, false
for name in string.gmatch(redis.call('HGET', KEYS[1], 'paused') or '', '[^,]+') do
  if name == ARGV[1] then found = true else names[#names + 1] = name end
end
if found == (ARGV[2] == '1') then return 0 end
if not found then names[#names + 1] = ARGV[1] end
redis.call('HSET', KEYS[1], 'paused', table.concat(names, ','))
return 1
