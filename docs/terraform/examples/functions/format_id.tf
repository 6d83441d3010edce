resource "cinderkit_volume" "named" {
  name     = "named"
  size_gib = 1
}

output "named" {
  value = provider::cinderkit::format_id("volume", cinderkit_volume.named.id) # volume/6f1c…
}
