local function map(f, list)
  local out = {}
  for i = 1, #list do
    out[i] = f(list[i])
  end
  return out
end

local function filter(f, list)
  local out = {}
  for i = 1, #list do
    if f(list[i]) then
      out[#out + 1] = list[i]
    end
  end
  return out
end

local function adder(k)
  return function(x)
    return x + k
  end
end

local n, total = tonumber(arg[1]), 0
for k = 1, 5 do
  local list = {}
  for i = 0, n - 1 do
    list[i + 1] = i
  end
  list = map(adder(k), list)
  list = filter(function(x) return x % 2 == 0 end, list)
  list = map(function(x) return x * 3 end, list)
  for i = 1, #list do
    total = total + list[i]
  end
end
print(total)
