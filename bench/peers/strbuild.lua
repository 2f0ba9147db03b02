local parts = {}
for i = 0, tonumber(arg[1]) - 1 do
  parts[#parts + 1] = tostring(i)
end
local text, count = table.concat(parts), 0
for i = 1, #text do
  if text:byte(i) == 55 then
    count = count + 1
  end
end
print(#text, count)
