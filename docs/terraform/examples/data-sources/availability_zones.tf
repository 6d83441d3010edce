data "cinderkit_availability_zones" "up" {
  state = "available"
}

resource "cinderkit_volume" "here" {
  name              = "zoned"
  size_gib          = 1
  availability_zone = data.cinderkit_availability_zones.up.zones[0].name
}
