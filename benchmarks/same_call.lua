-- wrk repeats one call. The first argument after `--` is its body; names and values of headers follow.

function init(args)
   wrk.method = "POST"
   wrk.body = args[1]
   wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
   for i = 2, #args, 2 do
      wrk.headers[args[i]] = args[i + 1]
   end
end
