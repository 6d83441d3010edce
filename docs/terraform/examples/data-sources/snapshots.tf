resource "cinderkit_volume" "diary" {
  name     = "diary"
  size_gib = 1
}

resource "cinderkit_snapshot" "diary" {
  name      = "diary-monday"
  volume_id = cinderkit_volume.diary.id
}

data "cinderkit_snapshots" "of_diary" {
  volume_id   = cinderkit_volume.diary.id
  most_recent = true # the newest come first
  depends_on  = [cinderkit_snapshot.diary]
}

output "diary_snapshots" {
  value = data.cinderkit_snapshots.of_diary.snapshots[*].created_at
}
