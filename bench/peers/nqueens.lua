local function safe(col, board)
  local dist = 1
  while board do
    local c = board[1]
    if c == col or c == col + dist or c == col - dist then
      return false
    end
    dist, board = dist + 1, board[2]
  end
  return true
end

local function solve(n, rows, board)
  if rows == 0 then
    return 1
  end
  local found = 0
  for col = 1, n do
    if safe(col, board) then
      found = found + solve(n, rows - 1, { col, board })
    end
  end
  return found
end

local n = tonumber(arg[1])
print(solve(n, n, nil))
