#!lua flags=no-writes
-- load, version 1. One account as it stands, at one moment.
-- KEYS  1 portfolio, 2 config, 3 book, 4 outbox, then two an order: holdings, order_done; then the
--       answers to requests
-- ARGV  1 number of orders
-- Reply packed {TIME in ms, portfolio, config, book, outbox, an order each: {1, holdings} or {0, order_done},
--       an answer each}; hashes as names and values, a missing one empty
local time = redis.call('TIME')
local reply = {time[1] * 1000 + math.floor(time[2] / 1000)}
for i = 1, 4 do reply[i + 1] = redis.call('HGETALL', KEYS[i]) end
local answers = 5 + 2 * ARGV[1]
for i = 5, answers - 1, 2 do
  local order = redis.call('HGETALL', KEYS[i])
  if #order > 0 then
    reply[#reply + 1] = {1, order}
  else
    reply[#reply + 1] = {0, redis.call('HGETALL', KEYS[i + 1])}
  end
end
for i = answers, #KEYS do reply[#reply + 1] = redis.call('HGETALL', KEYS[i]) end
return cmsgpack.pack(reply)
