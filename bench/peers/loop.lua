local acc = 0
for _ = 1, tonumber(arg[1]) do
  acc = acc + 3
  if acc >= 1000003 then
    acc = acc - 1000003
  end
end
print(acc)
