-- One line of JSON at the end; with TOKENS, a file, the credentials in it in turn.
local requests, turn = nil, 0

function init(arguments)
  local file = os.getenv("TOKENS")
  if not file or file == "" then return end
  requests = {}
  for token in io.lines(file) do
    requests[#requests + 1] = wrk.format("GET", wrk.path, {["Authorization"] = "Bearer " .. token})
  end
  if #requests > 1 then
    function request()
      turn = turn % #requests + 1
      return requests[turn]
    end
  else
    wrk.headers["Authorization"] = nil
    function request() return requests[1] end
  end
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '{"requests_s":%.1f,"p50_ms":%.4f,"p99_ms":%.4f,"p999_ms":%.4f,"requests":%d,"errors":%d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency:percentile(99.9) / 1e3, summary.requests,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
