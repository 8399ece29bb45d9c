#!lua flags=allow-oom
-- heartbeat, version 1. Replaces what a member tells of itself.
-- KEYS  1 heartbeat
-- ARGV  1 lifetime in ms, 2… names and values
-- Reply 1
redis.call('DEL', KEYS[1])
if #ARGV > 1 then
  redis.call('HSET', KEYS[1], unpack(ARGV, 2))
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return 1
