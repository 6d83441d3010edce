resource "cinderkit_volume" "disk" {
  name     = "base-disk"
  size_gib = 1
}

resource "cinderkit_image" "base" {
  name      = "base-2026-11"
  volume_id = cinderkit_volume.disk.id
  tags      = ["base"]
}

# The newest image with a tag.
data "cinderkit_image" "base" {
  tags        = ["base"]
  status      = "active"
  most_recent = true
  depends_on  = [cinderkit_image.base]
}

resource "cinderkit_volume" "boot" {
  name     = "base-boot"
  image_id = data.cinderkit_image.base.id
}
