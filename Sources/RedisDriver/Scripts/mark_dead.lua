#!lua flags=allow-oom
-- mark_dead, version 1. Marks an event of an order dead, so that a later apply of it does nothing;
-- unless it was applied.
-- KEYS  1 holdings, 2 order_done
-- ARGV  1 event id, 2 reason
-- Reply `marked`, `applied`, or `unknown` where nothing is left of the order
local event = ' ' .. ARGV[1] .. '='
local found, marked = {}, {}
for i, key in ipairs(KEYS) do
  local order = redis.call('HMGET', key, 'version', 'applied', 'dead')
  found[i] = order[1]
  if order[2] and string.find(' ' .. order[2], event, 1, true) then return 'applied' end
  marked[i] = order[3] or ''
end
if not found[1] and not found[2] then return 'unknown' end
for i, key in ipairs(KEYS) do
  if found[i] and not string.find(' ' .. marked[i], event, 1, true) then
    local list = marked[i] == '' and '' or marked[i] .. ' '
    redis.call('HSET', key, 'dead', list .. ARGV[1] .. '=' .. ARGV[2])
  end
end
return 'marked'
