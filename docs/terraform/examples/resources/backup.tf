resource "cinderkit_volume" "archive" {
  name     = "archive"
  size_gib = 1
}

resource "cinderkit_backup" "full" {
  name      = "archive-full"
  volume_id = cinderkit_volume.archive.id
}

# An increment leans on the newest backup that there is, so it is made after that.
resource "cinderkit_backup" "monday" {
  name        = "archive-monday"
  volume_id   = cinderkit_volume.archive.id
  incremental = true
  depends_on  = [cinderkit_backup.full]
}

# A volume with the bytes of the newest backup.
resource "cinderkit_volume" "restored" {
  name      = "archive-restored"
  backup_id = cinderkit_backup.monday.id
}
