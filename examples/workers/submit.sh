# Answers [N] with the name of a new job that will take three looks; the name follows from the
# idempotency key, so a second attempt finds the first one's job.
jobs=${JOBS:-/tmp/ox-jobs}
mkdir -p "$jobs"
job="$jobs/$OX_IDEMPOTENCY_KEY"
[ -e "$job" ] || echo "3 $(tr -d '[] ')" > "$job.new.$$" && mv "$job.new.$$" "$job" 2>/dev/null
echo "\"$OX_IDEMPOTENCY_KEY\""
