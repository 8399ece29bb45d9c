#!lua
-- wire, version 1. Marks messages before their first byte leaves for a provider, and their requests
-- as in flight. A message that was marked before by somebody else is in doubt, unless it was noted
-- as sent; one in doubt goes again only when somebody has redriven it, which makes a new entry:
-- nothing else does, since ids that were sent are not enqueued again.
-- KEYS  1 marks by id, 2 ids in flight, scored by when (ms)
-- ARGV  1 a packed list, a message each: id, entry id, status, attempt
-- Reply a letter a message: `s` send it, `b` it was sent before, `d` in doubt
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HLEN', KEYS[1])
redis.call('ZCARD', KEYS[2])
local list = cmsgpack.unpack(ARGV[1])
local reply = {}
local function set(id, state, entry, status, attempt)
  local mark = string.format('%s %.0f %s %s %s', state, now, entry, status, attempt)
  redis.call('HSET', KEYS[1], id, mark)
end
for at = 1, #list, 4 do
  local id, entry, status, attempt = list[at], list[at + 1], list[at + 2], list[at + 3]
  local mark = redis.call('HGET', KEYS[1], id)
  local answer = 's'
  if not mark then
    set(id, 'wired', entry, status, attempt)
  else
    local state, of, by = string.match(mark, '^(%S+) %S+ (%S+) %S+ (%S+)$')
    if state == 'sent' or state == 'resent' then
      answer = 'b'
    elseif by == attempt and (state == 'wired' or state == 'resending') then
      answer = 's'
    elseif state == 'in_doubt' and of ~= entry then
      set(id, 'resending', entry, status, attempt)
    else
      answer = 'd'
      if state ~= 'in_doubt' then set(id, 'in_doubt', entry, status, attempt) end
    end
  end
  if answer == 's' then redis.call('ZADD', KEYS[2], 'NX', now, id) end
  reply[#reply + 1] = answer
end
return table.concat(reply)
