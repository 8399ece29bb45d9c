#!lua
-- restore_order, version 1. Puts an order that has ended back as Postgres remembers it, so that a late
-- fill can be booked on it. Marks of dead events that were made since stay.
-- KEYS  1 holdings, 2 order_done, 3 portfolio
-- ARGV  1 the order's version, 2 the account's number at it, 3 how long the order is kept in ms, or ''
--       where nothing is to be changed, 4… names and values
-- Reply `restored`, `kept` where the order is there, `parked`; `behind` where Postgres knows less than
--       Redis, `lost` where it knows more
if redis.call('EXISTS', KEYS[1]) == 1 then return 'kept' end
local account = redis.call('HMGET', KEYS[3], 'orders_version', 'parked')
if tonumber(account[1] or 0) < tonumber(ARGV[2]) then return 'lost' end
if account[2] then return 'parked' end
local done = redis.call('HMGET', KEYS[2], 'version', 'dead')
local version = tonumber(done[1] or ARGV[1])
if version > tonumber(ARGV[1]) then return 'behind' end
if version < tonumber(ARGV[1]) then return 'lost' end
if ARGV[3] == '' then return 'restored' end
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
if done[2] then redis.call('HSET', KEYS[1], 'dead', done[2]) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 'restored'
