#!lua
-- apply, version 1. Writes all that a chain of decisions changes, if the account still stands as it
-- was loaded: else nothing. All keys carry the account's tag.
-- KEYS  1 portfolio, 2… every other key, once
-- ARGV  1 token that was loaded ('' where the account did not exist), 2 TIME of the load in ms,
--       3 how old a decision may be in ms, 4 a letter a key: `h` hash, `s` set; then
--       orders: their number, each: key, version ('' where there were no holdings), number of
--       events, events that must be neither applied nor dead;
--       answers that must not exist: their number, keys;
--       writes to the end, each: what, key, number of arguments, arguments. `set` names and values,
--       `unset` names, `add` and `remove` members, `expire` ms, `persist`, `delete`
-- Reply {1, TIME in ms}, or {0, what differs}: token, age, order, applied, dead, answered
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if (redis.call('HGET', KEYS[1], 'orders_token') or '') ~= ARGV[1] then return {0, 'token'} end
-- A negative age is the clock of another server, or one that was set back.
local age = now - ARGV[2]
if age < 0 or age > tonumber(ARGV[3]) then return {0, 'age'} end

local at = 5
local function take()
  at = at + 1
  return ARGV[at - 1]
end
local function names(list, event)
  return list and string.find(' ' .. list, ' ' .. event .. '=', 1, true)
end
for _ = 1, tonumber(take()) do
  local order = redis.call('HMGET', KEYS[tonumber(take())], 'version', 'applied', 'dead')
  if (order[1] or '') ~= take() then return {0, 'order'} end
  for _ = 1, tonumber(take()) do
    local event = take()
    if names(order[2], event) then return {0, 'applied'} end
    if names(order[3], event) then return {0, 'dead'} end
  end
end
for _ = 1, tonumber(take()) do
  if redis.call('EXISTS', KEYS[tonumber(take())]) == 1 then return {0, 'answered'} end
end
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' and kind ~= (string.sub(ARGV[4], i, i) == 's' and 'set' or 'hash') then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. kind)
  end
end

local commands = {
  set = 'HSET', unset = 'HDEL', add = 'SADD', remove = 'SREM', expire = 'PEXPIRE',
  persist = 'PERSIST', delete = 'DEL',
}
-- Lua passes at most some thousand values to a call; an even number keeps pairs together.
local most = 2000
while ARGV[at] do
  local command, key, count = commands[ARGV[at]], KEYS[tonumber(ARGV[at + 1])], ARGV[at + 2]
  local first = at + 3
  at = first + count
  if count == '0' then
    redis.call(command, key)
  else
    for i = first, at - 1, most do
      redis.call(command, key, unpack(ARGV, i, math.min(i + most, at) - 1))
    end
  end
end
return {1, now}
