#!lua flags=no-writes
-- stamp, version 1. The clock of the server that holds a key.
-- KEYS  1 any key: so the call follows its slot
-- Reply TIME in ms
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
