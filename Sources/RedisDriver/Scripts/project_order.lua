#!lua
-- project_order, version 1. An order's copy for other readers, replaced unless it is newer; it
-- expires when the order has ended.
-- KEYS  1 order_data
-- ARGV  1 the order's version, 2 how long the copy of an ended order is kept in ms, or '' for an
--       order that is active, 3… names and values
-- Reply 0 it is newer, 1 as it was, 2 ended, 3 active again: then the order's ids lead on for good
local version = tonumber(ARGV[1])
local known = tonumber(redis.call('HGET', KEYS[1], 'projected_version') or 0)
if known > version then return 0 end
local ended = redis.call('HGET', KEYS[1], 'projected_end') == '1'
if known < version then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'projected_version', version, unpack(ARGV, 3))
end
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'projected_end', '1')
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 2
end
-- `0` stays for a repeat, whose first try may have died before it saw to the ids.
if ended or redis.call('HGET', KEYS[1], 'projected_end') == '0' then
  redis.call('HSET', KEYS[1], 'projected_end', '0')
  redis.call('PERSIST', KEYS[1])
  return 3
end
return 1
