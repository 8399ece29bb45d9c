#!lua
-- apply, version 1. Writes all that a chain of decisions changes, if the account still stands as it
-- was loaded: else nothing. All keys carry the account's tag.
-- KEYS  1 portfolio, 2… every other key, once
-- ARGV  1 a packed list: token that was loaded ('' where the account did not exist), TIME of the
--       load in ms, how old a decision may be in ms, a letter a key (`o` order, `h` hash, `s` set); then
--       orders: their number, each: key, version ('' where there were no holdings), number of
--       events, events that must be neither applied nor dead;
--       answers that must not exist: their number, keys;
--       writes to the end, each: what, key, number of arguments, arguments. `set` names and values,
--       `unset` names, `add` and `remove` members, `expire` ms, `persist`, `delete`
-- Reply {1, TIME in ms}, or {0, what differs}: token, age, version, applied, dead, answered
local list = cmsgpack.unpack(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if (redis.call('HGET', KEYS[1], 'orders_token') or '') ~= list[1] then return {0, 'token'} end
-- A negative age is the clock of another server, or one that was set back.
local age = now - list[2]
if age < 0 or age > list[3] then return {0, 'age'} end

local at = 5
local function take()
  at = at + 1
  return list[at - 1]
end
local function names(events, event)
  return events and string.find(' ' .. events, ' ' .. event .. '=', 1, true)
end
for _ = 1, take() do
  local order = redis.call('HMGET', KEYS[take()], 'version', 'applied', 'dead')
  if (order[1] or '') ~= take() then return {0, 'version'} end
  for _ = 1, take() do
    local event = take()
    if names(order[2], event) then return {0, 'applied'} end
    if names(order[3], event) then return {0, 'dead'} end
  end
end
for _ = 1, take() do
  if redis.call('EXISTS', KEYS[take()]) == 1 then return {0, 'answered'} end
end
-- Each fails on a key of another type, before anything is written; orders were read above.
for i = 2, #KEYS do
  local kind = string.sub(list[4], i, i)
  if kind ~= 'o' then redis.call(kind == 's' and 'SCARD' or 'HLEN', KEYS[i]) end
end

local commands = {
  set = 'HSET', unset = 'HDEL', add = 'SADD', remove = 'SREM', expire = 'PEXPIRE',
  persist = 'PERSIST', delete = 'DEL',
}
-- Lua passes at most some thousand values to a call; an even number keeps pairs together.
local most = 2000
while list[at] do
  local command, key, count = commands[list[at]], KEYS[list[at + 1]], list[at + 2]
  local first = at + 3
  at = first + count
  if count == 0 then
    redis.call(command, key)
  else
    for i = first, at - 1, most do
      redis.call(command, key, unpack(list, i, math.min(i + most, at) - 1))
    end
  end
end
return {1, now}
