#!lua flags=allow-oom
-- trim, version 1. Removes events that every group named has acknowledged and that are old enough.
-- Allowed without memory: it frees some.
-- KEYS  1 events
-- ARGV  1 how long entries are kept anyway, ms, 2 most entries to remove, 3… groups
-- Reply how many went
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local least, sequence = now - ARGV[1], 0
local function keep(id)
  local dash = string.find(id, '-', 1, true)
  local ms, rest = tonumber(string.sub(id, 1, dash - 1)), tonumber(string.sub(id, dash + 1))
  if ms < least or ms == least and rest < sequence then least, sequence = ms, rest end
end
local delivered = {}
for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local name, id
  for i = 1, #info, 2 do
    if info[i] == 'name' then name = info[i + 1] end
    if info[i] == 'last-delivered-id' then id = info[i + 1] end
  end
  delivered[name] = id
end
for i = 3, #ARGV do
  if not delivered[ARGV[i]] then
    return redis.error_reply('NOGROUP ' .. ARGV[i] .. ' does not read ' .. KEYS[1])
  end
  keep(delivered[ARGV[i]])
  local pending = redis.call('XPENDING', KEYS[1], ARGV[i])
  if pending[1] > 0 then keep(pending[2]) end
end
if least <= 0 then return 0 end
local bound = string.format('%.0f-%.0f', least, sequence)
return redis.call('XTRIM', KEYS[1], 'MINID', '~', bound, 'LIMIT', ARGV[2])
