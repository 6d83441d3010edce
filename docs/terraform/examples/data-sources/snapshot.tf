resource "cinderkit_volume" "journal" {
  name     = "journal"
  size_gib = 1
}

resource "cinderkit_snapshot" "journal" {
  name      = "journal-tuesday"
  volume_id = cinderkit_volume.journal.id
}

# The newest snapshot of a volume.
data "cinderkit_snapshot" "latest" {
  volume_id   = cinderkit_volume.journal.id
  most_recent = true
  depends_on  = [cinderkit_snapshot.journal]
}

resource "cinderkit_volume" "copy" {
  name        = "journal-copy"
  snapshot_id = data.cinderkit_snapshot.latest.id
}
