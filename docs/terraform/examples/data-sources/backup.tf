resource "cinderkit_volume" "mail" {
  name     = "mail"
  size_gib = 1
}

resource "cinderkit_backup" "mail" {
  name      = "mail-friday"
  volume_id = cinderkit_volume.mail.id
}

# The newest backup of a volume that is complete.
data "cinderkit_backup" "latest" {
  volume_id   = cinderkit_volume.mail.id
  status      = "available"
  most_recent = true
  depends_on  = [cinderkit_backup.mail]
}

output "mail_saved_at" {
  value = data.cinderkit_backup.latest.data_timestamp
}
