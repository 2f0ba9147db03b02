local function make(depth)
  if depth == 0 then
    return {}
  end
  return { make(depth - 1), make(depth - 1) }
end

local function check(tree)
  local left = tree[1]
  if left == nil then
    return 1
  end
  return 1 + check(left) + check(tree[2])
end

local depth = tonumber(arg[1])
local keep, total = make(depth), 0
for d = 4, depth, 2 do
  for _ = 1, 1 << (4 + depth - d) do
    total = total + check(make(d))
  end
end
print(total, check(keep))
