#!lua
-- fire, version 1. Compares a symbol's triggers with its ticks since the last time. What fires leaves
-- its index and becomes a fill that is remembered with price and time until it is reported. Cost
-- grows with the ticks and with what fires, not with what rests.
-- KEYS  1 lease, 2 orders, 3 idle orders, 4 fills not reported yet, 5 ticks, 6 last tick compared, then
--       indexes: 7 stop losses BUY, 8 SELL, 9 take profits BUY, 10 SELL, 11 BUY_LIMIT, 12 SELL_LIMIT,
--       13 BUY_STOP, 14 SELL_STOP
-- ARGV  1 nonce, 2 greatest age of a tick in ms, 3 most fills not reported, 4 most ticks, 5… exec ids of
--       fills that were reported
-- Reply packed {0} where the lease is somebody else's, else {1, 1 where there is more to compare,
--       fills not reported, each {exec id, id, key, price, quantity or '', ms, version}}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return cmsgpack.pack({0}) end
local orders, idle, firing, ticks = KEYS[2], KEYS[3], KEYS[4], KEYS[5]
-- Stop losses first: where both legs fire, the stop loss does.
local rules = {
  {leg = 'sl', side = 'BUY', by = 'bid'},
  {leg = 'sl', side = 'SELL', by = 'ask', above = true},
  {leg = 'tp', side = 'BUY', by = 'bid', above = true},
  {leg = 'tp', side = 'SELL', by = 'ask'},
  {side = 'BUY', by = 'ask'},
  {side = 'SELL', by = 'bid', above = true},
  {side = 'BUY', by = 'ask', above = true},
  {side = 'SELL', by = 'bid'},
}
local index = {sl = {BUY = 7, SELL = 8}, tp = {BUY = 9, SELL = 10}}
-- Each fails on a key of another type, before anything is written.
local live = {}
for i, rule in ipairs(rules) do
  rule.key = KEYS[6 + i]
  if redis.call('ZCARD', rule.key) > 0 then live[#live + 1] = rule end
end
redis.call('ZCARD', idle)
redis.call('HLEN', orders)
redis.call('HLEN', firing)
local seen = redis.call('GET', KEYS[6])
local from = seen and '(' .. seen or '-'
local news = redis.call('XRANGE', ticks, from, '+', 'COUNT', ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if #ARGV > 4 then redis.call('HDEL', firing, unpack(ARGV, 5)) end
local room = ARGV[3] - redis.call('HLEN', firing)

-- Whether a tick's id lies behind another one.
local function behind(id, other)
  local a, b = string.match(id, '(%d+)-(%d+)')
  local c, d = string.match(other, '(%d+)-(%d+)')
  a, b, c, d = tonumber(a), tonumber(b), tonumber(c), tonumber(d)
  return a > c or a == c and b > d
end

-- Whether the market has reached a price. Scores are doubles, which keep the order of decimals but
-- take some of more than 15 digits for equal; those are told apart by their texts.
local function reached(market, price, above)
  local a, b = tonumber(market), tonumber(price)
  if a ~= b then return above == (a > b) end
  if market == price then return true end
  local aw, af = string.match(market, '^(%d+)%.?(%d*)$')
  local bw, bf = string.match(price, '^(%d+)%.?(%d*)$')
  if #aw ~= #bw then return above == (#aw > #bw) end
  if aw ~= bw then return above == (aw > bw) end
  return above == (af > bf)
end

local function claim(order, record, rule, market)
  local id, kind = order, 'open'
  if rule.leg then
    id, kind = record[rule.leg][2], rule.leg
    for leg, keys in pairs(index) do
      if record[leg] then redis.call('ZREM', KEYS[keys[record.type]], order) end
      record[leg] = nil
    end
    record.state = 'ended'
  else
    redis.call('ZREM', rule.key, order)
    record.state, record.type, record.price = 'open', rule.side, nil
  end
  record.version = math.max(record.version + 1, now)
  local exec = 'H:' .. order .. ':' .. kind
  redis.call(
    'HSET', firing, exec,
    cmsgpack.pack({exec, id, record.key, market, record.quantity, now, record.version}))
  redis.call('HSET', orders, order, cmsgpack.pack(record))
  redis.call('ZADD', idle, now, order)
  room = room - 1
end

-- One index at one tick. What was set after the tick stays, and so does a price that only its double
-- takes for reached. An entry without its order fires nothing and goes.
local function compare(rule, id, market)
  local low, high = market, '+inf'
  if rule.above then low, high = '-inf', market end
  local staying = 0
  while room > 0 do
    local most = room
    local found = redis.call('ZRANGEBYSCORE', rule.key, low, high, 'LIMIT', staying, most)
    if #found == 0 then return end
    local texts = redis.call('HMGET', orders, unpack(found))
    for i, order in ipairs(found) do
      local record = texts[i] and cmsgpack.unpack(texts[i])
      local price, since
      if record and rule.leg and record[rule.leg] then
        price, since = record[rule.leg][1], record[rule.leg][3]
      elseif record and not rule.leg and record.state == 'pending' then
        price, since = record.price, record.since
      end
      if not price then
        redis.call('ZREM', rule.key, order)
      elseif behind(id, since) and reached(market, price, rule.above or false) then
        claim(order, record, rule, market)
      else
        staying = staying + 1
      end
    end
    if #found < most then return end
  end
end

local done = seen
for _, tick in ipairs(news) do
  if #live > 0 and room <= 0 then break end
  local fields = {}
  for i = 1, #tick[2], 2 do fields[tick[2][i]] = tick[2][i + 1] end
  local bid, ask, ts = tonumber(fields.bid), tonumber(fields.ask), tonumber(fields.ts)
  -- A stamp from the future, by more than a clock is set back, tells nothing of the age.
  local age = ts and now - ts
  if age and age <= tonumber(ARGV[2]) and age >= -100 and bid and ask and bid > 0 and ask > 0 then
    for _, rule in ipairs(live) do compare(rule, tick[1], fields[rule.by]) end
  end
  if room > 0 or #live == 0 then done = tick[1] end
end
if done and done ~= seen then redis.call('SET', KEYS[6], done) end

local fills = {}
for i, text in ipairs(redis.call('HVALS', firing)) do fills[i] = cmsgpack.unpack(text) end
local more = #news > 0 and done ~= news[#news][1] or #news == tonumber(ARGV[4])
return cmsgpack.pack({1, more and 1 or 0, fills})
