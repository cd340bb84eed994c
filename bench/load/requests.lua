-- The load. BENCH_PATH, BENCH_KEY and BENCH_USERS in the environment: with BENCH_USERS each request is a check of the
-- seat of a user drawn from that many, without it a GET.

local path = os.getenv("BENCH_PATH") or "/"
local key = os.getenv("BENCH_KEY") or ""
local users = tonumber(os.getenv("BENCH_USERS") or "0")

local head, tail = nil, '","applicationSlug":"healos","externalOrgId":"hospital_456"}'
local laid_out = nil

-- Up to so many users have their requests laid out beforehand: what the load costs, the server does not get.
local FEW = 10000

local function of(user)
   return head .. string.format("%07d", user) .. tail
end

function init(_)
   math.randomseed(tonumber(os.getenv("BENCH_SEED") or "1"))
   if users == 0 then
      laid_out = { wrk.format("GET", path) }
      return
   end
   -- Ids are of one length, so that all but the id can be laid out.
   local body = '{"userId":"u0000000' .. tail
   local whole = wrk.format("POST", path, {
      ["Authorization"] = "Bearer " .. key,
      ["Content-Type"] = "application/json",
      ["Host"] = "127.0.0.1",
   }, body)
   local at = whole:find("u0000000", 1, true)
   head = whole:sub(1, at)
   tail = whole:sub(at + 8)
   if users <= FEW then
      laid_out = {}
      for user = 0, users - 1 do
         laid_out[user + 1] = of(user)
      end
   end
end

function request()
   if laid_out then
      return laid_out[math.random(#laid_out)]
   end
   return of(math.random(0, users - 1))
end

-- One line that a program can read: microseconds.
function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      'BENCH {"requests":%d,"duration_us":%d,"p50_us":%g,"p99_us":%g,"p999_us":%g,"max_us":%g,"failed":%d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
      latency.max, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
