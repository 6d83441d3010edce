resource "cinderkit_volume" "ledger" {
  name     = "ledger"
  size_gib = 1
}

resource "cinderkit_snapshot" "monday" {
  name      = "ledger-monday"
  volume_id = cinderkit_volume.ledger.id
}

# A volume that starts as the snapshot is.
resource "cinderkit_volume" "trial" {
  name        = "ledger-trial"
  snapshot_id = cinderkit_snapshot.monday.id
}
