local function a(i, j)
  return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)
end

local function times(v, at)
  local out = {}
  for i = 1, #v do
    local s = 0.0
    for j = 1, #v do
      s = s + at(i - 1, j - 1) * v[j]
    end
    out[i] = s
  end
  return out
end

local function transposed(i, j)
  return a(j, i)
end

local function dot(x, y)
  local s = 0.0
  for i = 1, #x do
    s = s + x[i] * y[i]
  end
  return s
end

local u, v = {}, nil
for i = 1, tonumber(arg[1]) do
  u[i] = 1.0
end
for _ = 1, 10 do
  v = times(times(u, a), transposed)
  u = times(times(v, a), transposed)
end
print(string.format("%d", math.floor(1e9 * math.sqrt(dot(u, v) / dot(v, v)))))
