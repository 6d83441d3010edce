variable "disk_image" {
  description = "A disk image on this machine."
  type        = string
  default     = "./disk.raw"
}

# Another content of the file replaces the image.
resource "cinderkit_image" "golden" {
  name        = "golden"
  file_path   = var.disk_image
  disk_format = "raw"
  tags        = ["golden"]
}

resource "cinderkit_volume" "system" {
  name     = "golden-system"
  image_id = cinderkit_image.golden.id
  size_gib = 1
}

# An image of a volume: where the pool can clone, no byte is copied.
resource "cinderkit_image" "sealed" {
  name      = "golden-sealed"
  volume_id = cinderkit_volume.system.id
}
