local sqrt = math.sqrt
local bodies = { { 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 10.0 } }
for i = 1, 4 do
  bodies[i + 1] = { 2.0 * i, 0.5 * i, 0.1 * i, -0.1 * i, sqrt(10.0 / (2.0 * i)), 0.01 * i, 0.01 * i }
end

local function pull(p, q, dt)
  local dx, dy, dz = p[1] - q[1], p[2] - q[2], p[3] - q[3]
  local d2 = dx * dx + dy * dy + dz * dz
  local mag = dt / (d2 * sqrt(d2))
  local fp, fq = -(q[7] * mag), p[7] * mag
  p[4], p[5], p[6] = p[4] + dx * fp, p[5] + dy * fp, p[6] + dz * fp
  q[4], q[5], q[6] = q[4] + dx * fq, q[5] + dy * fq, q[6] + dz * fq
end

local function advance(dt)
  for i = 1, 5 do
    for j = i + 1, 5 do
      pull(bodies[i], bodies[j], dt)
    end
  end
  for i = 1, 5 do
    local b = bodies[i]
    b[1], b[2], b[3] = b[1] + dt * b[4], b[2] + dt * b[5], b[3] + dt * b[6]
  end
end

local function energy()
  local e = 0.0
  for i = 1, 5 do
    local p = bodies[i]
    e = e + 0.5 * p[7] * (p[4] * p[4] + p[5] * p[5] + p[6] * p[6])
    for j = i + 1, 5 do
      local q = bodies[j]
      local dx, dy, dz = p[1] - q[1], p[2] - q[2], p[3] - q[3]
      e = e - p[7] * q[7] / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return e
end

for _ = 1, tonumber(arg[1]) do
  advance(0.001)
end
print(string.format("%d", math.floor(energy() * 1e9)))
