#!lua
-- claim, version 1. Claims an id for an order, unless it leads somewhere already.
-- KEYS  1 lookup
-- ARGV  1 order id, 2 for how many seconds, or '' for good
-- Reply 1, or 0 where the id leads to another order
local order = redis.call('GET', KEYS[1])
if order then return order == ARGV[1] and 1 or 0 end
if ARGV[2] == '' then
  redis.call('SET', KEYS[1], ARGV[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
return 1
