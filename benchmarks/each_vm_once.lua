-- wrk creates a snapshot of each VM of each account once. The arguments after `--` are the accounts' tokens. VMs are
-- numbered from 1 in each account. A missing VM is refused, so running out of VMs is noticed.

local tokens, calls = {}, 0

function init(args)
   tokens = args
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end

function request()
   local token, id = tokens[calls % #tokens + 1], math.floor(calls / #tokens) + 1
   calls = calls + 1
   return wrk.format(nil, nil, nil, "action=create_snapshot&token=" .. token .. "&id=" .. id .. "&name=nightly")
end
