-- a mutable table: what Lua has
local m = {}
for i = 1, tonumber(arg[1]) do
  m[i * 7919 % 1000003] = i
end
local sum, misses = 0, 0
for k = 0, 1000002 do
  local v = m[k]
  if v then
    sum = sum + v
  else
    misses = misses + 1
  end
end
print(sum, misses)
