resource "cinderkit_volume_type" "bulk" {
  name = "bulk"
}

data "cinderkit_volume_type" "bulk" {
  name = cinderkit_volume_type.bulk.name
}

resource "cinderkit_volume" "attic" {
  name        = "attic"
  size_gib    = 1
  volume_type = data.cinderkit_volume_type.bulk.name
}
