-- wrk makes calls in turn. The arguments after `--` are their bodies.

local bodies = {}
local nth = 0

function init(args)
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
   for i = 1, #args do
      bodies[i] = args[i]
   end
end

function request()
   nth = nth % #bodies + 1
   return wrk.format(nil, nil, nil, bodies[nth])
end
