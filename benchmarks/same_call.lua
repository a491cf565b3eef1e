-- wrk makes one call again and again: its body is the first word after `--`, headers follow as name and value.

function init(args)
   wrk.method = "POST"
   wrk.body = args[1]
   wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
   for i = 2, #args, 2 do
      wrk.headers[args[i]] = args[i + 1]
   end
end
