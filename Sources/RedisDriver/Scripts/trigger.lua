#!lua
-- trigger, version 2. What a request changes of an order's triggers, and the answer to it. Script
-- `fire` takes from the same keys, so an order is fired or cancelled, never both. A request that
-- was answered is answered the same again and changes nothing.
-- KEYS  1 orders, 2 idle orders, 3 ticks, then indexes: 4 stop losses BUY, 5 SELL, 6 take profits BUY,
--       7 SELL, 8 BUY_LIMIT, 9 SELL_LIMIT, 10 BUY_STOP, 11 SELL_STOP
-- ARGV  1 `rest`, `move`, `cancel`, `set`, `unset` or `close`, 2 order id, 3 request id, 4 order's key,
--       5 type of a pending order, else side of the position, 6 price, 7 quantity, 8 `sl` or `tp`,
--       9 id of the leg to unset, 10 how long idle orders are kept in ms, 11 channel, 12 symbol,
--       13 TIME of this server in ms, read no later than the price of a close, 14 how much older that
--       may become in ms; '' for what a request does not have
-- Reply packed {status, reason, price, version, state, type, quantity, key, pending price, stop loss,
--       take profit}; '' for what there is not, version 0 for an order that is not known; or {0} where
--       the price of a close has become too old: nothing is changed
local orders, idle, ticks = KEYS[1], KEYS[2], KEYS[3]
local op, order, request, price, leg = ARGV[1], ARGV[2], ARGV[3], ARGV[6], ARGV[8]
local place = {
  sl = {BUY = 4, SELL = 5}, tp = {BUY = 6, SELL = 7},
  pending = {BUY_LIMIT = 8, SELL_LIMIT = 9, BUY_STOP = 10, SELL_STOP = 11},
}
-- What fires when the market is at or above the price; the others when at or below it.
local above = {[5] = true, [6] = true, [9] = true, [10] = true}
-- What is compared with the ask; the others with the bid.
local ask = {[5] = true, [7] = true, [8] = true, [10] = true}

-- Each fails on a key of another type, before anything is written.
for i = 4, 11 do redis.call('ZCARD', KEYS[i]) end
redis.call('ZCARD', idle)
local last = redis.call('XREVRANGE', ticks, '+', '-', 'COUNT', 1)[1]
local text = redis.call('HGET', orders, order)
local record = text and cmsgpack.unpack(text)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function reply(status, reason, at)
  local r = record or {}
  return cmsgpack.pack({
    status, reason, at, r.version or 0, r.state or '', r.type or '', r.quantity or '', r.key or '',
    r.state == 'pending' and r.price or '', r.sl and r.sl[1] or '', r.tp and r.tp[1] or ''})
end

for _, answer in ipairs(record and record.served or {}) do
  if answer[1] == request then return reply(answer[2], answer[3], answer[4]) end
end

local since = last and last[1] or '0-0'
local woken = false
-- Adds a trigger. One that the last tick fires already has a tick of its own: that price again.
local function add(index, value)
  redis.call('ZADD', KEYS[index], value, order)
  if not last then return end
  local fields = {}
  for i = 1, #last[2], 2 do fields[last[2][i]] = last[2][i + 1] end
  local market = tonumber(ask[index] and fields.ask or fields.bid)
  if not market then return end
  local reached = market <= tonumber(value)
  if above[index] then reached = market >= tonumber(value) end
  if reached and not woken then
    woken = true
    redis.call('XADD', ticks, '*', unpack(last[2]))
  end
end

local function unset(name)
  if record[name] then redis.call('ZREM', KEYS[place[name][record.type]], order) end
  record[name] = nil
end

local status, reason, at, changed = 'REJECTED', '', '', false
local state = record and record.state
if op == 'rest' then
  status, at = 'PENDING', price
  if not record then
    record = {
      state = 'pending', key = ARGV[4], type = ARGV[5], price = price, quantity = ARGV[7],
      since = since, served = {}}
    add(place.pending[record.type], price)
    changed = true
  end
elseif op == 'move' then
  if state == 'pending' then
    status, at, changed = 'MODIFY', price, true
    record.price, record.quantity, record.since = price, ARGV[7], since
    add(place.pending[record.type], price)
  else
    reason = 'not_resting'
  end
elseif op == 'cancel' then
  if state == 'pending' then
    status, changed = 'CANCELLED', true
    redis.call('ZREM', KEYS[place.pending[record.type]], order)
    record.state = 'ended'
  else
    reason = 'not_resting'
  end
elseif op == 'set' then
  if state == 'pending' then
    reason = 'not_open'
  elseif state == 'ended' then
    reason = 'position_closed'
  elseif record and record[leg] then
    reason = leg == 'sl' and 'stoploss_already_exists' or 'takeprofit_already_exists'
  else
    record = record or {state = 'open', key = ARGV[4], quantity = '', served = {}}
    record.type = ARGV[5]
    if ARGV[7] ~= '' then record.quantity = ARGV[7] end
    record[leg] = {price, request, since}
    add(place[leg][record.type], price)
    status, at, changed = 'PENDING', price, true
  end
elseif op == 'unset' then
  if state == 'ended' then
    reason = 'position_closed'
  elseif state == 'open' and record[leg] and record[leg][2] == ARGV[9] then
    unset(leg)
    status, changed = 'CANCELLED', true
  else
    reason = 'no_such_leg'
  end
elseif op == 'close' then
  if state == 'pending' then
    reason = 'not_open'
  elseif state == 'ended' then
    reason = 'position_closed'
  else
    -- A negative age is the clock of another server, or one that was set back.
    local age = now - ARGV[13]
    if age < 0 or age > tonumber(ARGV[14]) then return cmsgpack.pack({0}) end
    status, at = 'EXECUTED', price
    if record then
      unset('sl')
      unset('tp')
      record.state, changed = 'ended', true
    end
  end
end

if record then
  -- By the clock, so that it rises also where the order was forgotten in between.
  if changed then record.version = math.max((record.version or 0) + 1, now) end
  table.insert(record.served, {request, status, reason, at})
  if #record.served > 16 then table.remove(record.served, 1) end
  redis.call('HSET', orders, order, cmsgpack.pack(record))
  if record.state == 'pending' or record.sl or record.tp then
    redis.call('ZREM', idle, order)
  else
    redis.call('ZADD', idle, now, order)
  end
end
local forgotten = redis.call('ZRANGEBYSCORE', idle, '-inf', now - ARGV[10], 'LIMIT', 0, 16)
if #forgotten > 0 then
  redis.call('ZREM', idle, unpack(forgotten))
  redis.call('HDEL', orders, unpack(forgotten))
end
if woken then redis.call('PUBLISH', ARGV[11], ARGV[12]) end
return reply(status, reason, at)
