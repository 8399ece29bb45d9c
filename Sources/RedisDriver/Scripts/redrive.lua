#!lua
-- redrive, version 1. Puts a dead letter back into its queue, once.
-- KEYS  1 dead letters, 2 the queue
-- ARGV  1 entry id of the letter, 2… names and values of the message
-- Reply the message's new entry id, or false where the letter is gone
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then return false end
redis.call('XLEN', KEYS[2])
local entry = redis.call('XADD', KEYS[2], '*', unpack(ARGV, 2))
redis.call('XDEL', KEYS[1], ARGV[1])
return entry
