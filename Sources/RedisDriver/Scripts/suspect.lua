#!lua flags=allow-oom
-- suspect, version 1. Counts that an entry is in hand alone.
-- KEYS  1 suspects
-- ARGV  1 entry id
-- Reply the count
return redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
