#!lua
-- attach, version 2. Adds an id to an order's registry, or to that of what is left of it. The new
-- token makes decisions conflict that were made without it.
-- KEYS  1 holdings, 2 order_done, 3 portfolio
-- ARGV  1 id, 2 kind, 3 token
-- Reply 1 it is active, 2 it has ended, or 0 where nothing is left of the order
local ids, found = {}, {}
for i = 1, 2 do
  local order = redis.call('HMGET', KEYS[i], 'version', 'ids')
  found[i], ids[i] = order[1], order[2] or ''
end
if not found[1] and not found[2] then return 0 end
local changed = false
redis.call('HLEN', KEYS[3])
for i = 1, 2 do
  if found[i] and not string.find(' ' .. ids[i], ' ' .. ARGV[1] .. '=', 1, true) then
    local list = ids[i] == '' and '' or ids[i] .. ' '
    redis.call('HSET', KEYS[i], 'ids', list .. ARGV[1] .. '=' .. ARGV[2])
    changed = true
  end
end
if changed then redis.call('HSET', KEYS[3], 'orders_token', ARGV[3]) end
return found[2] and 2 or 1
