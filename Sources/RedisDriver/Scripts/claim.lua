#!lua
-- claim, version 1. Claims an id for an order, unless it is taken. A lookup that leads to the same
-- order is taken too: two accounts may have drawn the same number for an order of their own.
-- KEYS  1 lookup
-- ARGV  1 order id, 2 for how many seconds; '' attaches it for good, which may be repeated
-- Reply 1, or 0 where the id is taken
local order = redis.call('GET', KEYS[1])
if order then return ARGV[2] == '' and order == ARGV[1] and 1 or 0 end
if ARGV[2] == '' then
  redis.call('SET', KEYS[1], ARGV[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
return 1
