#!lua
-- remark, version 2. Lifts the mark of a dead event, or gives it another reason.
-- KEYS  1 holdings, 2 order_done, 3 that the event came back since it died by its entry
-- ARGV  1 event id, 2 the reason that stands from now on; '' lifts the mark, 3 for how many seconds it is
--       then remembered that the event came back
-- Reply how many of the two held the mark
local orders = {KEYS[1], KEYS[2]}
local before = {}
for i, key in ipairs(orders) do before[i] = redis.call('HGET', key, 'dead') or '' end
-- Who slept before it marked this entry must not do so when it wakes.
if ARGV[2] == '' then redis.call('SET', KEYS[3], 1, 'EX', ARGV[3]) end
local changed = 0
for i, key in ipairs(orders) do
  local marks, found = {}, false
  for mark in string.gmatch(before[i], '[^ ]+') do
    if string.sub(mark, 1, #ARGV[1] + 1) == ARGV[1] .. '=' then
      found = true
      if ARGV[2] ~= '' then marks[#marks + 1] = ARGV[1] .. '=' .. ARGV[2] end
    else
      marks[#marks + 1] = mark
    end
  end
  if found then
    changed = changed + 1
    if #marks > 0 then
      redis.call('HSET', key, 'dead', table.concat(marks, ' '))
    else
      redis.call('HDEL', key, 'dead')
    end
  end
end
return changed
