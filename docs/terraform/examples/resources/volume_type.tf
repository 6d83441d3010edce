# Keys with a colon are notes of your own; those without one choose the pool.
resource "cinderkit_volume_type" "fast" {
  name        = "fast"
  description = "For what must not wait"
  extra_specs = {
    "team:tier" = "fast"
  }
}
