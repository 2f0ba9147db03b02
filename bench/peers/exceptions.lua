local function risky(i)
  error({ value = i })
end

local total = 0
for i = 0, tonumber(arg[1]) - 1 do
  local ok, e = pcall(risky, i)
  if not ok then
    total = total + e.value
  end
end
print(total)
