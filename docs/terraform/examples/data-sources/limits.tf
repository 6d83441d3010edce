data "cinderkit_limits" "own" {}

# A check warns, and stops nothing.
check "room" {
  assert {
    condition     = coalesce(data.cinderkit_limits.own.gigabytes.free, 100) >= 10
    error_message = "Less than 10 GiB of the quota are free."
  }
}
