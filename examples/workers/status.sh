# Answers ["JOB"] with {"state": "running"}, later with {"state": "done", "result": N * N}. The first look fails.
jobs=${JOBS:-/tmp/ox-jobs}
job="$jobs/$(tr -d '[]" ')"
read -r left n < "$job" || exit 1
[ "$left" -gt 0 ] && echo "$((left - 1)) $n" > "$job"
case $left in
3) echo "the job's machine does not answer" >&2; exit 1 ;;
2 | 1) echo '{"state": "running"}' ;;
*) echo "{\"state\": \"done\", \"result\": $((n * n))}" ;;
esac
