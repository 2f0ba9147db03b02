local n, flags, count = tonumber(arg[1]), {}, 0
for i = 1, n do
  flags[i] = true
end
for i = 2, n do
  if flags[i] then
    for j = i + i, n, i do
      flags[j] = false
    end
    count = count + 1
  end
end
print(count)
