local function escape(cr, ci)
  local zr, zi = 0.0, 0.0
  for i = 0, 99 do
    local a, b = zr * zr, zi * zi
    if a + b > 4.0 then
      return i
    end
    zr, zi = a - b + cr, 2.0 * zr * zi + ci
  end
  return 100
end

local n, total = tonumber(arg[1]), 0
for y = 0, n - 1 do
  local ci = 2.0 * y / n - 1.0
  for x = 0, n - 1 do
    total = total + escape(2.0 * x / n - 1.5, ci)
  end
end
print(total)
