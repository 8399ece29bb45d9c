#!lua flags=allow-oom
-- settle, version 1. Acknowledges entries and disposes of each that was pending: nothing happens to
-- one that was not. Allowed without memory: it frees some.
-- KEYS  1 lease, 2 stream, 3 deferred messages, 4 dead letters, 5 suspects, 6 parked records
-- ARGV  1 nonce, 2 group, 3 `queue` (settled entries go) or `events` (they stay), 4 a packed list: how
--       many entries are `done`, their ids, then an entry each: id, kind, argument, number of fields,
--       names and values. Kinds: `delay` (argument: ms; fields: the message); `dead` (argument: reason;
--       fields: besides its own); `park`
-- Reply {0} where the lease is somebody else's, else {1, number of entries that are pending}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {0} end
local stream, group, isQueue = KEYS[2], ARGV[2], ARGV[3] == 'queue'
-- Each fails on a key of another type, before anything is written.
redis.call('XPENDING', stream, group)
redis.call('ZCARD', KEYS[3])
redis.call('XLEN', KEYS[4])
local suspects = redis.call('HLEN', KEYS[5])
redis.call('XLEN', KEYS[6])

local list = cmsgpack.unpack(ARGV[4])
local settled = {}
local done = list[1]
for i = 2, done + 1 do
  if redis.call('XACK', stream, group, list[i]) == 1 then settled[#settled + 1] = list[i] end
end

local function move(to, id, fields, first, last)
  for i = first, last do fields[#fields + 1] = list[i] end
  local entry = redis.call('XRANGE', stream, id, id)[1]
  for _, text in ipairs(entry and entry[2] or {}) do fields[#fields + 1] = text end
  redis.call('XADD', to, '*', unpack(fields))
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = done + 2
while list[at] do
  local id, kind, argument = list[at], list[at + 1], list[at + 2]
  local first = at + 4
  local last = at + 3 + 2 * list[at + 3]
  if redis.call('XACK', stream, group, id) == 1 then
    settled[#settled + 1] = id
    if kind == 'delay' then
      -- The id keeps two messages of the same fields apart.
      redis.call('ZADD', KEYS[3], now + argument, cmsgpack.pack({id, unpack(list, first, last)}))
    elseif kind == 'dead' then
      local head = {'dead_reason', argument, 'dead_at', now, 'dead_entry', id}
      move(KEYS[4], id, head, first, last)
    elseif kind == 'park' then
      move(KEYS[6], id, {'parked_at', now, 'parked_entry', id}, first, last)
    end
  end
  at = last + 1
end
if #settled > 0 then
  if isQueue then redis.call('XDEL', stream, unpack(settled)) end
  if suspects > 0 then redis.call('HDEL', KEYS[5], unpack(settled)) end
end
return {1, redis.call('XPENDING', stream, group)[1]}
