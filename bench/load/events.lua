-- The load of webhooks: each line of the file BENCH_EVENTS is a signature, a tab, and the body that it is of. Each is sent
-- once, to BENCH_PATH; where there are no more, the load ends.

local path = os.getenv("BENCH_PATH")
local requests = {}
local sent = 0

function init(_)
   for line in io.lines(os.getenv("BENCH_EVENTS")) do
      local signature, body = line:match("^([^\t]*)\t(.*)$")
      requests[#requests + 1] = wrk.format("POST", path, {
         ["Stripe-Signature"] = signature,
         ["Content-Type"] = "application/json",
         ["Host"] = "127.0.0.1",
      }, body)
   end
end

function request()
   sent = sent + 1
   if sent > #requests then
      wrk.thread:stop()
      return requests[#requests]
   end
   return requests[sent]
end

-- One line that a program can read: microseconds.
function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      'BENCH {"requests":%d,"duration_us":%d,"p50_us":%g,"p99_us":%g,"p999_us":%g,"max_us":%g,"failed":%d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
      latency.max, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
