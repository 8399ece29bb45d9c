#!lua flags=allow-oom
-- mark_dead, version 2. Marks an event of an order dead, so that a later apply of it does nothing;
-- unless it was applied, or has come back since it died by the same entry.
-- KEYS  1 holdings, 2 order_done, 3 whether it came back since then
-- ARGV  1 event id, 2 reason
-- Reply `marked`, `applied`, `redriven`, or `unknown` where nothing is left of the order
local event = ' ' .. ARGV[1] .. '='
local orders = {KEYS[1], KEYS[2]}
local found, marked = {}, {}
for i, key in ipairs(orders) do
  local order = redis.call('HMGET', key, 'version', 'applied', 'dead')
  found[i] = order[1]
  if order[2] and string.find(' ' .. order[2], event, 1, true) then return 'applied' end
  marked[i] = order[3] or ''
end
if redis.call('EXISTS', KEYS[3]) == 1 then return 'redriven' end
if not found[1] and not found[2] then return 'unknown' end
for i, key in ipairs(orders) do
  if found[i] and not string.find(' ' .. marked[i], event, 1, true) then
    local list = marked[i] == '' and '' or marked[i] .. ' '
    redis.call('HSET', key, 'dead', list .. ARGV[1] .. '=' .. ARGV[2])
  end
end
return 'marked'
