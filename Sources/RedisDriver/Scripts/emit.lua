#!lua flags=allow-oom
-- emit, version 1. Appends records to the events of a partition, each account's once, in order and
-- without a gap. Allowed without memory: what was applied must be told.
-- KEYS  1 events, 2 the last `orders_version:token` of each account
-- ARGV  1 a packed list, a record each: account, number, token, number of names and values, names and values
-- Reply a letter a record: `a` appended, `p` present, `f` fork, `g` gap. What follows a fork or a gap
--       in its account is answered the same
redis.call('XLEN', KEYS[1])
redis.call('HLEN', KEYS[2])
local stopped = {}
local reply = {}
local list = cmsgpack.unpack(ARGV[1])
local at = 1
while list[at] do
  local account, number, token = list[at], list[at + 1], list[at + 2]
  local first = at + 4
  at = first + list[at + 3]
  local answer = stopped[account]
  if not answer then
    local last = redis.call('HGET', KEYS[2], account)
    local lastNumber, lastToken = 0, ''
    if last then
      local colon = string.find(last, ':', 1, true)
      lastNumber, lastToken = tonumber(string.sub(last, 1, colon - 1)), string.sub(last, colon + 1)
    end
    if number == lastNumber + 1 then
      redis.call('XADD', KEYS[1], '*', unpack(list, first, at - 1))
      redis.call('HSET', KEYS[2], account, string.format('%.0f:%s', number, token))
      answer = 'a'
    elseif number < lastNumber or number == lastNumber and token == lastToken then
      answer = 'p'
    else
      answer = number == lastNumber and 'f' or 'g'
      stopped[account] = answer
    end
  end
  reply[#reply + 1] = answer
end
return table.concat(reply)
