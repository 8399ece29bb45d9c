#!lua flags=allow-oom
-- fetch, version 1. Hands out entries of a lane's stream, after moving into it what was deferred and
-- is due. Allowed without memory: lanes that cannot read can free none.
-- KEYS  1 lease, 2 stream, 3 deferred messages
-- ARGV  1 nonce, 2 group, 3 `>` or the entry id behind which pending entries are read, 4 most
--       entries, 5 most deferred messages to move
-- Reply packed {0} where the lease is somebody else's, else {1, last delivered id, score of the next
--       deferred message or '', TIME in ms, entries, each {id, names and values,
--       or false where it was deleted}}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return cmsgpack.pack({0}) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stream, deferred, group = KEYS[2], KEYS[3], ARGV[2]

local head = redis.call('ZRANGE', deferred, 0, 0, 'WITHSCORES')
if head[2] and tonumber(head[2]) <= now then
  -- Fails where the group or the stream is missing, before anything is moved.
  redis.call('XPENDING', stream, group)
  local due = redis.call('ZRANGEBYSCORE', deferred, '-inf', now, 'LIMIT', 0, ARGV[5])
  local messages = {}
  for i, member in ipairs(due) do messages[i] = cmsgpack.unpack(member) end
  for i, member in ipairs(due) do
    redis.call('XADD', stream, '*', unpack(messages[i], 2))
    redis.call('ZREM', deferred, member)
  end
  head = redis.call('ZRANGE', deferred, 0, 0, 'WITHSCORES')
end

local read = redis.call(
  'XREADGROUP', 'GROUP', group, 'owner', 'COUNT', ARGV[4], 'STREAMS', stream, ARGV[3])
local entries = read and read[1][2] or {}
local last
if ARGV[3] == '>' and #entries > 0 then
  last = entries[#entries][1]
else
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local of, id
    for i = 1, #info, 2 do
      if info[i] == 'name' then of = info[i + 1] end
      if info[i] == 'last-delivered-id' then id = info[i + 1] end
    end
    if of == group then last = id end
  end
end
return cmsgpack.pack({1, last, head[2] or '', now, entries})
