# A blank volume. A larger size_gib grows it in place; a smaller one is refused by the plan.
resource "cinderkit_volume" "records" {
  name        = "records"
  description = "What must be kept"
  size_gib    = 2
  on_delete   = "backup" # a last backup is made before the volume goes

  metadata = {
    purpose = "records"
  }

  timeouts {
    create = "30m"
  }
}

# A volume with the bytes of another one, as large as that.
resource "cinderkit_volume" "replica" {
  name             = "replica"
  source_volume_id = cinderkit_volume.records.id
}
