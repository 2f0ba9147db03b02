# Answers [N] with N + $1.
n=$(tr -d '[] ')
echo $((n + $1))
